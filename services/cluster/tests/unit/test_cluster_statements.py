"""The log of decisions: order, weight, undoing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pictopy_cluster.domain.identity import stable_ids
from pictopy_cluster.domain.matching import match
from pictopy_cluster.domain.models import UNKNOWN
from pictopy_cluster.domain.names import name_key, person_of_face, person_of_name
from pictopy_cluster.domain.partition import learn
from pictopy_cluster.domain.people import Gallery, assign
from pictopy_cluster.domain.statements import Decision, Imported, living, replay
from pictopy_cluster.made_up import box, faces, people

NAMES = ["anna"] * 4 + ["ben"] * 4 + ["cleo"] * 3
FACES = tuple(f"f{n:02d}" for n in range(len(NAMES)))
MADE = faces(people(NAMES, spread=0.4))
GALLERY = Gallery(FACES, MADE, learn(MADE, UNKNOWN), UNKNOWN)


def persons(log: list[Decision], before: dict[str, str] | None = None) -> dict[str, str | None]:
    return {face: one.person_id for face, one in assign([GALLERY], [], replay(log), before or {}).items()}


def test_a_later_word_on_a_face_outweighs_an_earlier_one() -> None:
    """Assigned to one person and then to another, a face is the other's."""
    log = [Decision(1, "assign", "A", face_ids=("f00",)), Decision(2, "assign", "B", face_ids=("f00",))]
    assert replay(log).pins == {"f00": "B"}


def test_not_this_person_takes_the_face_out_for_good() -> None:
    """A rejected face leaves the person, and standing for the person again does not bring it back."""
    log = [
        Decision(1, "name", "A", name="Anna", anchors={"A": FACES[:4]}),
        Decision(2, "not_same", "A", face_ids=("f03",), anchors={"A": FACES[:3]}),
        Decision(3, "name", "A", name="Anne", anchors={"A": FACES[:4]}),
    ]
    found = persons(log)
    assert [found[face] for face in FACES[:3]] == ["A"] * 3
    assert found["f03"] != "A"
    assert replay(log).names == {"A": "Anne"}


def test_merging_joins_and_undoing_parts_again() -> None:
    """Undoing a merge, however long ago, gives the identical partition with the same ids."""
    before = dict(zip(FACES, NAMES, strict=True))
    start = persons([], before)
    merge = Decision(1, "same", "anna", "ben", anchors={"anna": FACES[:4], "ben": FACES[4:8]})
    merged = persons([merge], before)
    assert {merged[face] for face in FACES[:8]} == {"anna"}
    hints = {face: person for person, group in merge.anchors.items() for face in group}
    assert persons([merge, Decision(2, "undo", undoes=1)], {**merged, **hints}) == start  # type: ignore[dict-item] # all have one


def test_an_undo_can_be_undone() -> None:
    """Undoing the undo brings the decision back."""
    log = [
        Decision(1, "name", "A", name="Anna", anchors={"A": FACES[:2]}),
        Decision(2, "undo", undoes=1),
        Decision(3, "undo", undoes=2),
    ]
    assert [row.decision_id for row in living(log)] == [1]
    assert living(log[:2]) == []


def test_two_persons_said_to_differ_stay_apart() -> None:
    """Not the same: never one, even where the faces look alike."""
    log = [Decision(1, "not_same", "A", "B", anchors={"A": ("f00",), "B": ("f01",)})]
    found = persons(log)
    assert (found["f00"], found["f01"]) == ("A", "B")


def test_what_is_not_a_face_is_nobody() -> None:
    """It has no person, and does not hold a group together."""
    result = assign([GALLERY], [], replay([Decision(1, "not_a_face", face_ids=("f00",))]), {})
    assert result["f00"].person_id is None
    assert not result["f00"].is_face


def test_imported_names_are_weaker_than_decisions() -> None:
    """A name in the file counts where no decision spoke, and joins the person of that name."""
    named = Decision(1, "name", "A", name="Anna", anchors={"A": FACES[:4]})
    said = replay([named], [Imported("f05", " ANNA "), Imported("f00", "Ben")])
    found = assign([GALLERY], [], said, {})
    assert (found["f05"].person_id, found["f05"].source) == ("A", "file")
    assert (found["f00"].person_id, found["f00"].source) == ("A", "user")
    assert said.source_of("nobody") == "auto"
    alone = replay([], [Imported("f05", "Ben")])
    assert alone.pins == {"f05": person_of_name("ben")}
    assert alone.names == {person_of_name("Ben"): "Ben"}


def test_a_name_of_ours_over_a_face_that_is_theirs_anyway_says_nothing() -> None:
    """What we wrote ourselves over a face that likeness gives the person pins nothing, with or without a database."""
    named = Decision(1, "name", "A", name="Anna", anchors={"A": FACES[:2]})
    found = assign([GALLERY], [], replay([named], [Imported("f03", "Anna")]), {})
    assert (found["f03"].person_id, found["f03"].source) == ("A", "auto")


