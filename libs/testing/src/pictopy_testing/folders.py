"""Photo folders for tests: small generated pictures with dates and places, and the files that real folders hold too."""

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import piexif
from PIL import Image

FIRST_DAY = datetime(2024, 5, 4, 9, 30)  # noqa: DTZ001  # a camera's clock knows no zone


def write_photo(file: Path, seed: int, size: tuple[int, int] = (480, 360)) -> Path:
    """A JPEG whose picture, time and place follow from `seed`."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (6, 8, 3), np.uint8))
    taken = (FIRST_DAY + timedelta(hours=7 * seed)).strftime("%Y:%m:%d %H:%M:%S")
    exif = {
        "0th": {piexif.ImageIFD.Make: "PictoPy", piexif.ImageIFD.Model: "Test"},
        "Exif": {piexif.ExifIFD.DateTimeOriginal: taken, piexif.ExifIFD.OffsetTimeOriginal: "+02:00"},
        "GPS": {
            piexif.GPSIFD.GPSLatitudeRef: "N",
            piexif.GPSIFD.GPSLatitude: ((48, 1), (seed % 60, 1), (0, 1)),
            piexif.GPSIFD.GPSLongitudeRef: "E",
            piexif.GPSIFD.GPSLongitude: ((7, 1), (50, 1), (0, 1)),
        },
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    coarse.resize(size, Image.Resampling.BICUBIC).save(file, "JPEG", quality=85, exif=piexif.dump(exif))
    return file


def mixed_folder(root: Path, photos: int = 20, first_seed: int = 0) -> Path:
    """`photos` JPEGs in three folders, one of each other format, a copy, odd names, and three broken files."""
    for number in range(photos):
        write_photo(root / f"day {number % 3}" / f"IMG_{number:04}.jpg", first_seed + number)
    picture = Image.open(root / "day 0" / "IMG_0000.jpg")
    for extension in ("png", "webp", "tiff", "gif"):
        picture.rotate(90 * len(extension)).resize((200 + 10 * len(extension), 200)).save(root / f"other.{extension}")
    first = (root / "day 0" / "IMG_0000.jpg").read_bytes()
    (root / "copy of IMG_0000.jpg").write_bytes(first)
    write_photo(root / "odd" / "🎂 'our' \"day\" – ä.jpg", first_seed + 900)
    write_photo(root / "odd" / os.fsdecode(b"caf\xe9.jpg"), first_seed + 902)
    (root / "odd" / "truncated.jpg").write_bytes(
        write_photo(root / "odd" / "t.jpg", first_seed + 901).read_bytes()[:2000]
    )
    (root / "odd" / "t.jpg").unlink()
    (root / "odd" / "empty.jpg").write_bytes(b"")
    (root / "odd" / "text.jpg").write_text("not a picture", encoding="utf-8")
    (root / "odd" / "notes.txt").write_text("no photo at all", encoding="utf-8")
    return root


def hashes(root: Path) -> dict[str, str]:
    """Relative path to SHA-256 of each file: what may not change."""
    return {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }
