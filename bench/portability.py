"""What other programs read of what PictoPy wrote: names, boxes, keywords, events, ratings.

    make portability            (python bench/portability.py [--page docs/portability.md])

Files of eight kinds are made, some with tags of five other programs, in all orientations, with 1 to 60 named faces; the
exif service writes into them as it does for a user; eight readers read them (bench/readers.py). The cases cover every
pair of kind, orientation, number of faces, names and other program. A cell is what one reader makes of one aspect of
one case: right, wrong, or what the reader itself cannot do, with the reason. The last line is one JSON object.
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pillow_heif
import pyexiv2
from PIL import Image
from readers import READERS, Files, Seen, cannot, cleaned, reads_none, turned

from pictopy_contracts.geometry import Box
from pictopy_contracts.messages import FileRef, Photo, PhotoAdded
from pictopy_exif import consumers
from pictopy_exif.fake_library import LIBRARY, FakeLibrary

SUFFIX = {
    **{"jpeg": "jpg", "png": "png", "webp": "webp", "tiff": "tif", "heic": "heic", "avif": "avif"},
    **{"raw": "nef", "mp4": "mp4"},
}
TURNED_BY_CONTAINER = ("heic", "avif")
"""By irot and imir. The HEIC says the same in its EXIF, as those of iPhones do; the AVIF does not."""
HARD = (
    "Smith, John",
    "{x} | = ]",
    'Zoë "Zo" Weiß',
    "two\nlines",
    "Анна Каренина",
    "山田 太郎",
    "שרה לוי",
    "👩‍👧 Mia",
    "a;b/c \\ d",
)
FACES = (1, 3, 12, 60)
PROGRAMS = ("", "digiKam", "Lightroom", "Picasa", "ACDSee", "Windows")
STORED = (400, 300)
KEYWORDS = ("beach", "Семья", "sun, sand", "夏 🌞")
EVENT = "Свадьба Ани"
RATING = 4
ORIENTATION = 0x0112  # EXIF
MWG = (
    "-XMP-mwg-rs:RegionInfo={AppliedToDimensions={W=400,H=300,Unit=pixel},RegionList=[{Area={X=0.9,Y=0.9,W=0.1,H=0.1,"
    "Unit=normalized},Name=Bob,Type=Face}]}"
)
MP = "-XMP-MP:RegionInfoMP={Regions=[{PersonDisplayName=Bob,Rectangle=0.85|, 0.85|, 0.1|, 0.1}]}"
BOB = (0.85, 0.85, 0.95, 0.95)
FOREIGN = {
    "": (),
    "digiKam": (
        "-XMP-digiKam:TagsList=Travel/Rome",
        "-XMP-lr:HierarchicalSubject=Travel|Rome",
        "-Subject=Rome",
        MWG,
        MP,
    ),
    "Lightroom": ("-XMP-lr:HierarchicalSubject=Travel|Rome", "-Subject=Rome", "-IPTC:Keywords=Rome", "-Rating=2", MWG),
    "Picasa": ("-IPTC:Keywords=Rome", "-Subject=Rome", MWG),
    "ACDSee": ("-XMP-acdsee:Keywords=Rome", "-Subject=Rome", "-XMP-acdsee:Rating=3", "-IPTC:Keywords=Rome"),
    "Windows": ("-Subject=Rome", "-XPKeywords=Rome", "-XMP-microsoft:LastKeywordXMP=Rome", "-RatingPercent=25", MP),
}
DRAWS_BOB = {
    "digiKam": set(READERS),
    "Lightroom": set(READERS) - {"Windows"},
    "Picasa": set(READERS) - {"Windows"},
    "Windows": {"digiKam", "PhotoPrism", "Windows"},
}
"""Program to the readers that know the kind of region in which it draws Bob."""


@dataclass(frozen=True)
class Case:
    kind: str
    orientation: int
    faces: int
    first_name: int
    program: str
    number: int = 0

    @property
    def name(self) -> str:
        """Adobe's sidecar name is continued where Lightroom had begun one."""
        return f"{'short' if self.program == 'Lightroom' else 'c'}{self.number:03}.{SUFFIX[self.kind]}"

    @property
    def sidecar(self) -> str | None:
        if self.kind not in ("raw", "mp4"):
            return None
        return f"{Path(self.name).stem}.xmp" if self.program == "Lightroom" else f"{self.name}.xmp"

    @property
    def size(self) -> tuple[int, int]:
        """As the picture is shown."""
        return STORED if self.orientation < 5 else (STORED[1], STORED[0])

    @property
    def people(self) -> list[tuple[str, Box]]:
        """Each name once; the boxes fill a grid of ten columns."""
        names = [HARD[(self.first_name + each) % len(HARD)] for each in range(min(self.faces, len(HARD)))]
        names += [f"Person {each}" for each in range(self.faces - len(names))]
        return [(name, _cell(each)) for each, name in enumerate(names)]


