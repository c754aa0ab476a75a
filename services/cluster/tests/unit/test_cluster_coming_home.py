"""Names that other programs change in files: the newer word wins, our own writing says nothing, nothing goes unseen."""

from collections.abc import Sequence

import httpx
import pytest

from pictopy_cluster.app import SERVICE
from pictopy_cluster.consumers import on_photo_added, on_photo_analysed, on_photo_changed
from pictopy_cluster.deciding import Wish, decide, undo
from pictopy_cluster.domain.coming_home import NEWER, REMOVED
from pictopy_cluster.fake_deps import fake_deps
from pictopy_cluster.fakes import FakeStore
from pictopy_cluster.made_up import analysed, box, people, photo
from pictopy_cluster.ports import Deps
from pictopy_cluster.settling import settle_people
from pictopy_contracts.messages import NamedRegion, PhotoAdded, PhotoChanged
from pictopy_testing.plugin import ClientFactory

COUNT = 5


@pytest.fixture
async def deps() -> Deps:
    """Five photos of one face, whom a person named Anna."""
    deps = fake_deps(FakeStore())
    for n, vector in enumerate(people(["anna"] * COUNT, spread=0.3)):
        await on_photo_added(PhotoAdded(photo=photo(f"p{n}")), deps)
        await on_photo_analysed(analysed(f"p{n}", [vector]), deps)
    await settle_people(deps)
    await decide(Wish("name", await person_in(deps, "p0"), name="Anna"), deps)
    await settle_people(deps)
    return deps


async def person_in(deps: Deps, photo_id: str) -> str | None:
    return (await deps.store.faces_of_photo(photo_id))[0].person_id


async def names(deps: Deps) -> list[str | None]:
    """Of the faces of the five photos."""
    await settle_people(deps)
    known = {person.person_id: person.name for person in await deps.store.list_people()}
    return [known.get(await person_in(deps, f"p{n}") or "") for n in range(COUNT)]


async def write(deps: Deps, revision: int, name: str | None, photo_ids: Sequence[str] = ("p0",)) -> None:
    """The file says this over the face now; delivered twice, as messages are."""
    regions = (NamedRegion(name=name, box=box()),) if name else ()
    for photo_id in (*photo_ids, *photo_ids):
        await on_photo_changed(PhotoChanged(photo=photo(photo_id, revision=revision, regions=regions)), deps)


async def rules(deps: Deps) -> list[tuple[str, str | None, str]]:
    return [(one.rule, one.theirs, one.resolved) for one in await deps.store.conflicts(0, 10)]


async def test_our_own_echo_says_nothing(deps: Deps) -> None:
    """The name that we wrote, and wrote anew after a rename, is no statement and no conflict."""
    await write(deps, 2, "Anna")
    await decide(Wish("name", await person_in(deps, "p0"), name="Anne"), deps)
    await decide(Wish("name", await person_in(deps, "p0"), name="Annie"), deps)
    await write(deps, 3, "Anne")
    await write(deps, 4, "Annie")
    assert await names(deps) == ["Annie"] * COUNT
    assert len(await deps.store.decisions()) == 3
    assert await rules(deps) == []


async def test_a_name_changed_elsewhere_wins_for_that_face_alone(deps: Deps) -> None:
    """One face, one decision by "file", that can be undone; nobody else is renamed."""
    await write(deps, 2, "Anna")
    await write(deps, 3, "Berta")
    assert await names(deps) == ["Berta", *["Anna"] * (COUNT - 1)]
    log = [decision for decision, _ in await deps.store.decisions()]
    assert [(row.kind, row.by, row.name) for row in log[1:]] == [("assign", "file", "Berta")]
    assert await rules(deps) == [(NEWER, "Berta", "theirs")]
    berta = next(person for person in await deps.store.list_people() if person.name == "Berta")
    assert berta.name_source == "file"
    await undo(log[1].decision_id, deps)
    assert await names(deps) == ["Anna"] * COUNT


async def test_a_change_of_mind_elsewhere_is_heard_again(deps: Deps) -> None:
    """Berta, and then Anna after all: that is no echo of ours, since the file had the last word in between."""
    await write(deps, 2, "Anna")
    await write(deps, 3, "Berta")
    await settle_people(deps)
    await write(deps, 4, "Anna")
    assert await names(deps) == ["Anna"] * COUNT
    assert [decision.by for decision, _ in await deps.store.decisions()] == ["user", "file", "file"]


async def test_a_region_that_appears_over_a_named_face_is_a_newer_word(deps: Deps) -> None:
    """Also where we had written nothing: somebody drew it after the photo had come."""
    await write(deps, 2, "Berta")
    assert await names(deps) == ["Berta", *["Anna"] * (COUNT - 1)]


async def test_a_region_that_disappears_is_no_statement(deps: Deps) -> None:
    """Programs drop what they do not understand: the name stays, and the difference is shown."""
    await write(deps, 2, "Anna")
    await write(deps, 3, None)
    assert await names(deps) == ["Anna"] * COUNT
    assert await rules(deps) == [(REMOVED, None, "ours")]


async def test_a_later_word_here_outweighs_the_file_again(deps: Deps) -> None:
    """The newer word is that of the person who speaks last, wherever."""
    await write(deps, 2, "Anna")
    await write(deps, 3, "Berta")
    face = (await deps.store.faces_of_photo("p0"))[0].face_id
    await decide(Wish("assign", face_ids=(face,), name="Anna"), deps)
    assert await names(deps) == ["Anna"] * COUNT
    await write(deps, 4, "Anna")
    assert await names(deps) == ["Anna"] * COUNT
    assert len(await deps.store.decisions()) == 3


async def test_a_first_import_overrules_nobody(deps: Deps) -> None:
    """What a file said before we knew it is older than what was said here."""
    face = (await deps.store.faces_of_photo("p1"))[0].face_id
    await decide(Wish("assign", face_ids=(face,), name="Zoe"), deps)
    store = deps.store
    assert isinstance(store, FakeStore)
    async with store.unit() as unit:
        row = await unit.photo("p1")
        await unit.save_photo(type(row)("p1", analysed_at=row.analysed_at))
    region = (NamedRegion(name="Berta", box=box()),)
    await on_photo_added(PhotoAdded(photo=photo("p1", regions=region)), deps)
    assert (await names(deps))[1] == "Zoe"


@pytest.fixture
async def client(deps: Deps, client_for: ClientFactory) -> httpx.AsyncClient:
    return await client_for(SERVICE, deps)


async def test_conflicts_are_listed(client: httpx.AsyncClient, deps: Deps) -> None:
    """Both names, which counts, and by which rule."""
    await write(deps, 2, "Anna", ("p0", "p1"))
    await write(deps, 3, "Berta", ("p0", "p1"))
    page = (await client.get("/v1/conflicts", params={"limit": 1})).json()
    assert page["next"] == "1"
    one = page["items"][0]
    assert (one["what"], one["ours"], one["theirs"], one["resolved"]) == ("people", "Anna", "Berta", "theirs")
    log = (await client.get("/v1/decisions")).json()["items"]
    assert [row["by"] for row in log] == ["file", "file", "user"]
