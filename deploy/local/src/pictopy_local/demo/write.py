"""Painted pictures become files such as cameras and phones write them."""

import io
from datetime import UTC, timedelta
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

import av
import numpy as np
import piexif
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from pictopy_local.demo.draw import Picture
from pictopy_local.demo.plan import Shot
from pictopy_local.demo.scenes import SCENES

JPEG_QUALITY = 85
GRAIN = 0.012  # standard deviation of a sensor's noise, of 1; without it every picture would count as blurred
XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"{rating}>'
    "<dc:subject><rdf:Bag>{keywords}</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
)
VIDEO_FPS, VIDEO_SECONDS = 15, 4


def paint(shot: Shot) -> NDArray[np.uint8]:
    """(960, 1280, 3) uint8 RGB. Shots of a burst differ as a hand moves and light changes."""
    picture = SCENES[shot.scene](np.random.default_rng(shot.seed))
    if shot.burst:
        picture = _a_moment_later(picture, shot.burst)
    grain = np.random.default_rng((shot.seed, shot.burst)).normal(0, GRAIN, picture.shape[:2]).astype(np.float32)
    return np.asarray(np.clip(picture + grain[..., None], 0, 1) * 255, np.uint8)


def _a_moment_later(picture: Picture, burst: int) -> Picture:
    margin = 10 * burst
    height, width = picture.shape[:2]
    crop = Image.fromarray((np.clip(picture[margin:, margin:], 0, 1) * 255).astype(np.uint8))
    moved = np.asarray(crop.resize((width, height), Image.Resampling.BICUBIC), np.float32) / 255
    return np.asarray(moved * (1 - 0.02 * burst), np.float32)


def write_jpeg(root: Path, shot: Shot) -> None:
    file = root / shot.path
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(paint(shot)).save(file, "JPEG", quality=JPEG_QUALITY, exif=exif_of(shot), xmp=xmp_of(shot))


def xmp_of(shot: Shot) -> bytes:
    """The packet with what is painted and where as keywords, and the stars that a person gave."""
    keywords = "".join(f"<rdf:li>{escape(word)}</rdf:li>" for word in (shot.scene.replace("_", " "), shot.place.name))
    rating = f' xmp:Rating="{shot.rating}"' if shot.rating else ""
    return XMP.format(rating=rating, keywords=keywords).encode()


def write_heic(file: Path, shot: Shot) -> None:
    pillow_heif.from_pillow(Image.fromarray(paint(shot))).save(file, quality=70, exif=exif_of(shot))


def exif_of(shot: Shot) -> bytes:
    """The EXIF block with time, offset, camera and place."""
    taken = shot.taken_at_local.strftime("%Y:%m:%d %H:%M:%S")
    sign, (hours, minutes) = "-" if shot.offset_min < 0 else "+", divmod(abs(shot.offset_min), 60)
    taken_utc = shot.taken_at_local - timedelta(minutes=shot.offset_min)
    first: dict[int, object] = {piexif.ImageIFD.Make: shot.camera.make, piexif.ImageIFD.Model: shot.camera.model}
    if shot.caption:
        first[piexif.ImageIFD.ImageDescription] = shot.caption
    exif: dict[int, object] = {
        piexif.ExifIFD.DateTimeOriginal: taken,
        piexif.ExifIFD.DateTimeDigitized: taken,
        piexif.ExifIFD.OffsetTimeOriginal: f"{sign}{hours:02}:{minutes:02}",
    }
    if shot.camera.serial:
        exif[piexif.ExifIFD.BodySerialNumber] = shot.camera.serial
    gps = {
        piexif.GPSIFD.GPSLatitudeRef: "N" if shot.latitude_deg >= 0 else "S",
        piexif.GPSIFD.GPSLatitude: _sexagesimal(shot.latitude_deg),
        piexif.GPSIFD.GPSLongitudeRef: "E" if shot.longitude_deg >= 0 else "W",
        piexif.GPSIFD.GPSLongitude: _sexagesimal(shot.longitude_deg),
        piexif.GPSIFD.GPSAltitude: (shot.place.altitude_m, 1),
        piexif.GPSIFD.GPSDateStamp: taken_utc.strftime("%Y:%m:%d"),
        piexif.GPSIFD.GPSTimeStamp: ((taken_utc.hour, 1), (taken_utc.minute, 1), (taken_utc.second, 1)),
    }
    return bytes(piexif.dump({"0th": first, "Exif": exif, "GPS": gps}))


def _sexagesimal(degrees: float) -> tuple[tuple[int, int], ...]:
    whole, rest = divmod(abs(degrees), 1)
    minutes, rest = divmod(rest * 60, 1)
    return (int(whole), 1), (int(minutes), 1), (round(rest * 60 * 1000), 1000)


def write_screenshot(file: Path, seed: int) -> None:
    """A phone's screen: a list of messages."""
    rng = np.random.default_rng(seed)
    screen = np.full((1600, 720, 3), 245, np.uint8)
    screen[:120] = rng.integers(40, 120, 3)
    for row in range(160, 1500, 110):
        left, width = (40, int(rng.integers(240, 520))) if rng.random() < 0.5 else (200, 480)
        screen[row : row + 80, left : left + width] = (214, 236, 208) if left == 200 else (255, 255, 255)
        screen[row + 30 : row + 38, left + 24 : left + width - 40] = 120
    about = PngImagePlugin.PngInfo()
    about.add_text("Software", "Screenshot")
    Image.fromarray(screen).save(file, "PNG", pnginfo=about)


def write_video(file: Path, shot: Shot) -> None:
    """A slow pan over the scene, H.264 in MP4 with its time of capture."""
    frame = np.asarray(Image.fromarray(paint(shot)).resize((854, 640)))
    taken_at = (shot.taken_at_local - timedelta(minutes=shot.offset_min)).replace(tzinfo=UTC)
    with av.open(str(file), "w") as container:
        container.metadata["creation_time"] = taken_at.isoformat().replace("+00:00", "Z")
        stream = container.add_stream(_encoder(), rate=VIDEO_FPS)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        stream.codec_context.time_base = Fraction(1, VIDEO_FPS)
        for number in range(VIDEO_FPS * VIDEO_SECONDS):
            left, top = 3 * number, 2 * number
            picture = np.ascontiguousarray(frame[top : top + 480, left : left + 640])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def _encoder() -> str:
    return next(name for name in ("libx264", "libopenh264", "mpeg4") if name in av.codecs_available)


def jpeg_bytes(shot: Shot) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(paint(shot)).save(buffer, "JPEG", quality=JPEG_QUALITY, exif=exif_of(shot))
    return buffer.getvalue()
