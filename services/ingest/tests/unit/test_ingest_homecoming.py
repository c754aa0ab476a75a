"""Changes that other programs make in files come home, our own do not, and nothing goes round and round."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import FileWritten, NamedRegion
from pictopy_ingest import catalog, consumers, stating
from pictopy_ingest.app import SERVICE
from pictopy_ingest.board import Board
from pictopy_ingest.disk_fakes import FakePreparer, FakeTree
from pictopy_ingest.domain.facts import Facts, Stated
from pictopy_ingest.domain.homecoming import SINGLES, File, Word, merge, with_word
from pictopy_ingest.domain.photos import Library
from pictopy_ingest.domain.scan import Seen, Stamp
from pictopy_ingest.fakes import FakeStore
from pictopy_ingest.ports import Deps, PictureFiles, Prepared
from pictopy_runtime.fakes import FakeBus

T0 = datetime(2024, 1, 1, tzinfo=UTC)
PLAIN = Facts(format="jpeg", width_px=4, height_px=3, camera_make="Cam", time_source="exif")
ANA = NamedRegion(name="Ana", box=Box(x1=0, y1=0, x2=0.5, y2=0.5))
CLOCK = datetime.fromisoformat("2019-08-03T18:05:00")

words = st.sampled_from([None, "a", "b", "c"])
lists = st.lists(st.sampled_from(["x", "y", "z", "a/b"]), unique=True, max_size=3).map(tuple)
rating = st.sampled_from([None, -1, 1, 5])
flags = st.booleans()
clocks = st.sampled_from([None, CLOCK, CLOCK + timedelta(hours=1)])
degrees = st.sampled_from([None, 41.9, -12.5])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "caption": words,
    "title": words,
    "city": words,
    "country": words,
    "location": words,
    "rating": rating,
    "favourite": flags,
    "hidden": flags,
    "keywords": lists,
    "taken_at_local": clocks,
    "taken_offset_min": st.sampled_from([None, 120]),
}


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """What a file may say."""
    said = {name: draw(values) for name, values in VALUES.items()}
    place = draw(degrees)
    return PLAIN.model_copy(update={**said, "albums": draw(lists), "latitude_deg": place, "longitude_deg": place})


@st.composite
def spoken(draw: st.DrawFn) -> Word:
    """What may have been stated, each field at its own time."""
    names = draw(st.sets(st.sampled_from([*VALUES, "place"])))
    said = {name: draw(VALUES[name]) for name in names if name in VALUES}
    if "place" in names:
        said |= dict.fromkeys(("latitude_deg", "longitude_deg"), draw(degrees))
    at = {name: T0 + timedelta(days=draw(st.integers(0, 9))) for name in said}
    return Word(Stated(**said), at, draw(st.none() | lists))


@given(facts(), spoken())
def test_our_own_echo_changes_nothing(base: Facts, word: Word) -> None:
    """What our writer put into the file is read back: nothing is stated, nothing clashes."""
    merged = merge(File(base, with_word(base, word), T0 + timedelta(days=5)), word)
    assert (merged.word, merged.fields, merged.clashes) == (word, (), ())


@given(facts(), facts(), spoken(), st.integers(0, 9), st.none() | facts())
def test_a_foreign_change_settles_in_one_round(
    base: Facts, theirs: Facts, word: Word, day: int, held: Facts | None
) -> None:
    """Taken home once; then our writer writes what is stated, and reading that changes nothing any more."""
    merged = merge(File(base, theirs, T0 + timedelta(days=day), held), word)
    again = merge(File(theirs, theirs, T0 + timedelta(days=day), held), merged.word)
    assert again.word == merged.word
    assert again.clashes == ()
    ours = with_word(theirs, merged.word)
    later = merge(File(theirs, ours, T0 + timedelta(days=day, hours=1), held), merged.word)
    assert (later.word, later.fields, later.clashes) == (merged.word, (), ())


@given(facts(), facts(), spoken(), st.integers(0, 9))
def test_no_word_is_lost_unseen(base: Facts, theirs: Facts, word: Word, day: int) -> None:
    """A single value that was stated and is no longer is what the file said before, or stands in a conflict."""
    merged = merge(File(base, theirs, T0 + timedelta(days=day)), word)
    shown = {name: clash.ours[name] for clash in merged.clashes for name in clash.ours}
    for names in SINGLES.values():
        for name in names:
            before = getattr(word.stated, name)
            if name in word.stated.model_fields_set and before != getattr(merged.word.stated, name):
                assert name in shown or before == getattr(base, name)


@given(facts(), facts(), spoken())
def test_lists_take_what_both_added_and_lose_what_either_took_away(base: Facts, theirs: Facts, word: Word) -> None:
    """Three sets: nobody's addition is lost, nobody's removal comes back."""
    ours = word.stated.keywords
    merged = merge(File(base, theirs, T0), word).word.stated.keywords
    if "keywords" in word.stated.model_fields_set:
        held = set(ours) - (set(base.keywords) - set(theirs.keywords))
        assert set(merged) == held | (set(theirs.keywords) - set(base.keywords))


def test_who_speaks_later_is_right() -> None:
    """Both changed the caption: the later one holds, the other is shown, with the rule."""
    base, theirs = PLAIN.model_copy(update={"caption": "old"}), PLAIN.model_copy(update={"caption": "theirs"})
    word = Word(Stated(caption="ours"), {"caption": T0})
    later = merge(File(base, theirs, T0 + timedelta(1)), word)
    assert (later.word.stated.caption, later.clashes[0].resolved) == ("theirs", "theirs")
    assert later.word.stated_at["caption"] == T0 + timedelta(1)
    earlier = merge(File(base, theirs, T0 - timedelta(1)), word)
    assert (earlier.word, earlier.clashes[0].resolved) == (word, "ours")
    quiet = merge(File(PLAIN.model_copy(update={"caption": "ours"}), theirs, T0 - timedelta(1)), word)
    assert (quiet.word.stated.caption, quiet.clashes) == ("theirs", ())


def test_a_stripped_file_takes_nothing_away() -> None:
    """A program that drops all metadata at once said nothing; a caption that goes alone is a wish, and shown."""
    word = Word(Stated(caption="sea", keywords=("x",)), {"caption": T0, "keywords": T0})
    base = with_word(PLAIN, word)
    bare = Facts(format="jpeg", width_px=4, height_px=3, time_source="mtime")
    assert merge(File(base, bare, T0 + timedelta(1)), word).fields == ()
    alone = merge(File(base, base.model_copy(update={"caption": None}), T0 + timedelta(1)), word)
    assert (alone.word.stated.caption, [one.rule for one in alone.clashes]) == (None, ["another program took it away"])


def test_clocks_of_files_and_names_of_people_are_no_words() -> None:
    """A file that was touched says nothing of when it was taken; a person's name among keywords is no keyword."""
    word = Word(Stated(taken_at_local=CLOCK, keywords=("x",)), {"taken_at_local": T0, "keywords": T0})
    touched = PLAIN.model_copy(update={"time_source": "mtime", "taken_at_local": CLOCK + timedelta(1)})
    assert merge(File(with_word(PLAIN, word), touched, T0 + timedelta(1)), word).fields == ("keywords",)
    named = with_word(PLAIN, word).model_copy(update={"keywords": ("x", "Ana", "People/Ana"), "regions": (ANA,)})
    assert merge(File(with_word(PLAIN, word), named, T0 + timedelta(1)), word).fields == ()


