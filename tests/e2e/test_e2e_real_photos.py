"""Real photos of real people through real models, as `make test-e2e` finds them beside the checkout."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from pictopy_testing import shared
from pictopy_testing.folders import hashes
from pictopy_testing.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.photos, pytest.mark.timeout(280)]

PEOPLE, PHOTOS_EACH = 15, 6


def test_people_are_found_and_tagged_files_are_left_alone(tmp_path: Path) -> None:
    """Photos of one person come together, of two never; files that name people elsewhere are read and not written."""
    library = tmp_path / "photos"
    identities = [folder for folder in sorted((shared.photos("lfw_half") / "images").iterdir()) if _is_large(folder)]
    for folder in identities[:PEOPLE]:
        for photo in sorted(folder.iterdir())[:PHOTOS_EACH]:
            _copy(photo, library / folder.name / photo.name)
    tagged = shared.photos("immich_assets") / "metadata" / "faces"
    for photo in sorted(tagged.iterdir()):
        _copy(photo, library / "tagged" / photo.name)
    before = hashes(library)

    with Stack(tmp_path / "data", PICTOPY_MODELS_MIRROR=str(shared.models())).up(library) as running:
        running.settle()
        assert running.items("ingest", "/v1/failures") == []
        home = {photo["photo_id"]: _folder(photo) for photo in running.items("ingest", "/v1/photos")}
        everybody = running.items("cluster", "/v1/people", min_faces=4)
        people = [one for one in everybody if one["name"] is None]
        ledger = running.items("exif", "/v1/ledger")
        seen = [_folders_of(running.items("cluster", f"/v1/people/{one['person_id']}/faces"), home) for one in people]
        named = {one["name"] for one in everybody if one["name"]}

    assert len(people) >= PEOPLE - 1
    for folders in seen:
        [(_, count)] = folders.most_common(1)
        assert count >= PHOTOS_EACH - 1
        assert sum(folders.values()) - count <= 1
    assert named == {"Marie Curie", "Pierre Curie"}
    assert ledger == []
    assert hashes(library) == before


def _is_large(folder: Path) -> bool:
    return len(list(folder.iterdir())) >= PHOTOS_EACH


def _copy(photo: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(photo, to)


def _folder(photo: dict[str, list[dict[str, str]]]) -> str:
    return photo["files"][0]["path"].split("/")[0]


def _folders_of(faces: list[dict[str, str]], home: dict[str, str]) -> Counter[str]:
    return Counter(home[face["photo_id"]] for face in faces)
