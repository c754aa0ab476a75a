from datetime import datetime

from pictopy_ui.answers import Hit, PhotoFacts
from pictopy_ui.domain.tiles import Tile, by_time, described, named, tile


def _tiles(*days: str | None) -> list[Tile]:
    taken = [datetime.fromisoformat(day) if day else None for day in days]
    return [Tile(str(number), "src", "alt", taken_at=when) for number, when in enumerate(taken)]


def test_full_months_have_titles_of_their_own() -> None:
    """Months that hold enough photos are told apart."""
    found = by_time(_tiles(*["2023-06-03"] * 4, *["2023-05-02"] * 5))
    assert [(stretch.title, len(stretch.tiles)) for stretch in found] == [("June 2023", 4), ("May 2023", 5)]


def test_sparse_months_are_put_together_by_year() -> None:
    """A photo a month makes years, not rows of one photo."""
    found = by_time(_tiles("2023-06-03", "2023-05-02", "2022-01-01", None))
    assert [stretch.title for stretch in found] == ["2023", "2022", "No date"]


def test_tile_takes_its_shape_from_ingest_where_search_has_none() -> None:
    """Without a size from search the facts of ingest give the ratio, within what a grid can bear."""
    hit = Hit(photo_id="p")
    assert tile(hit, PhotoFacts(photo_id="p", width_px=300, height_px=200), "src").ratio == 1.5
    assert tile(hit, PhotoFacts(photo_id="p", width_px=9000, height_px=200), "src").ratio == 2.4
    assert tile(hit, None, "src").ratio == 1.0


def test_favourite_of_ingest_wins_over_a_late_index() -> None:
    """A heart that was just taken away does not linger because search has not heard of it yet."""
    hit = Hit(photo_id="p", favourite=True)
    assert not tile(hit, PhotoFacts(photo_id="p", favourite=False), "src").is_favourite
    assert tile(hit, None, "src").is_favourite


def test_video_shows_its_length() -> None:
    """A video's tile bears its length; a still bears none."""
    assert tile(Hit(photo_id="p", kind="video", duration_s=75), None, "src").length == "1:15"
    assert tile(Hit(photo_id="p", kind="video"), None, "src").length == "video"
    assert tile(Hit(photo_id="p"), None, "src").length == ""


def test_description_says_who_and_when() -> None:
    """Whoever hears the page learns who is in a photo and when it was taken, or reads the caption."""
    hit = Hit(
        photo_id="p",
        people=({"name": "Anna"}, "Björn", {"name": None}),
        taken_at_local=datetime.fromisoformat("2023-06-03"),
    )
    assert described(hit) == "Photo of Anna and Björn, Saturday, 3 June 2023"
    assert described(hit, PhotoFacts(photo_id="p", caption="At sea")).startswith("At sea, ")


def test_names_come_from_text_or_objects() -> None:
    """Search may give plain names or objects with one."""
    assert named(["Anna", {"name": "Björn"}, {"person_id": "x"}, 3]) == ["Anna", "Björn"]
