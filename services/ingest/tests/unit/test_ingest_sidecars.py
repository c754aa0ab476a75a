"""Which sidecar belongs to which picture."""

import pytest

from pictopy_ingest.domain.sidecars import Folder, Sidecars

LONG = "a_very_long_name_of_a_picture_that_goes_on_and_on_2023.jpg"


@pytest.mark.parametrize(
    ("name", "beside", "found"),
    [
        ("x.jpg", ["x.jpg.xmp", "x.xmp"], Sidecars(xmp="x.jpg.xmp")),
        ("x.jpg", ["x.xmp"], Sidecars(xmp="x.xmp")),
        ("X.JPG", ["x.jpg.XMP"], Sidecars(xmp="x.jpg.XMP")),
        ("x.jpg", ["y.xmp"], Sidecars()),
        ("x.jpg", ["x.cr2", "x.xmp"], Sidecars()),
        ("X.CR2", ["x.JPG", "X.xmp"], Sidecars(xmp="X.xmp")),
        ("x.jpg", ["x.png", "x.xmp"], Sidecars()),
        ("x.nef", ["x.cr2", "x.xmp"], Sidecars()),
        ("x.jpg", ["x.jpg.supplemental-metadata.json"], Sidecars(takeout="x.jpg.supplemental-metadata.json")),
        ("x.jpg", ["x.jpg.supplemental-meta.json"], Sidecars(takeout="x.jpg.supplemental-meta.json")),
        ("x.jpg", ["x.jpg.json"], Sidecars(takeout="x.jpg.json")),
        ("x.jpg", ["x.json"], Sidecars(takeout="x.json")),
        ("IMG(1).jpg", ["IMG.jpg(1).json", "IMG.jpg.json"], Sidecars(takeout="IMG.jpg(1).json")),
        (
            "IMG(1).jpg",
            ["IMG.jpg.supplemental-metadata(1).json", "IMG.jpg.supplemental-metadata.json"],
            Sidecars(takeout="IMG.jpg.supplemental-metadata(1).json"),
        ),
        ("IMG.jpg", ["IMG.jpg(1).json"], Sidecars()),
        ("IMG-edited.jpg", ["IMG.jpg.json"], Sidecars(takeout="IMG.jpg.json")),
        (LONG, [LONG[:46] + ".json"], Sidecars(takeout=LONG[:46] + ".json")),
        ("x.jpg", ["x.jpg.json", "x.jpg.xmp"], Sidecars(xmp="x.jpg.xmp", takeout="x.jpg.json")),
    ],
)
def test_sidecars_are_found(name: str, beside: list[str], found: Sidecars) -> None:
    """XMP as programs name it, and JSON as Takeout cuts and numbers it."""
    assert Folder([name, *beside]).of(name) == found
