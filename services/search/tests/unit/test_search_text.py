"""Words as index and query see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_search.domain.text import (
    MAX_WORD_CHARS,
    MAX_WORDS,
    Term,
    chunks_of,
    fold,
    joined,
    key_of,
    plain,
    terms_of,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("IMG_1234.JPG", ("img", "1234", "jpg")),
        ("Ångström", ("angstrom",)),
        ("STRASSE straße", ("strasse", "strasse")),
        ("O'Brien & söhne", ("o", "brien", "sohne")),
        ("東京タワー 2023", ("東京タワー", "2023")),
        ("｛Ｆｕｌｌ｝", ("full",)),
        (" -- ", ()),
    ],
)
def test_words_lose_case_accents_and_punctuation(text: str, words: tuple[str, ...]) -> None:
    """Any script becomes comparable words."""
    assert words == words_of(text)


@given(st.text())
def test_folding_again_changes_no_word(text: str) -> None:
    """Words of words are the same words, so an index built twice is equal."""
    words = words_of(text)
    assert words == words_of(" ".join(words))


@given(st.text())
def test_words_hold_letters_and_digits_only(text: str) -> None:
    """Nothing that has a meaning in Postgres' notation of words can get in."""
    assert all(char.isalnum() for word in words_of(text) for char in word)


def test_absurd_texts_are_cut() -> None:
    """A caption of a megabyte costs no more than a long one."""
    assert len(words_of("a " * (MAX_WORDS + 5))) == MAX_WORDS
    assert len(words_of("x" * 1000)[0]) == MAX_WORD_CHARS


def test_quoted_words_are_one_exact_term() -> None:
    """Quotes keep words together; an open quote counts to the end."""
    assert terms_of('beach "new york') == (Term(("beach",)), Term(("new", "york"), is_exact=True))
    assert terms_of('"" - ') == ()
    assert [chunk.text for chunk in chunks_of('a "b c" d')] == ["a", "b c", "d"]


def test_words_that_hang_together_stay_side_by_side() -> None:
    """The parts of IMG_1234 need not be quoted."""
    assert terms_of("IMG_12") == (Term(("img", "12")),)


def test_texts_are_kept_apart_by_a_gap() -> None:
    """No phrase runs from the title into the caption."""
    assert joined(["New", None, "", "!", "York"]) == "new | york"


def test_what_no_database_can_hold_is_replaced() -> None:
    """Bytes of a file name that are no UTF-8, and NUL in a caption, cannot stop a photo."""
    assert plain("caf\udce9\x00.jpg") == "caf\ufffd.jpg"


def test_folding_keeps_composed_letters() -> None:
    """Hangul is put together again, so that a beginning of a word matches by whole letters."""
    assert fold("한국") == "한국"
    assert key_of("Rock  'n' Roll") == "rock n roll"
