"""Metadata blocks into each file format and out again: only they change, every decoder sees the same picture."""

import io
import struct

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pictopy_exif.domain import tiff
from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.containers import Container, Unsafe, container_of
from pictopy_exif.domain.containers.bmff import BMFF
from pictopy_exif.domain.containers.items import box
from pictopy_exif.domain.containers.jpeg import JPEG
from pictopy_exif.domain.containers.png import PNG
from pictopy_exif.domain.containers.tiff import TIFF
from pictopy_exif.domain.containers.webp import WEBP
from pictopy_exif.domain.patch import Patch

EXIF = tiff.with_values(
    tiff.empty(), {"image": {271: tiff.text("A maker")}, "exif": {37500: tiff.Value(7, b"NOTE" * 9)}}
)
IPTC = b"\x1c\x02\x19\0\x05Anna!"


def encoded(kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture = Image.radial_gradient("L").resize((48, 32)).convert("RGBA" if options.pop("alpha", 0) else "RGB")
    if kind == "HEIF":
        heif = pillow_heif.from_pillow(picture)
        heif.save(out, quality=60, **options)
    else:
        picture.save(out, kind, **options)
    return out.getvalue()


FILES = {
    "plain.jpg": encoded("JPEG"),
    "exif.jpg": encoded("JPEG", exif=b"Exif\0\0" + EXIF, icc_profile=b"icc" * 99, xmp=b"<old/>"),
    "pictures.jpg": encoded("MPO", save_all=True, append_images=[Image.new("RGB", (48, 32), "red")]),
    "plain.png": encoded("PNG"),
    "exif.png": encoded("PNG", exif=b"Exif\0\0" + EXIF, icc_profile=b"icc" * 99),
    "plain.webp": encoded("WEBP"),
    "lossless.webp": encoded("WEBP", lossless=True, alpha=1),
    "exif.webp": encoded("WEBP", exif=EXIF, xmp=b"<odd length>"),
    "plain.tif": encoded("TIFF"),
    "xmp.tiff": encoded("TIFF", compression="tiff_deflate", tiffinfo={700: b"<old/>", 270: "A caption"}),
    "plain.avif": encoded("AVIF"),
    "exif.avif": encoded("AVIF", exif=EXIF, xmp=b"<old/>"),
    "plain.heic": encoded("HEIF"),
    "exif.heic": encoded("HEIF", exif=b"Exif\0\0" + EXIF, xmp=b"<old/>"),
}
NAMES = {"JPEG": JPEG, "PNG": PNG, "WebP": WEBP, "TIFF": TIFF, "HEIF": BMFF}


def container(name: str) -> Container:
    found = container_of(FILES[name][:16], name)
    assert found is not None
    return found


def pixels(data: bytes, name: str) -> list[bytes]:
    """Of every picture in the file."""
    if name.endswith(".heic"):
        return [each.to_pillow().tobytes() for each in pillow_heif.open_heif(data)]
    found = []
    with Image.open(io.BytesIO(data)) as image:
        for frame in range(getattr(image, "n_frames", 1)):
            image.seek(frame)
            found.append(image.tobytes())
    return found


def wanted(given_container: Container, found: Blocks, xmp: bytes | None) -> Blocks:
    """Every block that the format holds, changed."""
    exif = tiff.with_values(
        found.exif or tiff.empty(), {"image": {270: tiff.text("Another caption")}, "gps": {1: tiff.text("N")}}
    )
    return Blocks(xmp, IPTC if "iptc" in given_container.holds else None, exif)


@pytest.mark.parametrize("name", FILES)
def test_blocks_go_in_and_come_out_and_nothing_else_changes(name: str) -> None:
    """The blocks read back, the picture and all else are proven the same, the patch gives back the very bytes."""
    data, held = FILES[name], container(name)
    found = held.blocks(data)
    new, patch = held.with_blocks(data, wanted(held, found, b"<new/>"))
    after = held.blocks(new)
    assert (after.xmp, after.iptc) == (b"<new/>", IPTC if "iptc" in held.holds else None)
    assert after.exif is not None
    assert tiff.find(after.exif, "image", 270) == tiff.text("Another caption")
    assert held.picture_digest(new) == held.picture_digest(data)
    assert held.rest_digest(new) == held.rest_digest(data)
    assert pixels(new, name) == pixels(data, name)
    assert Patch.unpack(patch.pack()).undo(new) == data


@pytest.mark.parametrize("name", FILES)
def test_blocks_are_changed_again_and_taken_out(name: str) -> None:
    """A second write builds on the first; without blocks the file still shows the same picture."""
    data, held = FILES[name], container(name)
    new, _ = held.with_blocks(data, wanted(held, held.blocks(data), b"<new/>"))
    again, patch = held.with_blocks(new, Blocks(b"<a longer one/>", held.blocks(new).iptc, held.blocks(new).exif))
    assert held.blocks(again).xmp == b"<a longer one/>"
    assert patch.undo(again) == new
    bare, _ = held.with_blocks(again, Blocks(exif=held.blocks(again).exif))
    assert (held.blocks(bare).xmp, held.blocks(bare).iptc) == (None, None)
    for each in (again, bare):
        assert held.rest_digest(each) == held.rest_digest(data)
        assert pixels(each, name) == pixels(data, name)


@pytest.mark.parametrize("name", FILES)
def test_what_is_the_same_is_not_touched(name: str) -> None:
    """The same blocks give the same bytes."""
    data, held = FILES[name], container(name)
    assert held.with_blocks(data, held.blocks(data))[0] == data


@pytest.mark.parametrize("name", ["plain.avif", "exif.avif", "plain.heic", "exif.heic", "plain.png", "plain.webp"])
def test_files_do_not_grow_with_each_write(name: str) -> None:
    """What we appended before is replaced, not left behind."""
    data, held = FILES[name], container(name)
    sizes = set()
    for number in range(4):
        data, _ = held.with_blocks(data, Blocks(b"<number %d/>" % number, None, held.blocks(data).exif))
        sizes.add(len(data))
    assert len(sizes) == 1


@pytest.mark.parametrize("name", FILES)
def test_any_other_change_is_seen(name: str) -> None:
    """One turned bit anywhere outside the blocks changes the digest or is refused."""
    data, held = FILES[name], container(name)
    before, unseen = held.rest_digest(data), 0
    for place in range(0, len(data), max(1, len(data) // 150)):
        broken = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            unseen += held.rest_digest(broken) == before
        except Unsafe:
            continue
    assert unseen < 30


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_cut_off_is_refused_or_kept(name: str) -> None:
    """At every length: nothing but Unsafe is raised, and nothing is written that could not be taken back."""
    data, held = FILES[name], container(name)
    for size in range(0, len(data), max(1, len(data) // 100)):
        cut = data[:size]
        try:
            new, patch = held.with_blocks(cut, Blocks(b"<new/>", None, held.blocks(cut).exif))
        except Unsafe:
            continue
        assert patch.undo(new) == cut
        assert held.rest_digest(new) == held.rest_digest(cut)


HEADS = {
    "JPEG": b"\xff\xd8\xff",
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\x01IHDR",
    "WebP": b"RIFF\x40\0\0\0WEBP",
    "TIFF": b"II*\0\x08\0\0\0",
    "HEIF": b"\0\0\0\x10ftypheic\0\0\0\0\0\0\0\x40meta",
}


@settings(max_examples=300)
@given(st.sampled_from(sorted(HEADS)), st.binary(max_size=150))
def test_any_bytes_are_understood_or_refused(name: str, tail: bytes) -> None:
    """A damaged file never raises anything but Unsafe."""
    held, data = NAMES[name], HEADS[name] + tail
    try:
        held.with_blocks(data, Blocks(b"<new/>", None, held.blocks(data).exif))
        held.rest_digest(data)
    except Unsafe:
        return


def test_a_format_that_has_no_place_for_a_block_says_so() -> None:
    """IPTC's old datasets have no standard place in a PNG."""
    with pytest.raises(Unsafe, match="no IPTC"):
        PNG.with_blocks(FILES["plain.png"], Blocks(iptc=IPTC))


@pytest.mark.parametrize("name", ["x.dng", "x.nef", "x.gif", "x.mp4"])
def test_raw_files_and_movies_are_no_containers(name: str) -> None:
    """Even those that begin as a TIFF does: they get a sidecar."""
    assert container_of(FILES["plain.tif"][:16], name) is None
    assert container_of(b"\0\0\0\x10ftypisom\0\0\0\0", name) is None
    dng = tiff.with_values(FILES["plain.tif"], {"image": {50706: tiff.Value(tiff.BYTE, b"\1\4\0\0")}})
    with pytest.raises(Unsafe, match="DNG"):
        TIFF.with_blocks(dng, Blocks(xmp=b"<new/>", exif=dng))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", FILES["plain.jpg"][:2] + b"\xff\xeb\0\x0cJP\0\1c2pa\0\0" + FILES["plain.jpg"][2:]),
        ("a.png", FILES["plain.png"][:33] + struct.pack(">I", 0) + b"caBX" + bytes(4) + FILES["plain.png"][33:]),
        ("a.heic", FILES["plain.heic"] + box(b"uuid", bytes.fromhex("d8fec3d61b0e483c92975828877ec481"))),
        ("a.tif", tiff.with_values(FILES["plain.tif"], {"image": {52545: tiff.Value(tiff.BYTE, b"c2pa manifest")}})),
    ],
)
def test_signed_files_are_not_written_into(name: str, data: bytes) -> None:
    """Content credentials vouch for every byte: a change would make the picture look forged."""
    held = container_of(data[:16], name)
    assert held is not None
    with pytest.raises(Unsafe, match="C2PA"):
        held.with_blocks(data, Blocks(b"<new/>", None, held.blocks(data).exif))


def test_the_video_of_a_motion_photo_stays_at_the_end() -> None:
    """Players count from the end of the file."""
    video = box(b"mpvd", b"a video")
    data = FILES["plain.heic"] + video
    new, _ = BMFF.with_blocks(data, Blocks(xmp=b"<new/>"))
    assert new.endswith(video)
    jpeg = FILES["exif.jpg"] + b"a video"
    assert JPEG.with_blocks(jpeg, Blocks(b"<new/>", None, EXIF))[0].endswith(b"\xff\xd9a video")


def test_a_sequence_of_pictures_is_refused() -> None:
    """Its tables count the bytes of the file from its start."""
    with pytest.raises(Unsafe, match="sequence"):
        BMFF.with_blocks(FILES["plain.heic"] + box(b"moov", b""), Blocks(xmp=b"<new/>"))


def test_a_last_box_without_a_length_gets_one() -> None:
    """An encoder that did not know how long its picture would be let it reach to the end of the file."""
    data = FILES["plain.avif"]
    start = data.rindex(b"mdat") - 4
    data = data[:start] + bytes(4) + data[start + 4 :]
    new, patch = BMFF.with_blocks(data, Blocks(xmp=b"<new/>"))
    assert BMFF.blocks(new).xmp == b"<new/>"
    assert pixels(new, "a.avif") == pixels(data, "a.avif")
    assert patch.undo(new) == data


def test_imagemagicks_own_profiles_are_left_alone() -> None:
    """Programs that read them would see what is no longer so."""
    data = FILES["plain.png"]
    profile = b"Raw profile type xmp\0\0x"
    chunk = struct.pack(">I", len(profile)) + b"zTXt" + profile + bytes(4)
    with pytest.raises(Unsafe, match="ImageMagick"):
        PNG.with_blocks(data[:33] + chunk + data[33:], Blocks(xmp=b"<new/>"))
