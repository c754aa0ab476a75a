"""What the files say of a picture, and what its owner says."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, NaiveDatetime

from pictopy_contracts.messages import NamedRegion, PlaceSource, TimeSource
from pictopy_ingest.domain.formats import Kind


class Facts(BaseModel):
    """Read from one file and its sidecars; the fields mean what they mean in `contracts.Photo`."""

    model_config = ConfigDict(frozen=True)

    kind: Kind = "photo"
    format: str
    width_px: int
    height_px: int
    orientation: int = 1
    taken_at: AwareDatetime | None = None
    taken_at_local: NaiveDatetime | None = None
    taken_offset_min: int | None = None
    time_source: TimeSource | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    place_source: PlaceSource | None = None
    location: str | None = None
    city: str | None = None
    country: str | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    camera_serial: str | None = None
    duration_s: float | None = None
    title: str | None = None
    caption: str | None = None
    keywords: tuple[str, ...] = ()
    regions: tuple[NamedRegion, ...] = ()
    rating: int | None = None
    favourite: bool = False
    hidden: bool = False
    albums: tuple[str, ...] = ()
    is_screenshot: bool = False
    warnings: tuple[str, ...] = ()


class Stated(BaseModel):
    """What a person said in PictoPy: it wins over every file. A field not in `model_fields_set` was not stated,
    so that one can state «no caption»."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    favourite: bool = False
    hidden: bool = False
    title: str | None = None
    caption: str | None = None
    rating: int | None = None
    keywords: tuple[str, ...] = ()
    taken_at_local: NaiveDatetime | None = None
    taken_offset_min: int | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    location: str | None = None
    city: str | None = None
    country: str | None = None

    def merged(self, newer: "Stated") -> "Stated":
        """The later word on each field holds."""
        return self.model_copy(update=newer.model_dump(exclude_unset=True))