# --- in the service -----------------------------------------------------------------------------------

ID = PhotoId("a" * 32)
LIBRARY = LibraryId("lib")
ClientFactory = Callable[..., Awaitable[httpx.AsyncClient]]


class World:
    """One photo in one file, and another in a copy where a test wants it."""

    def __init__(self) -> None:
        self.store, self.days = FakeStore(), 0
        pictures = PictureFiles(Path("/data"))
        self.deps = Deps(self.store, FakeBus(), FakeTree(), FakePreparer(), pictures, Board(lambda: 0.0), self.now)

    def now(self) -> datetime:
        self.days += 1
        return T0 + timedelta(days=self.days)

    async def look(self, said: Facts, digest: str = "", path: bytes = b"a.jpg") -> None:
        """The file now says this."""
        at = self.now()
        async with self.store.unit() as unit:
            if not await unit.libraries():
                await unit.save_library(Library(LIBRARY, "home", b"/home", 1, T0))
            seen = Seen(path, Stamp(self.days, self.days, 1))
            found = Prepared(seen, ID, said, changed_at=at - timedelta(hours=1), digest=digest)
            await catalog.record(unit, LIBRARY, [found], [], at)

    async def say(self, **fields: Any) -> None:
        async with self.store.unit() as unit:
            await stating.state(unit, ID, Stated(**fields), self.now())

    async def wrote(self, digest: str, *, is_undo: bool = False) -> None:
        written = FileWritten(
            write_id=1, photo_id=ID, library_id=LIBRARY, path="a.jpg", target="embedded", hash_before="",
            hash_after=digest, is_undo=is_undo,
        )  # fmt: skip
        await consumers.on_file_written(written, self.deps)

    @property
    def stated(self) -> Stated:
        return self.store.state.photos[ID].stated


