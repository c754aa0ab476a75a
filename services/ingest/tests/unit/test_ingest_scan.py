"""What a walk means against what is known."""

from hypothesis import given
from hypothesis import strategies as st

from pictopy_contracts.ids import PhotoId
from pictopy_ingest.domain.scan import Known, Seen, Stamp, Walk, difference, is_same_library

PATHS = st.sampled_from([b"a.jpg", b"b.jpg", b"d/a.jpg", b"d/e/a.jpg", b"d/e/b.jpg", b"f/\xff.jpg"])
STAMPS = st.builds(Stamp, st.integers(1, 3), st.integers(1, 2), st.just(0))


@given(st.dictionaries(PATHS, STAMPS), st.dictionaries(PATHS, STAMPS))
def test_every_file_is_read_kept_or_missing(found: dict[bytes, Stamp], known: dict[bytes, Stamp]) -> None:
    """New and changed files are read, equal ones are not touched, known ones that are not there are missing."""
    walk = Walk(tuple(Seen(path, stamp) for path, stamp in found.items()))
    news = difference(walk, {path: Known(stamp, PhotoId("x")) for path, stamp in known.items()})
    assert {seen.path for seen in news.to_read} == {path for path in found if known.get(path) != found[path]}
    assert set(news.missing) == known.keys() - found.keys()


@given(st.dictionaries(PATHS, STAMPS, min_size=1))
def test_a_known_folder_has_no_news(known: dict[bytes, Stamp]) -> None:
    """Nothing changed, nothing to do."""
    walk = Walk(tuple(Seen(path, stamp) for path, stamp in known.items()))
    news = difference(walk, {path: Known(stamp) for path, stamp in known.items()})
    assert (news.to_read, news.missing) == ((), ())


def test_what_cannot_be_seen_is_not_missing() -> None:
    """Below a folder that cannot be listed nothing is gone; a folder of a like name does not count."""
    known = {path: Known(Stamp(1, 1, 1)) for path in (b"d", b"d/a.jpg", b"d/e/a.jpg", b"d2/a.jpg", b"a.jpg")}
    news = difference(Walk((), unreadable={b"d": "permission denied"}), known)
    assert news.missing == (b"a.jpg", b"d2/a.jpg")


def test_an_empty_root_says_nothing() -> None:
    """An unmounted disk leaves an empty folder."""
    assert difference(Walk((), is_empty=True), {b"a.jpg": Known(Stamp(1, 1, 1))}).missing == ()


def test_a_file_that_failed_for_a_passing_reason_is_read_again() -> None:
    """Known without a stamp: the disk may have room by now."""
    seen = Seen(b"a.jpg", Stamp(1, 1, 1))
    assert difference(Walk((seen,)), {b"a.jpg": Known(None)}).to_read == (seen,)


def test_a_library_is_known_by_most_of_its_files() -> None:
    """Half of the names and sizes, in both directions; an empty folder is nobody's."""
    known = {(b"%d.jpg" % number, number) for number in range(10)}
    assert is_same_library(known, {one for one in known if one[1] < 6})
    assert not is_same_library(known, {one for one in known if one[1] < 4})
    assert not is_same_library(known, known | {(b"other%d" % number, 1) for number in range(20)})
    assert not is_same_library(known, set())
