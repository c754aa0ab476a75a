"""How fast the read model of photos answers, on a made-up library or on a real one.

    python bench/search.py [--photos 100000]        makes up a library in a Postgres of its own
    python bench/search.py postgresql://...         reads the schema `search` of a running PictoPy; writes nothing

Pictures stand around 400 centres, and queries near those; the embedded vector engine is compared with all cosines by
numpy in the same run. The time of a text model is not in it: that is vision's. One photo in twenty
has words that can be read. The renames are of people who are on 6 and 37 of 100 photos.

Prints a table; the last line is one JSON object, times in milliseconds.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pictopy_contracts.ids import EventId, ModelId, PersonId, PhotoId
from pictopy_contracts.messages import LibraryRemoved, ModelsChanged, PhotoAdded
from pictopy_engines.postgres import PostgresEngine
from pictopy_runtime.database import PostgresDatabase
from pictopy_search.app import MIGRATIONS
from pictopy_search.domain.cursor import Cursor
from pictopy_search.domain.filters import Filters, Near, Order
from pictopy_search.domain.periods import Period, period_of
from pictopy_search.domain.text import key_of, terms_of
from pictopy_search.domain.vectors import collection_of, point_of
from pictopy_search.fake_deps import fake_deps, hear
from pictopy_search.fake_meaning import FakeTower
from pictopy_search.meant import with_meaning
from pictopy_search.ports import Deps
from pictopy_search.store import PostgresStore
from pictopy_testing import photo_messages as made_up
from pictopy_testing.database import migrated
from pictopy_vectors.edge import EdgeVectors
from pictopy_vectors.ports import VectorCollection, VectorPoint

RUNS = 15
PAGE = 100
PEOPLE = 400
LABELS = [f"thing{number}" for number in range(300)] + ["beach", "dog", "mountain", "golden retriever", "food"]
READABLE = ["receipt", "total", "menu", "exit", "platform", "ticket", "sale", "open"] + [
    f"word{n}" for n in range(2000)
]
PLACES = ["Lisbon", "New York", "Berlin", "Reykjavík", "Kyoto", "São Paulo", "Cape Town", "Oslo"]
CLIP, CLIP_SIZE = ModelId("clip"), 768  # as SigLIP 2 base
CENTRES = 400
CAMERAS = ["Canon EOS 5D", "Apple iPhone 12", "Sony A7", "Google Pixel 6", None]


@dataclass(frozen=True)
class Asked:
    """One kind of question."""

    name: str
    ask: Callable[[], Awaitable[Any]]


def skewed(chance: random.Random, size: int) -> int:
    """0 is frequent, `size - 1` rare."""
    return min(int(chance.paretovariate(0.7)) - 1, size - 1)


def rows_of(number: int, chance: random.Random) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Table and row of all that is known of one made-up photo of twenty years."""
    one = made_up.photo_id(chance.getrandbits(128))
    taken = made_up.NOON - timedelta(minutes=chance.randrange(20 * 365 * 24 * 60))
    camera, has_caption = chance.choice(CAMERAS), chance.random() < 0.1
    yield (
        "photos (photo_id, revision, kind, format, width_px, height_px, added_at, taken_at_local, latitude_deg,"
        " longitude_deg, camera, camera_key, rating, is_favourite, is_hidden, is_screenshot, albums, words)",
        (
            one, 1, "video" if chance.random() < 0.05 else "photo", "jpeg", 4000, 3000,
            made_up.ADDED + timedelta(seconds=number), taken, chance.uniform(-60, 70), chance.uniform(-180, 180),
            camera, key_of(camera or "") or None, chance.choice([None, None, 3, 5]), chance.random() < 0.02,
            chance.random() < 0.01, chance.random() < 0.03, [], "a day out" if has_caption else "",
        ),
    )  # fmt: skip
    path = f"{taken.year}/{taken.month:02d}/IMG_{number:06d}.jpg"
    yield "presence (photo_id, files_revision, removed_revision)", (one, 1, 2 if chance.random() < 0.01 else 0)
    yield "photo_files (photo_id, number, library_id, path, words)", (one, 0, "lib-home", path, key_of(path))
    yield (
        "analyses (photo_id, analysed_at, model_version, face_count, quality, phash)",
        (
            one,
            made_up.ADDED,
            "v1",
            0,
            made_up.quality(chance.random()).model_dump_json(),
            f"{chance.getrandbits(64):064b}",
        ),
    )
    for place, label in enumerate({LABELS[skewed(chance, len(LABELS))] for _ in range(8)} | {chance.choice(LABELS)}):
        yield (
            "photo_labels (photo_id, source, number, label, key, score)",
            (one, "tag", place, label, key_of(label), chance.random()),
        )
    caption = "a day out" if has_caption else ""
    read = chance.sample(READABLE, 3) if chance.random() < 0.05 else []
    for source, words in (("written", caption.split()), ("read", read)):
        for word in words:
            yield "photo_words (photo_id, source, key)", (one, source, word)
    people = sorted({f"p-{skewed(chance, PEOPLE)}" for _ in range(chance.choice([0, 0, 1, 1, 2, 4]))})
    yield "assignments (photo_id, revision, faces, people, face_count)", (one, 1, "[]", people, len(people))
    yield "event_photos (event_id, photo_id)", (f"e-{(taken - made_up.NOON).days}", one)


