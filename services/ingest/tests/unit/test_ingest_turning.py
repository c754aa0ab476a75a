"""How a HEIF says that its picture is turned."""

import io

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictopy_ingest.domain.turning import container_orientation

pillow_heif.register_heif_opener()


def made(orientation: int, form: str = "HEIF") -> bytes:
    exif, held = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    Image.new("RGB", (64, 48)).save(held, form, exif=exif.tobytes())
    return held.getvalue()


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_rotation_and_mirror_are_read_as_exif_counts(form: str, orientation: int) -> None:
    """libheif and libavif write irot and imir for each of the eight."""
    assert container_orientation(memoryview(made(orientation, form))) == orientation


def test_only_the_container_counts() -> None:
    """The EXIF orientation of a HEIF is another way to say the same, or an old one that no reader goes by."""
    data = made(6).replace(b"irot", b"free")
    assert container_orientation(memoryview(data)) == 1


@given(st.data())
def test_damage_turns_nothing(data: st.DataObject) -> None:
    """Any bytes, and any cut or changed file, give one of the eight."""
    whole = bytearray(made(5))
    at = data.draw(st.integers(0, 600))
    whole[at : at + 4] = data.draw(st.binary(max_size=8))
    assert container_orientation(memoryview(bytes(whole[: data.draw(st.integers(0, len(whole)))]))) in range(1, 9)
    assert container_orientation(memoryview(data.draw(st.binary(max_size=80)))) in range(1, 9)
