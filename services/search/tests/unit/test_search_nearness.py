"""Words that are near by meaning, and what a query makes of them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_search.domain.nearness import Lexicon, Wanted, lexicon_of, wanted
from pictopy_search.domain.text import Term, terms_of
from pictopy_search.domain.threshold import LEAST_SAMPLE, threshold_of
from pictopy_search.word_table import BrokenTableError, read_table, word_vectors

WORDS = word_vectors()
LEXICON = lexicon_of(
    {"dog": 40, "beach": 10, "sports ball": 5, "bicycle": 3, "person": 60, "car": 9, "seashore": 2}, 100, WORDS
)


def near(query: str) -> dict[str, float]:
    return {one.key: one.weight for one in wanted(terms_of(query), LEXICON, WORDS).near}


@pytest.mark.parametrize(
    ("query", "key"), [("puppy", "dog"), ("bike", "bicycle"), ("automobile", "car"), ("ocean", "seashore")]
)
def test_other_words_of_one_meaning_are_near(query: str, key: str) -> None:
    """And nearer than anything else in the library."""
    weights = near(query)
    assert max(weights, key=weights.__getitem__) == key


def test_words_of_no_kinship_are_not_near() -> None:
    """A search for a wedding does not give cars."""
    assert near("wedding") == {}


def test_a_common_name_stands_for_those_it_covers() -> None:
    """Detectors know persons, people write of girls."""
    assert "person" in near("girl")


def test_a_word_inside_a_name_counts_less_than_the_name() -> None:
    """«ball» finds «sports ball»; «sports ball» more so."""
    assert near("ball")["sports ball"] < near('"sports ball"')["sports ball"]


def test_a_quoted_word_means_itself() -> None:
    """No neighbour stands in for it."""
    assert near('"puppy"') == {}
    assert set(near('"dog"')) == {"dog"}


def test_rare_words_tell_more() -> None:
    """Of two that are named alike the rarer one counts more."""
    weights = near("person bicycle")
    assert weights["bicycle"] > weights["person"]


@pytest.mark.parametrize(("query", "least"), [("dog", 1), ("dog beach", 2), ("dog beach car ball", 1), ("", 1)])
def test_short_queries_must_be_met_in_full(query: str, least: int) -> None:
    """A description need not: no photo has all of its words."""
    assert wanted(terms_of(query), LEXICON, WORDS).least_terms == least


def test_few_words_must_each_be_on_a_photo() -> None:
    """A group of near words for each of the two; one that has no near word leaves nothing."""
    dogs, beaches = wanted(terms_of("puppy beach"), LEXICON, WORDS).groups
    assert ("dog" in dogs, "beach" in beaches, "dog" in beaches) == (True, True, False)
    assert wanted(terms_of("puppy wedding"), LEXICON, WORDS).groups == (dogs, ())


def test_a_description_is_led_by_its_most_telling_words() -> None:
    """The nearest and rarest, until they have photos enough; a word on most photos only adds to the score."""
    lexicon = lexicon_of({"dog": 90_000, "beach": 1_500, "bicycle": 1_500}, 100_000, WORDS)
    found = wanted(terms_of('"dog" "beach" "bicycle"'), lexicon, WORDS)
    assert set(found.groups[0]) == {"beach", "bicycle"}
    assert {one.key for one in found.near} == {"dog", "beach", "bicycle"}


def test_fillers_are_no_terms() -> None:
    """«a dog on the beach» are two wishes."""
    assert {one.term for one in wanted(terms_of("a dog on the beach"), LEXICON, WORDS).near} == {0, 1}


def test_an_empty_library_wants_nothing() -> None:
    """And does not fail."""
    assert wanted(terms_of("dog"), Lexicon(), WORDS) == Wanted()
    assert lexicon_of({}, 0, WORDS).keys == ()


def test_a_new_lexicon_keeps_the_vectors_it_had() -> None:
    """The same as one made from nothing."""
    grown = lexicon_of({"dog": 1, "cat": 1}, 2, WORDS, lexicon_of({"dog": 1}, 1, WORDS))
    assert np.array_equal(grown.vectors, lexicon_of({"dog": 1, "cat": 1}, 2, WORDS).vectors)


@given(st.text(max_size=200))
def test_any_text_has_a_vector_or_none(text: str) -> None:
    """Of length one, or zeros: emoji and other scripts are unknown, not wrong."""
    (row,) = WORDS.embed([text])
    norm = float(np.linalg.norm(row))
    assert np.isfinite(row).all()
    assert norm == pytest.approx(0, abs=1e-6) or norm == pytest.approx(1, abs=1e-4)


def test_a_long_text_is_read_from_its_beginning() -> None:
    """Ten thousand characters cost no more than sixty words."""
    assert len(WORDS.ids_of("word " * 2000)) == 64
    assert near("x" * 10_000) == {}


@pytest.mark.parametrize("query", ["🏖️🐶", "собака", "犬", "🙂 dog"])
def test_other_scripts_find_what_is_spelled_so(query: str) -> None:
    """The table is English; nothing else breaks it."""
    lexicon = lexicon_of({"собака": 1, "犬": 1, "dog": 1}, 3, WORDS)
    spelled = set(query.split()) & set(lexicon.keys)
    assert spelled <= {one.key for one in wanted(terms_of(query), lexicon, WORDS).near}


def test_a_word_cut_by_no_known_piece_is_unknown() -> None:
    """It is found by spelling only."""
    assert WORDS.ids_of("犬犬犬") == [] or len(WORDS.ids_of("犬犬犬")) <= 3
    assert wanted((Term(("zzzqqqxxx",)),), LEXICON, WORDS).near == ()


def test_a_broken_table_is_told(tmp_path: Path) -> None:
    """With its folder: the service does not start on half of it."""
    with pytest.raises(BrokenTableError, match="holds no table"):
        read_table(tmp_path)
    (tmp_path / "tokens.txt").write_text("a\nb\n", encoding="utf-8")
    np.save(tmp_path / "vectors.npy", np.zeros((1, 4), np.int8))
    np.save(tmp_path / "scales.npy", np.zeros(1, np.float32))
    with pytest.raises(BrokenTableError, match="2 tokens"):
        read_table(tmp_path)


class TestThreshold:
    """What a picture has to reach to fit a query."""

    def test_pictures_must_stand_out_from_chance(self) -> None:
        """A query that is near to everything has a higher threshold."""
        spread = np.linspace(-0.02, 0.02, LEAST_SAMPLE, dtype=np.float32)
        assert threshold_of(0.05, spread + np.float32(0.3)) > 0.33
        assert threshold_of(0.05, spread - np.float32(0.3)) == 0.05

    def test_few_pictures_tell_nothing_of_chance(self) -> None:
        """The model's own threshold holds."""
        assert threshold_of(0.2, np.full(LEAST_SAMPLE - 1, 0.9, np.float32)) == 0.2
