"""The id of a picture: metadata do not count, pixels do."""

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pictopy_ingest.domain import formats
from pictopy_ingest.domain.identity import picture_id


def _picture(seed: int = 0) -> Image.Image:
    return Image.effect_mandelbrot((64, 48), (-2 + seed / 10, -1, 1, 1), 60).convert("RGB")


def _coded(form: str, seed: int = 0, **options: Any) -> bytes:
    out = io.BytesIO()
    _picture(seed).save(out, form, **options)
    return out.getvalue()


def _id(form: str, data: bytes) -> str:
    return picture_id(form, memoryview(data))


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def _chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 2}])
def test_jpeg_metadata_and_trailers_do_not_count(options: dict[str, Any]) -> None:
    """APPn, COM, and what follows the first EOI (MPO, motion photos) leave the id alone."""
    plain = _coded("JPEG", **options)
    extra = _segment(0xE1, b"Exif\0\0 hello") + _segment(0xFE, b"a comment \xff\xd9") + _segment(0xED, b"iptc")
    edited = plain[:2] + extra + plain[2:] + b"MPO or a film behind the picture" + plain
    assert _id(formats.JPEG, edited) == _id(formats.JPEG, plain)


def test_jpeg_pixels_and_tables_count() -> None:
    """Other pixels, or the same pixels in another quality, are another picture."""
    ids = {_id(formats.JPEG, _coded("JPEG", seed, quality=quality)) for seed in (0, 1) for quality in (80, 90)}
    assert len(ids) == 4


def test_a_truncated_jpeg_has_an_id_of_its_own() -> None:
    """What is there counts, and nothing fails."""
    whole = _coded("JPEG")
    assert _id(formats.JPEG, whole[: len(whole) // 2]) != _id(formats.JPEG, whole)


def test_png_text_and_the_cut_of_its_stream_do_not_count() -> None:
    """Text, time and profile chunks, and how IDAT is split, leave the id alone; the palette does not."""
    plain = _coded("PNG")
    at = plain.index(b"IDAT") - 4
    size = int.from_bytes(plain[at : at + 4], "big")
    data = plain[at + 8 : at + 8 + size]
    split = _chunk(b"IDAT", data[:10]) + _chunk(b"IDAT", data[10:])
    edited = plain[:at] + _chunk(b"tEXt", b"Title\0x") + split + _chunk(b"eXIf", b"II*\0") + plain[at + 12 + size :]
    assert _id(formats.PNG, edited) == _id(formats.PNG, plain)
    assert _id(formats.PNG, _coded("PNG", 1)) != _id(formats.PNG, plain)


def test_gif_comments_and_xmp_do_not_count() -> None:
    """Comment and application extensions leave the id alone."""
    plain = _coded("GIF")
    edited = plain[:-1] + b"\x21\xfe\x05hello\x00" + b"\x21\xff\x0bXMP DataXMP\x03abc\x00" + plain[-1:]
    assert _id(formats.GIF, edited) == _id(formats.GIF, plain)
    assert _id(formats.GIF, _coded("GIF", 1)) != _id(formats.GIF, plain)


@pytest.mark.parametrize("lossless", [True, False])
def test_webp_metadata_do_not_count(lossless: bool) -> None:
    """EXIF and XMP chunks, and the VP8X header that announces them, leave the id alone."""
    exif = Image.Exif()
    exif[0x010E] = "words"
    plain = _coded("WEBP", lossless=lossless)
    assert _id(formats.WEBP, _coded("WEBP", lossless=lossless, exif=exif)) == _id(formats.WEBP, plain)
    assert _id(formats.WEBP, _coded("WEBP", 1, lossless=lossless)) != _id(formats.WEBP, plain)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_tiff_descriptions_do_not_count(compression: str, big: bool) -> None:
    """Words move the strips, and the id stays."""
    plain = _coded("TIFF", compression=compression, big_tiff=big)
    described = _coded("TIFF", compression=compression, big_tiff=big, description="many words " * 20)
    assert _id(formats.TIFF, described) == _id(formats.TIFF, plain)
    assert _id(formats.TIFF, _coded("TIFF", 1, compression=compression, big_tiff=big)) != _id(formats.TIFF, plain)


def test_a_film_is_its_media_data() -> None:
    """The tables of a film may move and grow; its mdat counts, with a size of 64 bits too."""
    media = b"frames" * 100
    small = struct.pack(">I4s", 8 + len(media), b"mdat") + media
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + len(media)) + media
    head = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0)
    moov = struct.pack(">I4s", 12, b"moov") + b"abcd"
    assert _id(formats.MP4, head + moov + small) == _id(formats.MP4, head + large + moov)
    assert _id(formats.MP4, head + small.replace(b"f", b"F")) != _id(formats.MP4, head + small)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "TIFF"]), st.data())
def test_no_damage_makes_identity_fail(form: str, data: st.DataObject) -> None:
    """Whatever is wrong with a file, it has an id, and the same one each time."""
    coded = bytearray(_coded(form))
    for at in data.draw(st.lists(st.integers(0, min(len(coded), 400) - 1), max_size=6)):
        coded[at] = data.draw(st.integers(0, 255))
    damaged = bytes(coded[: data.draw(st.integers(0, len(coded)))])
    name = form.lower()
    assert _id(name, damaged) == _id(name, damaged)
    assert len(_id(name, damaged)) == 32


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([formats.HEIF, formats.AVIF, formats.MP4, formats.MOV]), st.binary(max_size=300))
def test_no_noise_makes_identity_of_boxes_fail(form: str, noise: bytes) -> None:
    """Boxes of nonsense are hashed whole."""
    assert len(_id(form, b"\0\0\0\x10ftypheic\0\0\0\0" + noise)) == 32