def shared_rows(photos: int, chance: random.Random) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Half of the people are named; each day is an event at a place."""
    for number in range(PEOPLE):
        name = f"Person Nr{number}" if number % 2 == 0 else None
        row = (f"p-{number}", 1, name, key_of(name or ""), False, False)
        yield "persons (person_id, revision, name, words, is_hidden, is_gone)", row
    columns = "event_id, revision, kind, title, words, place, place_words, started_at_local, ended_at_local, is_gone"
    for day in range(-20 * 365 - 1, 1):
        title, place, at = f"Day {-day}", chance.choice(PLACES), made_up.NOON + timedelta(days=day)
        yield (
            f"events ({columns})",
            (f"e-{day}", 1, "event", title, key_of(title), place, key_of(place), at, at, False),
        )


async def fill(database: PostgresDatabase, photos: int) -> list[PhotoId]:
    """The sources by COPY; they are not indexed yet."""
    chance = random.Random(7)
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for number in range(photos):
        for table, row in rows_of(number, chance):
            tables.setdefault(table, []).append(row)
    for table, row in shared_rows(photos, chance):
        tables.setdefault(table, []).append(row)
    async with database.transaction() as connection, connection.cursor() as cursor:
        for table, rows in tables.items():
            async with cursor.copy(f"COPY {table} FROM STDIN") as copy:  # names from this file
                for row in rows:
                    await copy.write_row(row)
    return [row[0] for row in next(rows for table, rows in tables.items() if table.startswith("photos"))]


async def analyse(database: PostgresDatabase) -> None:
    """As autovacuum would within a minute."""
    async with database.transaction() as connection:
        await connection.execute("ANALYZE")


async def index(store: PostgresStore, photo_ids: Sequence[PhotoId], step: int = 5000) -> None:
    for start in range(0, len(photo_ids), step):
        async with store.unit() as unit:
            await unit.reindex(photo_ids[start : start + step])


def _period(year: int, month: int | None = None) -> Period:
    period = period_of(year, month)
    assert period is not None
    return period


def meant(name: str, text: str, deps: Deps, filters: Filters | None = None) -> Asked:
    """Words compared by meaning, then the page that a person sees."""

    async def ask() -> None:
        asked, _ = await with_meaning(replace(filters or Filters(), terms=terms_of(text)), deps)
        await deps.store.search(asked, "relevance", None, PAGE + 1)

    return Asked(name, ask)


async def pictures(store: PostgresStore, database: PostgresDatabase, photo_ids: Sequence[PhotoId], folder: Path) -> Any:
    """Queries compared with pictures, and what the engine finds of the ten nearest."""
    vectors, queries = clustered(len(photo_ids))
    engine = EdgeVectors(folder)
    collection = await engine.collection(collection_of(CLIP), CLIP_SIZE)
    await put(collection, photo_ids, vectors)
    async with database.transaction() as connection:
        await connection.execute("INSERT INTO embeddings (model, photo_id) SELECT %s, photo_id FROM photos", (CLIP,))
    tower = FakeTower(CLIP, {f"query{number}": query.tolist() for number, query in enumerate(queries)}, threshold=0.1)
    deps = fake_deps(store, engine, tower)
    await hear(ModelsChanged(revision=1, model_version="v1", models={"image_embedding": CLIP}), deps)
    shares = []
    for query in queries:
        best = np.argsort(-(vectors @ query))[:10]
        near = await deps.pictures.near(query, CLIP, 10, -1.0)
        shares.append(len({photo_ids[row] for row in best} & {photo_id for photo_id, _ in near}) / 10)
    year = _period(2015)
    asked = [meant(f"query{number}", f"query{number}", deps) for number in range(len(queries))]
    narrow = meant("in a year", "query0", deps, Filters(since=year.start, until=year.end))
    await asked[0].ask()
    times = [(await timed(one, 1))["median_ms"] for one in asked]
    report = {"median_ms": statistics.median(times), "max_ms": max(times), "in_a_year": await timed(narrow)}
    await engine.close()
    return report | {"recall_at_10": round(statistics.mean(shares), 4)}


def clustered(photos: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(N, D) pictures and (RUNS, D) queries, L2 norm 1; pictures of one centre have a cosine of about 0.4."""
    chance = np.random.default_rng(7)
    centres = chance.normal(size=(CENTRES, CLIP_SIZE)).astype(np.float32)
    around = [centres[chance.integers(CENTRES, size=size)] for size in (photos, RUNS)]
    spread = [rows + np.float32(1.2) * chance.standard_normal(rows.shape, np.float32) for rows in around]
    pictures, queries = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in spread)
    return pictures, queries