def test_who_cannot_be_compared_stays_with_whom_they_were() -> None:
    """Faces of photos that are away, or that the model never saw, keep their person, but for what was said of them."""
    before = {"x": "A", "y": "A", "z": "B"}
    log = [Decision(1, "not_same", "A", face_ids=("y",)), Decision(2, "same", "A", "B")]
    found = assign([], ["x", "y", "z"], replay(log), before)
    assert [found[face].person_id for face in "xyz"] == ["A", None, "A"]


def test_hiding_survives_and_showing_ends_it() -> None:
    """Hidden is a word about a person, taken back by show."""
    log = [Decision(1, "hide", "A", anchors={"A": FACES[:2]}), Decision(2, "show", "A", anchors={"A": FACES[:2]})]
    assert replay(log[:1]).hidden == {"A"}
    assert replay(log).hidden == set()


KINDS = st.sampled_from(["name", "same", "not_same", "not_a_face", "hide", "assign"])
PERSONS = st.sampled_from(["A", "B", "C"])
SOME = st.lists(st.sampled_from(FACES), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def decisions(draw: st.DrawFn, number: int) -> Decision:
    kind, person = draw(KINDS), draw(PERSONS)
    other = draw(PERSONS.filter(lambda one: one != person))
    anchors = {person: draw(SOME)} | ({other: draw(SOME)} if kind == "same" else {})
    faces_of = draw(SOME) if kind in ("not_same", "not_a_face", "assign") else ()
    return Decision(number, kind, person, other if kind == "same" else None, faces_of, person.lower(), anchors)  # type: ignore[arg-type] # drawn from the kinds


@st.composite
def logs(draw: st.DrawFn) -> list[Decision]:
    return [draw(decisions(number + 1)) for number in range(draw(st.integers(1, 5)))]


@given(logs(), st.data())
@settings(max_examples=60, deadline=None)
def test_undoing_any_decision_is_as_if_it_had_never_been_made(log: list[Decision], data: st.DataObject) -> None:
    """Whatever was said before and after it."""
    gone = data.draw(st.sampled_from(log))
    undone = [*log, Decision(len(log) + 1, "undo", undoes=gone.decision_id)]
    assert persons(undone) == persons([row for row in log if row is not gone])


@given(logs())
@settings(max_examples=60, deadline=None)
def test_the_outcome_breaks_no_decision_in_force(log: list[Decision]) -> None:
    """Every pinned face is with its person, every rejected face is not with that person."""
    said, found = replay(log), persons(log)
    assert all(found[face] == person for face, person in said.pins.items())
    assert all(found[face] != person for face, person in said.rejects)


def test_ids_stay_by_largest_overlap() -> None:
    """A cluster keeps the id of most of its members; the smaller part of a split gets a new one."""
    before = {"a": "P", "b": "P", "c": "P", "d": "Q"}
    ids = stable_ids([["a", "b"], ["c"], ["d", "e"]], before, {}, (), person_of_face)
    assert ids[0] == "P"
    assert ids[2] == "Q"
    assert ids[1] not in ("P", "Q")


def test_a_pinned_id_outweighs_overlap() -> None:
    """A person that was named keeps its id though most of its faces went elsewhere."""
    before = {"a": "P", "b": "P", "c": "P"}
    assert stable_ids([["a", "b"], ["c"]], before, {1: "P"}, ("P",), person_of_face)[1] == "P"


def test_faces_keep_their_ids_over_a_new_look() -> None:
    """Boxes that overlap by more than half are the same face, each known face once."""
    known = {"left": box(0), "right": box(1)}
    assert match(known, [box(1), box(0), box(2)]) == ["right", "left", None]


def test_names_are_one_by_what_a_person_reads() -> None:
    """Case, spaces and composed letters make no difference."""
    assert name_key("  José  GARCÍA ") == name_key("José garcía")


def test_growth_keeps_every_name() -> None:
    """Named people keep all their faces and their ids when the library grows to three times its size."""
    names = [f"person{n % 15}" for n in range(180)]
    embedding = people(names, spread=0.5, seed=5)
    ids = tuple(f"g{n:03d}" for n in range(len(names)))
    log: list[Decision] = []
    before: dict[str, str] = {}
    for total in (60, 120, 180):
        made = faces(embedding[:total])
        gallery = Gallery(ids[:total], made, learn(made, UNKNOWN), UNKNOWN)
        result = assign([gallery], [], replay(log), before)
        now = {face: one.person_id for face, one in result.items() if one.person_id}
        assert all(now[face] == person for row in log for person, own in row.anchors.items() for face in own)
        before = now
        if not log:
            log = [
                Decision(n + 1, "name", person, name=f"Name {n}", anchors={person: tuple(_of(now, person))})
                for n, person in enumerate(sorted(set(now.values())))
            ]
    assert set(before.values()) >= {row.person_id for row in log}


def _of(now: dict[str, str], person: str) -> list[str]:
    return [face for face, one in now.items() if one == person]
