"""Titles, captions, keywords, ratings."""

import pytest

from pictopy_ingest.domain.metadata import words
from pictopy_ingest.domain.metadata.tags import Notes, Tags, Value


def _tags(found: dict[str, Value]) -> Tags:
    families: dict[str, dict[str, Value]] = {"Exif": {}, "Xmp": {}, "Iptc": {}}
    for key, value in found.items():
        families[key.partition(".")[0]][key] = value
    return Tags(families["Exif"], families["Xmp"], families["Iptc"])


def test_hierarchies_come_first_and_flat_words_fill_up() -> None:
    """TagsList before hierarchicalSubject; parents and leaves of its paths are not said twice."""
    tags = _tags(
        {
            "Xmp.digiKam.TagsList": ["People", "People/Ana", "Places/Rome"],
            "Xmp.lr.hierarchicalSubject": ["Other|Thing"],
            "Xmp.dc.subject": ["Ana", "Rome", "sun"],
            "Iptc.Application2.Keywords": ["sun", "sea"],
        }
    )
    assert words.keywords(tags) == ("People/Ana", "Places/Rome", "sun", "sea")


@pytest.mark.parametrize(
    ("found", "stars"),
    [
        ({"Xmp.xmp.Rating": "4", "Exif.Image.Rating": "2"}, 4),
        ({"Xmp.xmp.Rating": "-1"}, -1),
        ({"Xmp.xmp.Rating": "3.0"}, 3),
        ({"Exif.Image.Rating": "2"}, 2),
        ({"Xmp.MicrosoftPhoto.Rating": "75"}, 4),
        ({"Exif.Image.RatingPercent": "99"}, 5),
        ({"Xmp.xmp.Rating": "17", "Exif.Image.Rating": "1"}, 1),
        ({}, None),
    ],
)
def test_ratings(found: dict[str, Value], stars: int | None) -> None:
    """XMP, then EXIF, then the percentages of Windows; what cannot be is passed over."""
    assert words.rating(_tags(found), Notes()) == stars


def test_captions_that_cameras_write_are_none() -> None:
    """«OLYMPUS DIGITAL CAMERA» is not what a person said; the next source is asked."""
    tags = _tags({"Exif.Image.ImageDescription": "OLYMPUS DIGITAL CAMERA", "Iptc.Application2.Caption": "At the sea"})
    assert words.caption(tags) == "At the sea"


def test_texts_are_cleaned_and_cut() -> None:
    """NULs, lone surrogates and control characters go; a novel is cut."""
    tags = _tags({"Xmp.dc.title": {'lang="de"': "Haus", 'lang="x-default"': " Ho\x00use\udcff \x07"}})
    assert words.title(tags) == "House"
    assert len(words.title(_tags({"Xmp.dc.title": "x" * 100_000})) or "") == 10_000


def test_screenshots_are_told_by_name_or_comment() -> None:
    """Android names them; iOS says so in UserComment."""
    assert words.is_screenshot("Screenshot_2024.png", Tags())
    assert words.is_screenshot("IMG_1.PNG", _tags({"Exif.Photo.UserComment": "Screenshot"}))
    assert not words.is_screenshot("IMG_1.PNG", Tags())


def test_a_machines_words_are_no_keywords() -> None:
    """What our writer marked as found by a machine is not read back as said by a person."""
    tags = Tags(
        xmp={
            "Xmp.pictopy.MachineTags": ["cat"],
            "Xmp.digiKam.TagsList": ["Machine/cat", "Machine/lathe", "sea"],
        }
    )
    assert words.keywords(tags) == ("Machine/lathe", "sea")
