"""Real files through the real readers and decoders: every format, every orientation, every kind of damage."""

import io
import os
import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import numpy as np
import piexif
import pytest
from PIL import Image, ImageCms

from pictopy_ingest.adapters.prepare import Workplace, prepare
from pictopy_ingest.adapters.walker import walk
from pictopy_ingest.domain.sizes import Limits
from pictopy_ingest.ports import Job, Outcome, PictureFiles, Prepared, Refused

LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""Long after the files were written: none of them is still being copied."""
Prepare = Callable[..., Outcome]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(Limits(max_megapixels=100), PictureFiles(tmp_path / "data"))


def _outcomes(root: Path, place: Workplace, read_at: datetime = LATER) -> dict[bytes, Outcome]:
    raw = os.fsencode(root)
    return {seen.path: prepare(Job(raw, seen, read_at), place) for seen in walk(raw, b"/none").files}


def _only(root: Path, place: Workplace) -> Prepared:
    [outcome] = _outcomes(root, place).values()
    assert isinstance(outcome, Prepared), outcome
    return outcome


def _reason(root: Path, place: Workplace) -> str:
    [outcome] = _outcomes(root, place).values()
    assert isinstance(outcome, Refused)
    return outcome.reason


def _loaded(path: Path) -> Image.Image:
    with Image.open(path) as opened:
        opened.load()
        return opened


def _corners() -> Image.Image:
    """300 x 200: red, green, blue, white from the upper left in reading order."""
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[:100, :150], pixels[:100, 150:] = (255, 0, 0), (0, 255, 0)
    pixels[100:, :150], pixels[100:, 150:] = (0, 0, 255), (255, 255, 255)
    return Image.fromarray(pixels)


def _corner_names(picture: Image.Image) -> str:
    width, height = picture.size
    spots = [(x, y) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    names = {(1, 0, 0): "r", (0, 1, 0): "g", (0, 0, 1): "b", (1, 1, 1): "w"}
    rgb = picture.convert("RGB")
    return "".join(names.get(tuple(int(value > 128) for value in rgb.getpixel(spot)), "?") for spot in spots)  # type: ignore[union-attr, arg-type] # RGB pixels are tuples


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff", "gif", "bmp", "avif", "heic"])
def test_every_format_gives_a_picture(ending: str, root: Path, place: Workplace) -> None:
    """Preview and thumbnail show what the file shows; sizes are right."""
    _corners().save(root / f"x.{ending}")
    found = _only(root, place)
    assert (found.facts.width_px, found.facts.height_px, found.facts.kind) == (300, 200, "photo")
    for made in (place.pictures.preview(found.photo_id), place.pictures.thumbnail(found.photo_id)):
        assert _corner_names(_loaded(made)) == "rgbw"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff", "heic", "avif"])
def test_pictures_stand_upright(ending: str, orientation: int, root: Path, place: Workplace) -> None:
    """For each of the 8 EXIF orientations, or ways in which a container turns, the thumbnail is as a person sees it."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = _corners().transpose(undo[orientation]) if orientation > 1 else _corners()
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(root / f"x.{ending}", exif=exif.tobytes())
    found = _only(root, place)
    assert (found.facts.orientation, found.facts.width_px, found.facts.height_px) == (orientation, 300, 200)
    thumbnail = _loaded(place.pictures.thumbnail(found.photo_id))
    assert (thumbnail.size, _corner_names(thumbnail)) == ((300, 200), "rgbw")


def test_sizes_of_preview_and_thumbnail(root: Path, place: Workplace) -> None:
    """Long sides of at most 1440 and of 400 px; a second look does not decode or write again."""
    _corners().resize((3001, 2003)).save(root / "x.jpg")
    found = _only(root, place)
    preview = place.pictures.preview(found.photo_id)
    assert _loaded(preview).size == (1440, 961)
    assert max(_loaded(place.pictures.thumbnail(found.photo_id)).size) == 400
    before = preview.stat().st_mtime_ns
    assert _only(root, place) == found
    assert preview.stat().st_mtime_ns == before


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_odd_colours(mode: str, root: Path, place: Workplace) -> None:
    """Bits, grey, palettes, transparency, ink, 16 bits and floats become RGB."""
    picture = Image.new("I;16", (40, 30), 40_000) if mode == "I;16" else _corners().convert(mode)
    picture.save(root / ("x.jpg" if mode == "CMYK" else "x.tiff" if mode in {"I;16", "F"} else "x.png"))
    found = _only(root, place)
    assert _loaded(place.pictures.preview(found.photo_id)).mode == "RGB"


def test_transparent_is_white(root: Path, place: Workplace) -> None:
    """What is transparent shows as paper."""
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(root / "x.png")
    pixel = _loaded(place.pictures.preview(_only(root, place).photo_id)).getpixel((10, 10))
    assert pixel == (255, 255, 255)