def _cell(number: int) -> Box:
    x, y = (number % 10) * 0.085 + 0.003, (number // 10) * 0.125 + 0.011
    return Box(x1=x, y1=y, x2=x + 0.0734, y2=y + 0.1087)


def covering() -> list[Case]:
    """Few cases in which every pair of values stands together at least once: the one that covers most comes next."""
    values: tuple[Sequence[Any], ...] = (tuple(SUFFIX), range(1, 9), FACES, range(len(HARD)), PROGRAMS)
    possible = [each for each in product(*values) if each[1] == 1 or each[0] != "mp4"]
    pairs = {each: set(combinations(enumerate(each), 2)) for each in possible}
    missing = set().union(*pairs.values())
    cases: list[Case] = []
    while missing:
        best = max(possible, key=lambda each: len(pairs[each] & missing))
        missing -= pairs[best]
        kind, orientation, faces, first_name, program = best
        cases.append(Case(kind, orientation, faces, first_name, program, len(cases)))
    return cases


def make(case: Case, folder: Path) -> None:
    """The file, and what the other program had written into it or beside it."""
    path = folder / case.name
    image = _picture().convert("RGB")
    if case.kind == "mp4":
        path.write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x08mdat")
    elif case.kind in TURNED_BY_CONTAINER:
        exif = Image.Exif()
        exif[ORIENTATION] = case.orientation
        image.save(path, exif=exif.tobytes(), quality=80)
    else:
        image.save(path, format={"raw": "TIFF", "jpeg": "JPEG"}.get(case.kind, case.kind.upper()))
    target = path if case.sidecar is None else folder / case.sidecar
    tags = [each for each in FOREIGN[case.program] if _fits(each, case)]
    if tags:
        exiftool(*tags, *(("-o",) if case.sidecar else ("-overwrite_original",)), str(target))
    if case.orientation > 1 and case.kind not in TURNED_BY_CONTAINER:
        exiftool(f"-IFD0:Orientation#={case.orientation}", "-overwrite_original", str(path))


def _fits(tag: str, case: Case) -> bool:
    """IPTC is of JPEG and TIFF; a sidecar holds XMP alone."""
    is_older = tag.startswith(("-IPTC", "-XPK"))
    return not is_older or case.kind in (
        ("jpeg", "tiff") if tag.startswith("-IPTC") else ("jpeg", "tiff", "png", "webp")
    )


def exiftool(*arguments: str) -> bytes:
    program = shutil.which("exiftool")
    if program is None:
        sys.exit("exiftool is not installed: it is a judge here (make tools)")
    return subprocess.run([program, "-q", "-m", *arguments], check=True, capture_output=True).stdout


async def write(cases: Sequence[Case], folder: Path) -> None:
    """As the service does it, told by messages."""
    there = await FakeLibrary(folder).open()
    for each in cases:
        status = (folder / each.name).stat()
        photo = {
            **{"photo_id": each.name, "revision": 10, "kind": "video" if each.kind == "mp4" else "photo"},
            **{"format": each.kind, "width_px": each.size[0], "height_px": each.size[1]},
            **{"orientation": each.orientation, "added_at": datetime.now(UTC), "rating": RATING, "keywords": KEYWORDS},
            "stated": ("rating", "keywords"),
            "files": [
                FileRef(
                    library_id=LIBRARY,
                    path=each.name,
                    size_bytes=status.st_size,
                    modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
                )
            ],
        }
        await consumers.on_photo_added(PhotoAdded(photo=Photo.model_validate(photo)), there.deps)
        people = {f"{each.name}-{number}": face for number, face in enumerate(each.people)}
        await there.faces(each.name, **{person: box for person, (_, box) in people.items()})
        for person, (name, _) in people.items():
            await there.person(person, name)
    await there.event("event", EVENT, *(each.name for each in cases))
    await there.settle()
    failed = await there.deps.store.wishes("failed", "", 100)
    if failed:
        sys.exit(f"not written: {[(photo_id, wish.reason) for photo_id, wish in failed]}")


def read(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Files]]:
    """Each with what exiftool and exiv2 find: of the sidecar where there is one."""
    found = json.loads(exiftool("-j", "-G1", "-struct", "-n", "-a", "-charset", "filename=utf8", str(folder)))
    found += json.loads(exiftool("-j", "-G1", "-struct", "-n", "-a", "-ext", "xmp", str(folder)))
    tags = {Path(each["SourceFile"]).name: each for each in found}
    for case in cases:
        holder = case.sidecar or case.name
        with pyexiv2.ImageData((folder / holder).read_bytes()) as image:
            keys = image.read_xmp()
        orientation = _turn(case, folder / case.name, int(tags[case.name].get("IFD0:Orientation", 1)))
        yield case, Files(case.kind, tags[holder], keys, STORED, orientation, case.sidecar, exiv2(folder / holder))


