"""One export out of several, told by paths."""

from typing import Any

from pictopy_local.export import to_json
from pictopy_local.merge import merge, photo_ids

PARTS: dict[str, dict[str, Any]] = {
    "ingest": {
        "photos": [
            {"photo_id": "b", "favourite": True},
            {"photo_id": "a", "favourite": False},
        ],
        "albums": [{"name": "best", "photo_ids": ["b", "a"]}],
    },
    "cluster": {
        "people": [
            {"name": "Zoë", "faces": [{"photo_id": "b", "box": [0, 0, 1, 1]}, {"photo_id": "a", "box": [0, 0, 1, 1]}]}
        ],
        "decisions": [{"decision_id": 2, "kind": "name"}, {"decision_id": 1, "kind": "same"}],
    },
}
FILES = {
    "a": [{"library": "home", "path": "1.jpg"}],
    "b": [{"library": "home", "path": "2.jpg"}],
}


def test_every_named_photo_is_looked_up() -> None:
    """Photos of albums, faces and statements are found, however deep they stand."""
    assert photo_ids(PARTS) == {"a", "b"}
    assert photo_ids({"events": [{"photo_ids": ["c"]}]}) == {"c"}


def test_faces_and_albums_name_their_photos_by_path() -> None:
    """A face is found again without any id of ours."""
    merged = merge(PARTS, FILES)
    assert [face["paths"][0]["path"] for face in merged["people"][0]["faces"]] == ["1.jpg", "2.jpg"]
    assert [photo["paths"][0]["path"] for photo in merged["albums"][0]["photos"]] == ["1.jpg", "2.jpg"]
    assert [photo["paths"][0]["path"] for photo in merged["photos"]] == ["1.jpg", "2.jpg"]


def test_the_log_of_decisions_keeps_its_order() -> None:
    """What a person said later stays later."""
    assert [decision["decision_id"] for decision in merge(PARTS, FILES)["decisions"]] == [2, 1]


def test_the_same_state_gives_the_same_text() -> None:
    """Whatever order the services answer in."""
    turned = {
        "cluster": PARTS["cluster"],
        "ingest": {**PARTS["ingest"], "photos": list(reversed(PARTS["ingest"]["photos"]))},
    }
    assert to_json(merge(turned, FILES)) == to_json(merge(PARTS, FILES))
    assert "Zoë" in to_json(merge(PARTS, FILES))