def test_a_colour_profile_comes_along(root: Path, place: Workplace) -> None:
    """Wide-gamut pictures keep their colours in the preview."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _corners().save(root / "x.jpg", icc_profile=profile)
    assert _loaded(place.pictures.preview(_only(root, place).photo_id)).info["icc_profile"] == profile


def _film(path: Path, **metadata: str) -> None:
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as film:
        film.metadata.update(metadata)
        stream: Any = film.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(20):
            pixels = np.full((240, 320, 3), number * 10, np.uint8)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        film.mux(stream.encode())


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "avi"])
def test_films(ending: str, root: Path, place: Workplace) -> None:
    """Duration, size, and a poster."""
    _film(root / f"x.{ending}", creation_time="2020-05-01T12:00:00Z")
    facts = _only(root, place).facts
    assert (facts.kind, facts.width_px, facts.height_px) == ("video", 320, 240)
    assert facts.duration_s == pytest.approx(2.0, abs=0.2)
    if ending != "avi":  # which has no place for it that FFmpeg writes
        assert facts.taken_at == datetime(2020, 5, 1, 12, tzinfo=UTC)


def _dng(preview: bytes) -> bytes:
    """A raw file of 64 x 48: a preview in IFD0, the sensor in a SubIFD, as cameras and Adobe write it."""
    sensor = np.tile(np.arange(64, dtype=np.uint16) * 200, (48, 1)).tobytes()
    tags0: list[tuple[int, int, bytes]] = [
        (254, 4, struct.pack("<I", 1)), (256, 4, struct.pack("<I", 300)), (257, 4, struct.pack("<I", 200)),
        (258, 3, struct.pack("<3H", 8, 8, 8)), (259, 3, struct.pack("<H", 7)), (262, 3, struct.pack("<H", 6)),
        (271, 2, b"TestCam\0"), (272, 2, b"T1\0"), (273, 4, b"PREV"), (274, 3, struct.pack("<H", 1)),
        (277, 3, struct.pack("<H", 3)), (278, 4, struct.pack("<I", 200)), (279, 4, struct.pack("<I", len(preview))),
        (330, 4, b"SUBI"), (50706, 1, bytes([1, 4, 0, 0])), (50708, 2, b"TestCam T1\0"),
        (50721, 10, struct.pack("<18i", *[1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1])),
        (50778, 3, struct.pack("<H", 21)),
    ]  # fmt: skip
    tags1: list[tuple[int, int, bytes]] = [
        (254, 4, struct.pack("<I", 0)), (256, 4, struct.pack("<I", 64)), (257, 4, struct.pack("<I", 48)),
        (258, 3, struct.pack("<H", 16)), (259, 3, struct.pack("<H", 1)), (262, 3, struct.pack("<H", 32803)),
        (273, 4, b"SENS"), (277, 3, struct.pack("<H", 1)), (278, 4, struct.pack("<I", 48)),
        (279, 4, struct.pack("<I", len(sensor))), (33421, 3, struct.pack("<2H", 2, 2)), (33422, 1, bytes([0, 1, 1, 2])),
    ]  # fmt: skip
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 10: 8}
    ifd1_at = 8 + 2 + 12 * len(tags0) + 4
    values_at = ifd1_at + 2 + 12 * len(tags1) + 4
    long_values = [value for tags in (tags0, tags1) for _, _, value in tags if len(value) > 4]
    preview_at = values_at + sum(len(value) + len(value) % 2 for value in long_values)
    where = {b"PREV": preview_at, b"SUBI": ifd1_at, b"SENS": preview_at + len(preview)}
    directories, values = b"", b""
    for tags in (tags0, tags1):
        directories += struct.pack("<H", len(tags))
        for tag, kind, told in tags:
            value = struct.pack("<I", where[told]) if told in where else told
            inline = value.ljust(4, b"\0")
            if len(value) > 4:
                inline = struct.pack("<I", values_at + len(values))
                values += value + b"\0" * (len(value) % 2)
            directories += struct.pack("<HHI", tag, kind, len(value) // sizes[kind]) + inline
        directories += b"\0\0\0\0"
    return b"II*\0" + struct.pack("<I", 8) + directories + values + preview + sensor


def test_a_raw_file_shows_its_own_preview(root: Path, place: Workplace) -> None:
    """The picture of a raw file is the JPEG that the camera put in; its size is the sensor's."""
    preview = io.BytesIO()
    _corners().save(preview, "JPEG")
    (root / "x.dng").write_bytes(_dng(preview.getvalue()))
    found = _only(root, place)
    assert (found.facts.format, found.facts.camera_model) == ("raw", "T1")
    assert _corner_names(_loaded(place.pictures.preview(found.photo_id))) == "rgbw"


