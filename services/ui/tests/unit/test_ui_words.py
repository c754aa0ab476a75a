from datetime import datetime

import pytest

from pictopy_ui.domain import words


@pytest.mark.parametrize(
    ("size", "text"),
    [(None, ""), (0, "0 bytes"), (999, "999 bytes"), (4_800_000, "4.8 MB"), (233_000, "233 KB"), (7e15, "7000 TB")],
)
def test_sizes_read_as_disks_are_sold(size: int | None, text: str) -> None:
    """Sizes are decimal, with one digit where it says something."""
    assert words.bytes_text(size) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2023-06-03T10:00", "2023-06-03T22:00", "3 June 2023"),
        ("2023-06-03T10:00", "2023-06-07T22:00", "3 – 7 June 2023"),
        ("2023-05-30T10:00", "2023-06-02T22:00", "30 May – 2 June 2023"),
        ("2023-12-30T10:00", "2024-01-02T22:00", "30 December 2023 – 2 January 2024"),
    ],
)
def test_span_says_nothing_twice(start: str, end: str, text: str) -> None:
    """A span names month and year once where both ends share them."""
    assert words.span_text(datetime.fromisoformat(start), datetime.fromisoformat(end)) == text


def test_span_of_unknown_times_is_empty() -> None:
    """Nothing is invented where a time is missing."""
    assert words.span_text(None, None) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (30.0, "less than a minute left"), (300.0, "about 5 min left"), (7200.0, "about 2 h left")],
)
def test_time_left_is_no_finer_than_useful(seconds: float | None, text: str) -> None:
    """Time left is told in minutes or hours."""
    assert words.left_text(seconds) == text


def test_lengths_of_videos() -> None:
    """A video's length reads as on a player."""
    assert [words.clock_text(seconds) for seconds in (None, 7.2, 61, 3723)] == ["", "0:07", "1:01", "1:02:03"]


def test_shown_text_can_always_be_sent() -> None:
    """Bytes that were no UTF-8 and control characters become marks that UTF-8 can carry."""
    text = words.shown("a\udc80\uf780\n\x00 ünï 😀")
    assert text.encode()
    assert "\n" not in text
    assert text.endswith("ünï 😀")


def test_plain_text_is_no_markdown() -> None:
    """Names with stars and brackets are shown as they are."""
    assert words.plain("*[x](y)* $a$") == r"\*\[x\]\(y\)\* \$a\$"


def test_counts_agree_with_their_noun() -> None:
    """One photo, two photos, thousands with a comma."""
    assert [words.plural(count, "photo") for count in (0, 1, 1204)] == ["0 photos", "1 photo", "1,204 photos"]
