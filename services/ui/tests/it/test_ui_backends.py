"""One suite on the in-memory fakes, and on the real clients over HTTP in front of the same fakes."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from pictopy_ui import answers as a
from pictopy_ui import client
from pictopy_ui.domain.filters import Filters
from pictopy_ui.fakes import House, deps_of
from pictopy_ui.fakes.server import make_app
from pictopy_ui.fakes.services import PlainPictures
from pictopy_ui.fakes.serving import serving
from pictopy_ui.ports import Deps, Refused, Unreachable

FIRST = f"{0:032x}"
DAY = date(2026, 6, 14)


def _over_http(base_url: str, http: httpx.Client) -> Deps:
    def line(service: str) -> client.Line:
        return client.Line(service, f"{base_url}/{service}", http)

    return Deps(
        ingest=client.IngestClient(line("ingest")),
        vision=client.VisionClient(line("vision")),
        cluster=client.ClusterClient(line("cluster")),
        search=client.SearchClient(line("search")),
        memories=client.MemoriesClient(line("memories")),
        exif=client.ExifClient(line("exif")),
        watch=client.WatchClient([line("ingest"), line("exif")]),
        pictures=PlainPictures(),
    )


@pytest.fixture
def house() -> House:
    return House.furnished()


@pytest.fixture(params=["fake", "http"])
def deps(request: pytest.FixtureRequest, house: House) -> Iterator[Deps]:
    if request.param == "fake":
        yield deps_of(house)
        return
    headers = {"Authorization": "Bearer t"}
    with serving(make_app(house, "t")) as base_url, httpx.Client(headers=headers, trust_env=False) as http:
        yield _over_http(base_url, http)


def test_libraries_come_and_go(deps: Deps) -> None:
    """A folder is added, listed, scanned and removed."""
    deps.ingest.add_library("/more", "More")
    added = deps.ingest.libraries()[-1]
    assert (added.name, added.root) == ("More", "/more")
    deps.ingest.scan(added.library_id)
    deps.ingest.remove_library(added.library_id)
    assert len(deps.ingest.libraries()) == 1
    with pytest.raises(Refused, match="whole path"):
        deps.ingest.add_library("relative")


def test_photos_are_read_and_edited(deps: Deps) -> None:
    """What a person says of a photo is there when it is read again."""
    deps.ingest.edit(FIRST, {"favourite": True, "caption": "“At sea”\n😀", "rating": None})
    photo = deps.ingest.photo(FIRST)
    assert (photo.favourite, photo.caption, photo.rating) == (True, "“At sea”\n😀", None)
    assert len(deps.ingest.photos(limit=10).items) == 10
    assert list(deps.ingest.lookup([FIRST, "unknown"])) == [FIRST]
    with pytest.raises(Refused) as refused:
        deps.ingest.photo("unknown")
    assert refused.value.status == 404


def test_failures_are_settled_one_by_one(deps: Deps) -> None:
    """A failed file and a dead letter are each retried or skipped by what identifies them."""
    broken, dead = deps.ingest.failures().items
    deps.ingest.retry(broken)
    deps.ingest.skip(dead)
    assert deps.ingest.failures().items == ()
    assert deps.ingest.activity().stages["vision"].failed == 1


def test_search_pages_through_everything(deps: Deps) -> None:
    """Following the cursors gives each photo once."""
    first = deps.search.search(Filters(), limit=20)
    second = deps.search.search(Filters(), first.next, limit=40)
    assert len({hit.photo_id for hit in (*first.items, *second.items)}) == 48
    assert second.next is None


def test_filters_reach_search(deps: Deps) -> None:
    """Every filter narrows what is found, in lists, facets and timeline alike."""
    filters = Filters(people=("p0",), tag="beach", since="2025-08-01")
    found = deps.search.search(filters)
    assert 0 < len(found.items) < 48
    assert deps.search.facets(filters).total == len(found.items)
    assert sum(bucket.count for bucket in deps.search.timeline(filters)) == len(found.items)
    assert deps.search.similar(FIRST, 3)
    assert deps.search.photo(FIRST).places == ("Arezzo",)


def test_decisions_about_people_can_be_undone(deps: Deps) -> None:
    """Naming, joining and giving faces away take effect and can be taken back."""
    named = deps.cluster.decide("name", person_id="p3", name="Dora")
    assert deps.cluster.person("p3").name == "Dora"
    deps.cluster.undo(named.decision_id)
    assert deps.cluster.person("p3").name is None
    joined = deps.cluster.decide("same", person_id="p0", other_person_id="p3")
    with pytest.raises(Refused):
        deps.cluster.person("p3")
    deps.cluster.undo(joined.decision_id)
    face = deps.cluster.faces_of_person("p0").items[0]
    deps.cluster.decide("not_same", person_id="p0", face_ids=[face.face_id])
    assert face.face_id in {loose.face_id for loose in deps.cluster.unassigned().items}
    assert face.photo_id in {found.photo_id for found in deps.cluster.faces_of_photo(face.photo_id)}


def test_hidden_people_are_listed_only_when_asked_for(deps: Deps) -> None:
    """Hiding takes a person out of the usual list."""
    deps.cluster.decide("hide", person_id="p1")
    assert "p1" not in {person.person_id for person in deps.cluster.people().items}
    assert "p1" in {person.person_id for person in deps.cluster.people(include_hidden=True).items}


def test_events_are_renamed(deps: Deps) -> None:
    """A title by hand is kept as such."""
    deps.cluster.rename_event("e1", "Nonna's 80th")
    assert deps.cluster.event("e1").title_source == "user"
    assert {event.kind for event in deps.cluster.events("trip").items} == {"trip"}


def test_models_are_fetched_and_removed(deps: Deps) -> None:
    """A task is on while a model for it is installed."""
    deps.vision.pull("mobilenet-tags")
    assert deps.vision.models().tasks["tags"].on
    deps.vision.remove("yunet")
    assert not deps.vision.models().tasks["faces"].on
    deps.vision.pull_starter()
    assert deps.vision.models().tasks["faces"].on
    assert deps.vision.pulls() == ()


def test_stories_are_seen_and_judged(deps: Deps, house: House) -> None:
    """A story of the day is read, marked, judged; another day can be asked for."""
    story = deps.memories.stories(DAY)[0]
    deps.memories.seen(story.story_id)
    deps.memories.feedback(story.story_id, "less")
    deps.memories.build(DAY)
    assert deps.memories.story(story.story_id).seen
    assert house.asked == [("feedback", story.story_id, "less"), ("build", "2026-06-14")]


def test_writes_are_undone_and_the_policy_kept(deps: Deps) -> None:
    """The ledger tells what was undone; the policy comes back as it was set."""
    write = deps.exif.ledger(FIRST).items[0]
    deps.exif.undo(write.write_id)
    assert deps.exif.ledger().items[0].status == "undone"
    deps.exif.set_policy(a.Policy(policy="sidecar", paused=True))
    assert deps.exif.policy() == a.Policy(policy="sidecar", paused=True)
    assert deps.exif.failed_wishes() == ()


def test_a_service_that_is_away_says_so(deps: Deps, house: House) -> None:
    """Whoever is down is an error of its own name, and the others still answer."""
    house.down.add("search")
    with pytest.raises((Unreachable, Refused), match="search"):
        deps.search.facets(Filters())
    assert deps.ingest.libraries()
    assert deps.watch.health()[0].reachable


def test_models_change_with_a_way_back(deps: Deps, house: House) -> None:
    """Another face model is used beside the old one until the change is finished or taken back."""
    house.models.append(a.Model(id="other", task="face_embedding", title="Other", installed=True))
    deps.vision.use("other")
    (change,) = deps.vision.changes()
    assert (change.task, change.before, change.after) == ("face_embedding", "sface", "other")
    assert deps.cluster.model_change().state == "computing"
    assert deps.search.model_change().state == "none"
    assert deps.ingest.activity().stages["vision"].relook == 48
    deps.ingest.hold("vision", is_held=True)
    assert deps.ingest.activity().stages["vision"].paused
    deps.vision.end_change("face_embedding", "back")
    assert deps.vision.changes() == ()


def test_profiles_are_measured_and_used(deps: Deps, house: House) -> None:
    """The machine is known, a set fits it, and the installed models can be timed."""
    profiles = deps.vision.profiles()
    assert (profiles.recommended, profiles.hardware.instructions) == ("4gb", ("avx2",))
    deps.vision.use_profile("4gb")
    deps.vision.switch("tags", is_on=False)
    assert house.asked == [("profile", "4gb"), ("switch", "tags", False)]
    deps.vision.start_bench()
    assert {one.model for one in deps.vision.bench().items} == {"yunet", "sface"}


def test_albums_come_and_go(deps: Deps) -> None:
    """An album is made, filled, renamed and removed; its photos stay."""
    album = deps.ingest.add_album("Ποιήματα")
    deps.ingest.change_album(album.album_id, add=[FIRST])
    assert deps.ingest.photo(FIRST).albums == ("Ποιήματα",)
    deps.ingest.rename_album(album.album_id, "Poems")
    assert deps.ingest.album_photos(album.album_id) == (FIRST,)
    assert {one.name: one.photo_count for one in deps.ingest.albums()} == {"Best of": 1, "Poems": 1}
    assert [hit.photo_id for hit in deps.search.search(Filters(album="Poems")).items] == [FIRST]
    deps.ingest.remove_album(album.album_id)
    assert deps.ingest.photo(FIRST).albums == ()


def test_differences_are_settled_by_choice(deps: Deps) -> None:
    """What a file said differently stands with both sides, and the other one can be chosen."""
    (one,) = deps.ingest.conflicts().items
    assert (one.ours, one.theirs, one.resolved) == ("At home", "In the garden", "theirs")
    assert deps.cluster.conflicts()[0].theirs == "Hanna"
    deps.ingest.settle_conflict(one.conflict_id, "ours")
    assert deps.ingest.conflicts().items[0].resolved == "ours"


def test_writes_are_counted_planned_and_all_taken_back(deps: Deps) -> None:
    """A dry run counts, a plan tells, and the whole ledger goes back at once."""
    deps.exif.start_dry_run()
    assert deps.exif.dry_run().by_kind == {"people": 48}
    assert deps.exif.plan(FIRST)[0].add == ("dc:subject Anna",)
    assert deps.exif.ledger(day=date(2020, 1, 1)).items == ()
    deps.exif.undo_all()
    assert deps.exif.ledger(status="written").items == ()