def _huge_png() -> bytes:
    """Says 25,000 x 20,000 and holds almost nothing."""
    header = struct.pack(">IIBBBBB", 25_000, 20_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.jpg", b"", "empty"),
        ("text.jpg", b"this is no picture at all", "no picture"),
        ("head.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "damaged"),
        ("huge.png", _huge_png(), "500 megapixels"),
        ("cut.png", _huge_png()[:20], "damaged"),
        ("cut.mp4", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2mp41", "video"),
        ("cut.heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1\0\0\0\x20meta", "heif"),
        ("cut.dng", b"II*\0\x08\0\0\0\0\0", "raw"),
        ("new.jxl", b"\xff\x0a\0\0\0\0\0\0", "jxl"),
        ("cut.gif", b"GIF89a\x01\0", "gif"),
        ("cut.webp", b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0", "webp"),
    ],
)
def test_bad_files_have_a_reason(name: str, content: bytes, reason: str, root: Path, place: Workplace) -> None:
    """Each is refused for a reason that people understand; nothing is written for it."""
    (root / name).write_bytes(content)
    assert reason in _reason(root, place)
    assert not (place.pictures.data_dir / "previews").exists()


def test_a_wrong_ending_does_not_matter(root: Path, place: Workplace) -> None:
    """A PNG called .jpg is a PNG."""
    _corners().save(root / "x.jpg", "PNG")
    assert _only(root, place).facts.format == "png"


def test_a_truncated_picture_is_shown_as_far_as_it_goes(root: Path, place: Workplace) -> None:
    """Half a JPEG or PNG is decoded, with a warning."""
    for form in ("JPEG", "PNG"):
        out = io.BytesIO()
        Image.effect_noise((400, 300), 80).convert("RGB").save(out, form)
        (root / f"x.{form.lower()}").write_bytes(out.getvalue()[: len(out.getvalue()) // 2])
    for outcome in _outcomes(root, place).values():
        assert isinstance(outcome, Prepared)
        assert "damaged" in outcome.facts.warnings[0]


def test_a_damaged_picture_of_this_moment_is_waited_for(root: Path, place: Workplace) -> None:
    """Half a file that was written just now is probably still being copied."""
    out = io.BytesIO()
    _corners().save(out, "JPEG")
    (root / "x.jpg").write_bytes(out.getvalue()[:-400])
    [outcome] = _outcomes(root, place, datetime.now(UTC)).values()
    assert isinstance(outcome, Refused)
    assert outcome.is_unsettled


def test_absurd_metadata_cost_only_themselves(root: Path, place: Workplace) -> None:
    """Year 0, GPS 999, offset +25:00 and a MakerNote that fills its segment: the photo is there, with warnings."""
    exif = {
        "0th": {piexif.ImageIFD.Make: b"Cam", piexif.ImageIFD.Orientation: 1},
        "Exif": {
            piexif.ExifIFD.DateTimeOriginal: b"0000:01:01 00:00:00",
            piexif.ExifIFD.DateTimeDigitized: b"2019:01:01 10:00:00",
            piexif.ExifIFD.OffsetTimeDigitized: b"+25:00",
            piexif.ExifIFD.MakerNote: os.urandom(60_000),
        },
        "GPS": {
            piexif.GPSIFD.GPSLatitudeRef: b"N", piexif.GPSIFD.GPSLatitude: ((999, 1), (0, 1), (0, 1)),
            piexif.GPSIFD.GPSLongitudeRef: b"E", piexif.GPSIFD.GPSLongitude: ((1, 1), (0, 1), (0, 0)),
        },
    }  # fmt: skip
    _corners().save(root / "x.jpg", exif=piexif.dump(exif))
    facts = _only(root, place).facts
    assert facts.taken_at_local == datetime.fromisoformat("2019-01-01T10:00:00")
    assert (facts.latitude_deg, facts.taken_offset_min, facts.camera_make) == (None, None, "Cam")
    assert len(facts.warnings) >= 3


def test_names_of_any_bytes(root: Path, place: Workplace) -> None:
    """Newlines, quotes, emoji and bytes that are not UTF-8 are just names, with sidecars too."""
    out = io.BytesIO()
    _corners().save(out, "JPEG")
    names = [b"new\nline.jpg", b"'q\"uote'.jpg", "😀.jpg".encode(), b"\xff\xfe.jpg", b"a;b$(c).JPG"]
    sidecar = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    sidecar += b'<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
    for name in names:
        Path(os.fsdecode(os.fsencode(root) + b"/" + name)).write_bytes(out.getvalue())
        Path(os.fsdecode(os.fsencode(root) + b"/" + name + b".xmp")).write_bytes(sidecar)
    found = _outcomes(root, place)
    assert found.keys() == set(names)
    assert {one.facts.rating for one in found.values() if isinstance(one, Prepared)} == {4}


def test_a_place_for_previews_that_cannot_be_written(root: Path, tmp_path: Path) -> None:
    """The file is refused with the system's reason; nothing else happens."""
    _corners().save(root / "x.jpg")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thumbnails").write_text("a file where a folder belongs")
    [outcome] = _outcomes(root, Workplace(Limits(), PictureFiles(tmp_path / "data"))).values()
    assert isinstance(outcome, Refused)
