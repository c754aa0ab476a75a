"""People drawn into files by other programs, in the picture as a person sees it."""

import numpy as np
import pytest

from pictopy_ingest.adapters.pixels import turned
from pictopy_ingest.domain.metadata.regions import Stored, named_regions, oriented_box
from pictopy_ingest.domain.metadata.tags import Notes, Tags, Value

MWG = "Xmp.mwg-rs.Regions/mwg-rs:"


def _mwg(x: float, y: float, w: float, h: float, **more: str) -> Tags:
    area = f"{MWG}RegionList[1]/mwg-rs:Area/stArea:"
    numbers = {f"{area}{key}": str(value) for key, value in {"x": x, "y": y, "w": w, "h": h}.items()}
    return Tags(
        xmp={f"{MWG}RegionList[1]": 'type="Struct"', f"{MWG}RegionList[1]/mwg-rs:Name": "Ana", **numbers, **more}
    )


def _iptc(**edge: str) -> Tags:
    region = "Xmp.iptcExt.ImageRegion[1]/Iptc4xmpExt:"
    boundary = {f"{region}RegionBoundary/Iptc4xmpExt:{key}": value for key, value in edge.items()}
    return Tags(xmp={f"{region}PersonInImage[1]": "Ana", **boundary})


def _box(tags: Tags, stored: Stored) -> tuple[float, ...]:
    [region] = named_regions(tags, stored, Notes())
    assert region.name == "Ana"
    return region.box.x1, region.box.y1, region.box.x2, region.box.y2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_box_turns_with_the_pixels(orientation: int) -> None:
    """For each EXIF orientation the box covers in the upright picture what it covered in the stored one."""
    stored = np.zeros((40, 60, 3), np.uint8)
    stored[4:12, 6:24] = 255
    upright = turned(stored, orientation)
    height, width = upright.shape[:2]
    x1, y1, x2, y2 = oriented_box(0.1, 0.1, 0.4, 0.3, orientation)
    inside = upright[round(y1 * height) : round(y2 * height), round(x1 * width) : round(x2 * width)]
    assert inside.min() == 255
    assert inside.sum() == stored.sum()


def test_mwg_areas_have_their_origin_in_the_middle() -> None:
    """x and y of an mwg-rs area are its centre."""
    assert _box(_mwg(0.5, 0.4, 0.2, 0.1), Stored(600, 400, 1)) == pytest.approx((0.4, 0.35, 0.6, 0.45))


def test_boxes_of_the_turned_picture_are_not_turned_again() -> None:
    """AppliedToDimensions with swapped sides: the writer meant the picture as seen."""
    sides = {f"{MWG}AppliedToDimensions/stDim:w": "400", f"{MWG}AppliedToDimensions/stDim:h": "600"}
    found = _box(_mwg(0.5, 0.4, 0.2, 0.1, **sides), Stored(600, 400, 6))
    assert found == pytest.approx((0.4, 0.35, 0.6, 0.45))


def test_microsoft_and_iptc_regions_are_read() -> None:
    """MP:RegionInfo gives left, top, width, height; IPTC fractions, pixels or a circle."""
    microsoft = Tags(
        xmp={
            "Xmp.MP.RegionInfo/MPRI:Regions[1]/MPReg:PersonDisplayName": "Ana",
            "Xmp.MP.RegionInfo/MPRI:Regions[1]/MPReg:Rectangle": "0.1, 0.2, 0.3, 0.4",
        }
    )
    stored = Stored(200, 100, 1)
    assert _box(microsoft, stored) == pytest.approx((0.1, 0.2, 0.4, 0.6))
    edge = "Xmp.iptcExt.ImageRegion[1]/Iptc4xmpExt:RegionBoundary/Iptc4xmpExt:"
    name = {"Xmp.iptcExt.ImageRegion[1]/Iptc4xmpExt:PersonInImage[1]": "Ana"}
    in_pixels = {"rbUnit": "pixel", "rbX": "20", "rbY": "10", "rbW": "40", "rbH": "30"}
    assert _box(Tags(xmp=name | {edge + key: v for key, v in in_pixels.items()}), stored) == pytest.approx(
        (0.1, 0.1, 0.3, 0.4)
    )
    circle = {"rbX": "0.5", "rbY": "0.5", "rbRx": "0.1"}
    assert _box(Tags(xmp=name | {edge + key: v for key, v in circle.items()}), stored) == pytest.approx(
        (0.4, 0.3, 0.6, 0.7)
    )


def test_pets_nameless_faces_and_boxes_outside_are_left_out() -> None:
    """Only named people inside of the picture become regions."""
    stored = Stored(600, 400, 1)
    assert named_regions(_mwg(0.5, 0.5, 0.1, 0.1, **{f"{MWG}RegionList[1]/mwg-rs:Type": "Pet"}), stored, Notes()) == ()
    assert named_regions(_mwg(0.5, 0.5, 0.1, 0.1, **{f"{MWG}RegionList[1]/mwg-rs:Name": " "}), stored, Notes()) == ()
    notes = Notes()
    assert named_regions(_mwg(1.5, 0.5, 0.1, 0.1), stored, notes) == ()
    assert "outside" in notes.lines[0]


def test_families_complete_each_other() -> None:
    """A face that mwg-rs has named is not named again by another family; a face that only MP names is taken too."""
    region = "Xmp.MP.RegionInfo/MPRI:Regions"
    microsoft: dict[str, Value] = {
        f"{region}[1]/MPReg:PersonDisplayName": "Ana",
        f"{region}[1]/MPReg:Rectangle": "0.41, 0.36, 0.2, 0.1",
        f"{region}[2]/MPReg:PersonDisplayName": "Ben",
        f"{region}[2]/MPReg:Rectangle": "0.7, 0.1, 0.1, 0.1",
    }
    both = Tags(xmp={**_mwg(0.5, 0.4, 0.2, 0.1).xmp, **microsoft})
    found = named_regions(both, Stored(600, 400, 1), Notes())
    assert [one.name for one in found] == ["Ana", "Ben"]
    assert found[0].box.x1 == pytest.approx(0.4)
