"""What of a message goes into the index."""

import pytest

from pictopy_contracts.messages import NamedRegion
from pictopy_contracts.vectors import Embedding
from pictopy_search.domain.answers import Count
from pictopy_search.domain.counts import MAX_VALUES, facets_of
from pictopy_search.domain.filters import BadQuery, parse_near
from pictopy_search.domain.index import camera_of, keywords_of, phash_bits, words_of_photo
from pictopy_search.domain.vectors import collection_of, point_of, vector_of
from pictopy_testing import photo_messages as made_up


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("NIKON CORPORATION", "NIKON D90", "NIKON CORPORATION NIKON D90"),
        ("Apple", "iPhone 12", "Apple iPhone 12"),
        ("Apple", None, "Apple"),
        (None, "X100\x00 ", "X100"),
        (None, None, None),
        ("  ", "", None),
    ],
)
def test_a_camera_is_named_once(make: str | None, model: str | None, camera: str | None) -> None:
    """Models that repeat their make are not doubled."""
    assert camera == camera_of(made_up.photo(1, camera_make=make, camera_model=model))


def test_a_photo_is_found_by_all_that_was_written_into_it() -> None:
    """Title, caption, camera and the names of other programs."""
    regions = (NamedRegion(name="Zoë", box=made_up.MIDDLE),)
    photo = made_up.photo(1, title="At sea", caption="Windy!", camera_make="Sony", regions=regions)
    assert words_of_photo(photo) == "at sea | windy | sony | zoe"


def test_keywords_are_kept_once() -> None:
    """A keyword that a file lists twice is one."""
    assert [label.label for label in keywords_of(made_up.photo(1, keywords=("Sea", "Sea", "sea")))] == ["Sea", "sea"]


@pytest.mark.parametrize("phash", [None, "", "12", "zzzzzzzzzzzzzzzz"])
def test_what_is_no_hash_is_none(phash: str | None) -> None:
    """A hash of another form compares with nothing."""
    assert phash_bits(phash) is None


def test_a_hash_is_64_bits() -> None:
    """Most significant bit first."""
    assert phash_bits("8000000000000001") == "1" + "0" * 62 + "1"


def test_points_and_collections_have_fixed_names() -> None:
    """They are stored: another name would orphan what is there."""
    assert point_of(made_up.photo_id(1)) == "b88c5395-acb3-55bf-81cf-fc12e2b8bee6"
    assert collection_of("MobileNet_V2 (1.0)") == "photos-mobilenet-v2-1-0"


def test_a_vector_has_length_one() -> None:
    """float16 on the way leaves it slightly off; a zero vector is refused."""
    vector = vector_of(Embedding.of("m", [0.3, 0.4]))
    assert abs(float(vector @ vector) - 1.0) < 1e-6
    with pytest.raises(ValueError, match="length zero"):
        vector_of(Embedding.of("m", [0.0, 0.0]))


def test_spellings_of_one_label_are_counted_together() -> None:
    """The most frequent spelling is shown, and the filter takes any."""
    counts = [("tags", Count(value=value, label=value, count=n)) for value, n in (("dog", 2), ("Dog", 3), ("Cat", 5))]
    facets = facets_of([("total", Count(value="", label="", count=9)), *counts])
    assert [(count.value, count.count) for count in facets.tags] == [("Cat", 5), ("Dog", 5)]
    assert facets.total == 9


def test_a_facet_lists_the_most_frequent() -> None:
    """Thousands of keywords do not all travel; years come newest first."""
    counts = [("tags", Count(value=f"k{n}", label=f"k{n}", count=n)) for n in range(1, MAX_VALUES + 50)]
    years = [("years", Count(value=year, label=year, count=1)) for year in ("2001", "2020", "1999")]
    facets = facets_of([*counts, *years])
    assert len(facets.tags) == MAX_VALUES
    assert facets.tags[0].value == f"k{MAX_VALUES + 49}"
    assert [year.value for year in facets.years] == ["2020", "2001", "1999"]


@pytest.mark.parametrize("text", ["", "1", "a,b", "91,0", "0,181", "0,0,0", "0,0,-1", "0,0,nan", "1,2,3,4", "nan,0"])
def test_a_place_on_earth_is_asked_for(text: str) -> None:
    """Anything else gets a sentence."""
    with pytest.raises(BadQuery, match="near"):
        parse_near(text)


def test_a_radius_has_a_default() -> None:
    """Five kilometres."""
    assert parse_near("38.7, -9.1").radius_km == 5.0