async def put(collection: VectorCollection, photo_ids: Sequence[PhotoId], vectors: NDArray[np.float32]) -> None:
    for start in range(0, len(photo_ids), 1000):
        both = zip(photo_ids[start : start + 1000], vectors[start : start + 1000], strict=True)
        await collection.upsert([VectorPoint(point_of(one), vector, {"photo_id": one}) for one, vector in both])


def questions(store: PostgresStore, deep: Cursor, some: PhotoId) -> Iterator[Asked]:
    def page(name: str, filters: Filters, order: Order = "newest", after: Cursor | None = None) -> Asked:
        return Asked(name, lambda: store.search(filters, order, after, PAGE + 1))

    year, june = _period(2015), _period(2015, 6)
    one, two = ((PersonId("p-0"),),), ((PersonId("p-0"),), (PersonId("p-2"),))
    yield page("page: newest", Filters())
    yield page("page: in the middle", Filters(), after=deep)
    yield page("page: oldest", Filters(), "oldest")
    yield page("page: added", Filters(), "added")
    yield page("page: quality", Filters(), "quality")
    yield page("person, frequent", Filters(people=one))
    yield page("person, rare", Filters(people=((PersonId("p-398"),),)))
    yield page("two people", Filters(people=two))
    yield page("nobody", Filters(people=((PersonId("none"),),)))
    yield page("tag, frequent", Filters(labels=("thing0",)))
    yield page("tag, rare", Filters(labels=("golden retriever",)))
    yield page("words, frequent", Filters(terms=terms_of("thing0")))
    yield page("words, a beginning", Filters(terms=terms_of("thi")))
    yield page("words, rare", Filters(terms=terms_of("retriever beach")))
    yield page("words, phrase", Filters(terms=terms_of('"golden retriever"')))
    yield page("words, none", Filters(terms=terms_of("nothing0 thing0")))
    yield page("words by relevance", Filters(terms=terms_of("person thing0")), "relevance")
    deps = fake_deps(store)
    yield meant("meaning, frequent", "puppy on the seashore", deps)
    yield meant("meaning, rare", "labrador", deps)
    yield meant("meaning, a label", "thing0", deps)
    yield meant("meaning, a sentence", "a dog runs along the shore while the mountains glow in the evening", deps)
    yield meant("meaning of a person", "puppy", deps, Filters(people=one))
    yield meant("meaning in a year", "puppy by the sea", deps, Filters(since=year.start, until=year.end))
    yield page("place", Filters(place=terms_of("reykjavik")))
    yield page("year", Filters(since=year.start, until=year.end))
    yield page("any June", Filters(month=6))
    yield page("event", Filters(event=EventId("e--3000")))
    yield page("favourites", Filters(is_favourite=True))
    yield page("videos", Filters(kind="video"))
    yield page("hidden", Filters(is_hidden=True))
    yield page("camera", Filters(camera="sony a7"))
    yield page("rated 5", Filters(min_rating=5))
    yield page("near", Filters(near=Near(38.7, -9.1, 50)))
    yield page("person, tag, month", Filters(people=one, labels=("thing0",), since=june.start, until=june.end))
    yield Asked("facets, everything", lambda: store.facets(Filters()))
    yield Asked("facets, a year", lambda: store.facets(Filters(since=year.start, until=year.end)))
    yield Asked("facets, a person", lambda: store.facets(Filters(people=one)))
    yield Asked("timeline, months", lambda: store.timeline(Filters(), "month"))
    yield Asked("timeline, days of a year", lambda: store.timeline(Filters(since=year.start, until=year.end), "day"))
    yield Asked("photo", lambda: store.photo(some))
    yield Asked("similar by hash", lambda: store.near_hashes("01" * 32, 40, 18))
    yield Asked("names", store.names)