@pytest.fixture
def world() -> World:
    return World()


async def test_our_writers_bytes_are_known(world: World) -> None:
    """What it wrote is no news, however it reads; its undo takes nothing back that was said."""
    await world.look(PLAIN)
    await world.say(caption="sea", keywords=("x",))
    await world.wrote("h1")
    before = world.store.state.photos[ID].statement_revision
    await world.look(PLAIN.model_copy(update={"caption": "SEA?", "keywords": ("x", "mangled")}), "h1")
    assert world.store.state.photos[ID].statement_revision == before
    await world.wrote("h0", is_undo=True)
    await world.look(PLAIN, "h0")
    assert (world.stated.caption, world.stated.keywords) == ("sea", ("x",))
    assert world.store.state.conflicts == {}


async def test_another_program_changes_what_we_wrote_before_we_looked(world: World) -> None:
    """Base is what our write put there: a keyword that was taken away at once is gone, one that was added is in."""
    await world.look(PLAIN)
    await world.say(keywords=("x", "y"))
    await world.wrote("h1")
    await world.look(PLAIN.model_copy(update={"keywords": ("y", "z")}), "foreign")
    assert world.stated.keywords == ("y", "z")


async def test_a_copy_speaks_too(world: World) -> None:
    """A rating given in a copy of the file is a word on the photo."""
    await world.look(PLAIN)
    await world.look(PLAIN, path=b"copy.jpg")
    await world.look(PLAIN.model_copy(update={"rating": 4}), path=b"copy.jpg")
    assert world.stated.rating == 4
    await world.look(PLAIN.model_copy(update={"caption": "sea"}))
    assert world.stated.model_fields_set == {"rating"}
    assert world.store.state.photos[ID].told["caption"] == "sea"


async def test_albums_in_files_are_followed(world: World) -> None:
    """Without a word of ours the photo is where its file says; with one both are merged."""
    await world.look(PLAIN.model_copy(update={"albums": ("Rome",)}))
    await world.look(PLAIN.model_copy(update={"albums": ("Best",)}))
    assert [one.name for one in await world.store.albums()] == ["Best"]
    async with world.store.unit() as unit:
        await stating.place(unit, (await unit.photos([ID])).values(), world.now())
    await world.look(PLAIN.model_copy(update={"albums": ("Best", "Sea")}))
    async with world.store.unit() as unit:
        assert await unit.album_names([ID]) == {ID: ["Best", "Sea"]}
    assert "albums" in world.store.state.photos[ID].stated_at


async def test_a_conflict_is_shown_and_turned_by_a_click(world: World, client_for: ClientFactory) -> None:
    """Both changed the caption; the file was later; one click takes ours back, another theirs again."""
    await world.look(PLAIN.model_copy(update={"caption": "old"}))
    await world.say(caption="ours")
    await world.look(PLAIN.model_copy(update={"caption": "theirs"}))
    client = await client_for(SERVICE, world.deps)
    [conflict] = (await client.get("/v1/conflicts")).json()["items"]
    assert (conflict["what"], conflict["resolved"], conflict["path"]) == ("caption", "theirs", "a.jpg")
    assert (conflict["ours"], conflict["theirs"]) == ({"caption": "ours"}, {"caption": "theirs"})
    assert conflict["rule"] == "both changed it, and the file did so later"
    assert world.stated.caption == "theirs"
    answer = await client.post(f"/v1/conflicts/{conflict['id']}/ours")
    assert (answer.json()["resolved"], world.stated.caption) == ("ours", "ours")
    await client.post(f"/v1/conflicts/{conflict['id']}/theirs")
    assert world.stated.caption == "theirs"
    assert (await client.post("/v1/conflicts/99/ours")).status_code == 404
    assert (await client.get("/v1/conflicts", params={"limit": 1})).json()["next"] is None


async def test_a_look_twice_is_a_look_once(world: World) -> None:
    """The same file read again after a foreign change says nothing new."""
    await world.look(PLAIN)
    await world.say(keywords=("x",))
    changed = PLAIN.model_copy(update={"keywords": ("y",)})
    await world.look(changed)
    row = world.store.state.photos[ID]
    await world.look(changed)
    assert replace(world.store.state.photos[ID], revision=row.revision) == row
    assert row.stated.keywords == ("x", "y")
