"""Which source wins. The first one that states a field is believed; a value that cannot be true is no statement.

| field | sources, first wins |
|---|---|
| time | XMP sidecar (1) · EXIF DateTimeOriginal · EXIF DateTimeDigitized · XMP in the file · IPTC DateCreated · |
| | GPS clock · container of a video · Takeout JSON · file name · EXIF DateTime · the file's mtime |
| offset | of the same source · EXIF OffsetTime · the distance to the GPS clock if it is a whole quarter of an hour |
| place | XMP sidecar (1) · EXIF GPS · XMP in the file · container · Takeout JSON |
| location, city, country | XMP sidecar (1) · the file; of each LocationCreated · photoshop and IPTC Core · IIM |
| title, rating, regions | XMP sidecar (1) · the file |
| caption | XMP sidecar (1) · the file · Takeout JSON |
| keywords | XMP sidecar (1) if it has any · the file |
| favourite | XMP sidecar (1) · the file, by our own namespace · Takeout JSON |
| hidden, albums | XMP sidecar (1) · the file, by our own namespace |
| orientation, camera | the file; a sidecar may turn no pixels |

What the owner states in PictoPy wins over all files (`Stated`).

(1) A sidecar was written by a program after the picture was taken, so it comes first, unless both carry
xmp:MetadataDate and the file's is newer: then the file comes first. `x.jpg.xmp` is read before `x.xmp`.

`taken_at_local` is always set where any time is known. `taken_at` is exact where `taken_offset_min` is set or where
the source is UTC (gps, container, takeout, mtime); otherwise it is the wall clock read as UTC.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pictopy_contracts.messages import PlaceSource, TimeSource
from pictopy_ingest.domain import formats
from pictopy_ingest.domain.facts import Facts
from pictopy_ingest.domain.metadata import localities, ours, places, regions, times, words
from pictopy_ingest.domain.metadata.places import Place
from pictopy_ingest.domain.metadata.tags import Notes, Tags, clean
from pictopy_ingest.domain.metadata.takeout import Takeout
from pictopy_ingest.domain.metadata.times import Moment

T = TypeVar("T")


@dataclass(frozen=True)
class Container:
    """What a movie file says of itself."""

    created_at: datetime | None = None
    place: str | None = None
    """ISO 6709."""
    duration_s: float | None = None
    make: str | None = None
    model: str | None = None


@dataclass(frozen=True)
class Pixels:
    """What the decoder saw."""

    width_px: int
    height_px: int
    """As stored, before `orientation` is applied."""
    orientation: int
    """1..8: how the decoder was told to turn it."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """All that was read for one file."""

    name: str
    format: str
    modified_at: datetime
    read_at: datetime
    """Nothing was taken after it."""
    embedded: Tags
    sidecar: Tags | None = None
    sidecar_modified_at: datetime | None = None
    takeout: Takeout | None = None
    container: Container | None = None
    warnings: tuple[str, ...] = ()


def facts_of(evidence: Evidence, pixels: Pixels) -> Facts:
    notes = Notes()
    for line in (*evidence.warnings, *pixels.warnings):
        notes.add(line)
    words.orientation(evidence.embedded, notes)
    sources = _ordered(evidence)
    where, place_source = _place(evidence, notes)
    turned = pixels.orientation >= 5
    make, model, serial = words.camera(evidence.embedded)
    container, takeout = evidence.container or Container(), evidence.takeout or Takeout()
    spot = _first(sources, localities.locality) or localities.NOWHERE
    stored = regions.Stored(pixels.width_px, pixels.height_px, pixels.orientation)
    return Facts(
        kind=formats.kind_of(evidence.format),
        format=evidence.format,
        width_px=pixels.height_px if turned else pixels.width_px,
        height_px=pixels.width_px if turned else pixels.height_px,
        orientation=pixels.orientation,
        **_time_fields(evidence, where, notes),
        latitude_deg=where.latitude_deg if where else None,
        longitude_deg=where.longitude_deg if where else None,
        place_source=place_source,
        location=spot.location,
        city=spot.city,
        country=spot.country,
        camera_make=make or clean(container.make),
        camera_model=model or clean(container.model),
        camera_serial=serial,
        duration_s=container.duration_s,
        title=_first(sources, words.title),
        caption=_first(sources, words.caption) or takeout.caption,
        keywords=_first(sources, words.keywords) or (),
        regions=_first(sources, lambda tags: regions.named_regions(tags, stored, notes)) or (),
        rating=_stars(sources, notes),
        favourite=_said(sources, ours.favourite, otherwise=takeout.favourite),
        hidden=_said(sources, ours.hidden),
        albums=_first(sources, ours.albums) or (),
        is_screenshot=words.is_screenshot(evidence.name, evidence.embedded),
        warnings=notes.lines,
    )


def changed_at(evidence: Evidence) -> datetime:
    """When the words of file and sidecar were last changed. A program may keep the file's time: then its own word on
    it, xmp:MetadataDate, is later."""
    told = [
        found.utc()
        for tags in (evidence.sidecar, evidence.embedded)
        if tags and (found := times.moment(tags.text("Xmp.xmp.MetadataDate"), Notes(), evidence.read_at))
    ]
    beside = [evidence.sidecar_modified_at] if evidence.sidecar_modified_at else []
    return min(max([evidence.modified_at, *told, *beside]), evidence.read_at)


def _ordered(evidence: Evidence) -> list[Tags]:
    """The sidecar before the file, unless the file says that it is newer."""
    if evidence.sidecar is None:
        return [evidence.embedded]
    both = [evidence.sidecar, evidence.embedded]
    dates = [times.moment(tags.text("Xmp.xmp.MetadataDate"), Notes(), evidence.read_at) for tags in both]
    if dates[0] and dates[1] and dates[1].utc() > dates[0].utc():
        both.reverse()
    return both


def _first(sources: list[Tags], read: Callable[[Tags], T]) -> T | None:
    return next((found for tags in sources if (found := read(tags))), None)


def _said(sources: list[Tags], read: Callable[[Tags], bool | None], *, otherwise: bool = False) -> bool:
    return next((said for tags in sources if (said := read(tags)) is not None), otherwise)


def _stars(sources: list[Tags], notes: Notes) -> int | None:
    said = (words.rating(tags, notes) for tags in sources)
    return next((stars for stars in said if stars is not None), None) or None


def _place(evidence: Evidence, notes: Notes) -> tuple[Place | None, PlaceSource | None]:
    for tags in _ordered(evidence):
        is_sidecar = tags is evidence.sidecar
        if found := places.exif_place(tags, notes):
            return found, "sidecar" if is_sidecar else "exif"
        if found := places.xmp_place(tags, notes):
            return found, "sidecar" if is_sidecar else "xmp"
    if evidence.container and (found := places.iso6709_place(evidence.container.place, notes)):
        return found, "container"
    if evidence.takeout and evidence.takeout.place:
        return evidence.takeout.place, "sidecar"
    return None, None


def _time_fields(evidence: Evidence, where: Place | None, notes: Notes) -> dict[str, datetime | int | str | None]:
    for source, found in _moments(evidence, notes):
        if found is None:
            continue
        gps = times.gps_moment(evidence.embedded, Notes(), evidence.read_at) if source == "exif" else None
        exact = times.with_offset(found, gps)
        return {
            "taken_at": exact.utc(),
            "taken_at_local": exact.local(where.longitude_deg if where else None),
            "taken_offset_min": exact.offset_min,
            "time_source": source,
        }
    return {}


def _moments(evidence: Evidence, notes: Notes) -> Iterator[tuple[TimeSource, Moment | None]]:
    latest, embedded = evidence.read_at, evidence.embedded
    for tags in _ordered(evidence):
        if tags is evidence.sidecar:
            yield "sidecar", times.xmp_moment(tags, notes, latest)
            continue
        yield "exif", times.exif_moment(tags, "Original", notes, latest)
        yield "exif", times.exif_moment(tags, "Digitized", notes, latest)
        yield "xmp", times.xmp_moment(tags, notes, latest)
        yield "iptc", times.iptc_moment(tags, notes, latest)
    yield "gps", times.gps_moment(embedded, notes, latest)
    yield "container", times.utc_moment(evidence.container.created_at if evidence.container else None, notes, latest)
    yield "sidecar", times.utc_moment(evidence.takeout.taken_at if evidence.takeout else None, notes, latest)
    yield "filename", times.name_moment(evidence.name, latest)
    yield "exif", times.moment(embedded.text("Exif.Image.DateTime"), notes, latest)
    yield "mtime", times.utc_moment(evidence.modified_at, notes, latest)