async def timed(asked: Asked, runs: int = RUNS) -> dict[str, float]:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        await asked.ask()
        times.append((time.perf_counter() - start) * 1000)
    return {"median_ms": round(statistics.median(times), 1), "max_ms": round(max(times), 1)}


async def seconds(work: Awaitable[Any]) -> float:
    start = time.perf_counter()
    await work
    return round(time.perf_counter() - start, 3)


async def read(store: PostgresStore) -> dict[str, dict[str, float]]:
    newest = await store.search(Filters(), "newest", None, 1)
    if not newest:
        raise SystemExit("this read model holds no photo")
    timeline = await store.timeline(Filters(), "month")
    middle = period_of(*(int(part) for part in timeline[len(timeline) // 2].bucket.split("-")))
    assert middle is not None
    deep = Cursor("newest", middle.start, PhotoId(""))
    return {asked.name: await timed(asked) for asked in questions(store, deep, newest[0].card.photo_id)}


async def write(store: PostgresStore, photos: int = 300) -> dict[str, float]:
    """Messages through the handlers, and the changes that touch many photos at once."""
    deps = fake_deps(store)

    async def import_photos() -> None:
        for number in range(photos):
            await hear(PhotoAdded(photo=made_up.photo(number)), deps)
            await hear(made_up.analysis(number, ["beach", "dog", "food"]), deps)
            await hear(made_up.assigned(number, "p-4"), deps)

    importing = await seconds(import_photos())
    return {
        "photos_indexed_per_s": round(photos / importing, 1),
        "rename_6_percent_s": await seconds(hear(made_up.person("p-4", "Anybody Else", revision=9), deps)),
        "rename_37_percent_s": await seconds(hear(made_up.person("p-0", "Somebody Else", revision=9), deps)),
        "library_removed_s": await seconds(hear(LibraryRemoved(library_id=made_up.HOME, revision=9), deps)),
    }


async def measure(dsn: str, photos: int | None) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        database = PostgresDatabase(dsn, "search")
        await database.open(60)
        stack.push_async_callback(database.close)
        store = PostgresStore(database)
        if photos is None:
            return {"queries": await read(store)}
        await migrated(database, "search", MIGRATIONS)
        photo_ids = await fill(database, photos)
        await analyse(database)
        indexing = await seconds(index(store, photo_ids))
        await analyse(database)
        report = {"photos": photos, "index_all_s": indexing, "queries": await read(store)}
        with tempfile.TemporaryDirectory() as folder:
            report["pictures"] = await pictures(store, database, photo_ids, Path(folder))
        return report | {"writes": await write(store)}


def show(report: dict[str, Any]) -> None:
    print(f"{'question':28} {'median ms':>10} {'max ms':>10}")
    for name, times in report["queries"].items():
        print(f"{name:28} {times['median_ms']:10.1f} {times['max_ms']:10.1f}")
    if "pictures" in report:
        shown = report["pictures"]
        print(f"{'pictures by words':28} {shown['median_ms']:10.1f} {shown['max_ms']:10.1f}")
        print(f"{'pictures, recall at 10':28} {shown['recall_at_10']:10.3f}")
    for name, value in (report.get("writes") or {}).items():
        print(f"{name:28} {value:10.3f}")
    print(json.dumps(report))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dsn", nargs="?", help="of a running PictoPy; without it a library is made up")
    parser.add_argument("--photos", type=int, default=100_000, help="how many to make up")
    options = parser.parse_args()
    if options.dsn:
        show(asyncio.run(measure(options.dsn, None)))
        return
    with tempfile.TemporaryDirectory() as folder, PostgresEngine(Path(folder) / "postgres") as engine:
        show(asyncio.run(measure(engine.dsn(), options.photos)))


if __name__ == "__main__":
    main()