def _turn(case: Case, path: Path, in_exif: int) -> int:
    """How the picture is turned where it is shown; in a HEIC or AVIF libheif and libavif tell."""
    if case.kind not in TURNED_BY_CONTAINER:
        return in_exif
    with Image.open(path) as image:
        if case.kind == "avif":
            return int(image.getexif().get(ORIENTATION, 1))
        seen = _corners(image.convert("L"))
    return next(each for each in range(1, 9) if _corners(turned(_picture(), each)) == seen)


def _picture() -> Image.Image:
    """As it is stored: another grey in each quarter."""
    picture, (width, height) = Image.new("L", STORED), STORED
    for number in range(1, 4):
        left, top = number % 2 * width // 2, number // 2 * height // 2
        picture.paste(number * 85, (left, top, left + width // 2, top + height // 2))
    return picture


def _corners(image: Image.Image) -> list[int]:
    """Width, and which grey lies in which quarter."""
    width, height = image.size
    spots = ((x * width // 4, y * height // 4) for x in (1, 3) for y in (1, 3))
    return [width, *(round(int(str(image.getpixel(each))) / 85) for each in spots)]


def exiv2(path: Path) -> str:
    """What the program prints of a file."""
    program = shutil.which("exiv2")
    if program is None:
        sys.exit("exiv2 is not installed: it is a judge here (make tools)")
    return subprocess.run([program, "-q", "-PXkv", str(path)], check=False, capture_output=True).stdout.decode()


@dataclass
class Score:
    """Of one reader."""

    right: Counter[str] = field(default_factory=Counter)
    cannot: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def cells(self) -> int:
        return self.right.total() + self.cannot.total() + len(self.wrong)


def judge(reader: str, case: Case, files: Files, score: Score) -> None:
    seen = READERS[reader](files)
    expected: dict[str, list[tuple[str, bool]]] = {
        "people": [(name, _knows(reader, name, seen)) for name, _ in case.people],
        "keywords": [(each, each in seen.keywords) for each in (*KEYWORDS, *(["Rome"] if case.program else []))],
        "event": [(EVENT, EVENT in seen.events)],
        "rating": [("", seen.rating == RATING)],
    }
    if case.kind != "mp4":
        expected["boxes"] = [(name, _lies(reader, name, box, case, seen)) for name, box in case.people]
        if reader in DRAWS_BOB.get(case.program, ()):
            expected["people"].append(("Bob", _knows(reader, "Bob", seen)))
    if why := reads_none(reader, files):
        score.cannot[why] += len(expected)
        return
    for aspect, checks in expected.items():
        reasons = {text: cannot(reader, files, aspect, text) for text, _ in checks}
        if missed := [text for text, is_right in checks if not is_right and reasons[text] is None]:
            score.wrong.append(
                f"{reader}, {case.name} ({case.program or 'none'}, {case.orientation}): {aspect} {missed[:3]}"
            )
        elif lost := [reasons[text] for text, is_right in checks if not is_right]:
            score.cannot[str(lost[0])] += 1
        else:
            score.right[case.kind] += 1


def _as_read(reader: str, name: str) -> str:
    return cleaned(name).casefold() if reader == "PhotoPrism" else name


def _knows(reader: str, name: str, seen: Seen) -> bool:
    is_whole = reader != "PhotoPrism" or cleaned(name) == name
    return is_whole and _as_read(reader, name) in seen.people


def _lies(reader: str, name: str, box: Box, case: Case, seen: Seen) -> bool:
    """Within a pixel on each side."""
    width, height = case.size
    wanted = (box.x1 * width, box.y1 * height, box.x2 * width, box.y2 * height)
    found = seen.people.get(_as_read(reader, name), []) if _knows(reader, name, seen) else []
    return any(all(abs(a - b) <= 1 for a, b in zip(each, wanted, strict=True)) for each in found)


def page(scores: dict[str, Score], cases: Sequence[Case]) -> str:
    lines = [
        "# What other programs read",
        "",
        "Measured by `make portability` (`bench/portability.py`), which writes this page. A cell is what one reader",
        "makes of one aspect (people, boxes within a pixel, keywords, event, rating) of one file. In a cell that says",
        "what a reader cannot do, all the rest is right: the other names, the other keywords.",
        "",
        f"{len(cases)} files cover every pair of: {', '.join(SUFFIX)} (RAW and MP4 by sidecar); 8 orientations; "
        f"{', '.join(map(str, FACES))} faces;",
        f"names such as {', '.join(f'`{json.dumps(each, ensure_ascii=False)[1:-1]}`' for each in HARD)};",
        f"tags written before by {', '.join(PROGRAMS[1:])}, or none.",
        "",
        f"| reader | cells | right | wrong | it cannot | {' | '.join(SUFFIX)} |",
        f"|---|---|---|---|---|{'---|' * len(SUFFIX)}",
    ]
    for reader, score in scores.items():
        kinds = " | ".join(str(score.right[kind]) for kind in SUFFIX)
        counts = f"{score.cells} | {score.right.total()} | {len(score.wrong)} | {score.cannot.total()}"
        lines.append(f"| {reader} | {counts} | {kinds} |")
    lines += ["", "## What readers themselves cannot do", "", "| reader | cells | why |", "|---|---|---|"]
    for reader, score in scores.items():
        lines += [f"| {reader} | {count} | {reason} |" for reason, count in score.cannot.most_common()]
    lines += [
        "",
        "HEIC and AVIF are turned by `irot` and `imir`, and readers are taken to turn regions along with the picture.",
        "The EXIF orientation says the same in the HEIC files, as in those of iPhones: readers that turn by it alone",
        "find the faces too. The AVIF files have none, and such readers would not. MP4 has no region.",
        "",
    ]
    wrong = [each for score in scores.values() for each in score.wrong]
    return "\n".join([*lines, *(["## Wrong", "", *(f"- {each}" for each in wrong), ""] if wrong else [])])


def main() -> None:
    pillow_heif.register_heif_opener()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", type=Path, help="write the page of documentation here")
    arguments = parser.parse_args()
    started, cases = time.monotonic(), covering()
    scores = {reader: Score() for reader in READERS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for case in cases:
            make(case, folder)
        asyncio.run(write(cases, folder))
        for case, files in read(cases, folder):
            for reader, score in scores.items():
                judge(reader, case, files, score)
    text = page(scores, cases)
    print(text)
    if arguments.page:
        arguments.page.write_text(text, encoding="utf-8")
    result = {
        "cases": len(cases),
        "cells": sum(each.cells for each in scores.values()),
        "cells_wrong": sum(len(each.wrong) for each in scores.values()),
        "cells_reader_cannot": sum(each.cannot.total() for each in scores.values()),
        "by_reader": {reader: {"cells": each.cells, "wrong": len(each.wrong)} for reader, each in scores.items()},
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
