"""Every fact that travels on NATS. Readers ignore unknown fields; within vN only optional additions.

Golden JSON of each version stands in `libs/contracts/tests/golden`; a change that breaks it needs vN+1.
"""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, NaiveDatetime

from pictopy_contracts.geometry import Box, Point
from pictopy_contracts.ids import EventId, FaceId, LibraryId, ModelId, PersonId, PhotoId, StoryId
from pictopy_contracts.paths import FilePath
from pictopy_contracts.vectors import Embedding


class Part(BaseModel):
    """A piece of a message; immutable, and blind to fields that a newer writer added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Message(Part):
    """A past-tense fact. `SUBJECT` is `<owner>.<entity>.<fact>.v<N>`."""

    SUBJECT: ClassVar[str]


# --- ingest: what is on the disk -------------------------------------------------------------------

TimeSource = Literal["exif", "xmp", "iptc", "gps", "container", "sidecar", "filename", "mtime", "user"]
PlaceSource = Literal["exif", "xmp", "sidecar", "container", "user", "inferred"]


class FileRef(Part):
    """One file that holds the picture. `path` is relative to the library's root, with `/`.

    Bytes of a name that are not UTF-8 are Python's surrogateescape here, and private-use characters in JSON.
    """

    library_id: LibraryId
    path: FilePath
    size_bytes: int
    modified_at: AwareDatetime


class NamedRegion(Part):
    """A person that another program drew into the file's own metadata."""

    name: str
    box: Box


class Photo(Part):
    """All that ingest knows of one picture. `revision` grows with each change; ignore an older one."""

    photo_id: PhotoId
    revision: int
    kind: Literal["photo", "video"] = "photo"
    format: str
    """Lower-case container name: jpeg, png, webp, tiff, heif, avif, gif, raw, mp4, mov ..."""
    files: tuple[FileRef, ...]
    width_px: int
    height_px: int
    """Of the oriented picture: as a person sees it."""
    orientation: int = 1
    """EXIF orientation 1..8 as it stands in the file."""
    added_at: AwareDatetime
    taken_at: AwareDatetime | None = None
    taken_at_local: NaiveDatetime | None = None
    taken_offset_min: int | None = None
    time_source: TimeSource | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    place_source: PlaceSource | None = None
    location: str | None = None
    """Where it was taken, in words: the part of the city, the beach, the house."""
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
    """-1 (rejected) .. 5."""
    favourite: bool = False
    hidden: bool = False
    albums: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    """Names of the fields above that a person said in PictoPy; the others come from files."""
    is_screenshot: bool = False
    warnings: tuple[str, ...] = ()


class LibraryAdded(Message):
    """A folder became a library, or its root moved. `root` is absolute on the machine of ingest."""

    SUBJECT: ClassVar[str] = "ingest.library.added.v1"
    library_id: LibraryId
    revision: int
    name: str
    root: FilePath


class LibraryRemoved(Message):
    """The user took a library out of PictoPy; its files stay where they are."""

    SUBJECT: ClassVar[str] = "ingest.library.removed.v1"
    library_id: LibraryId
    revision: int


class PhotoAdded(Message):
    """A picture never seen before has a preview and can be analysed."""

    SUBJECT: ClassVar[str] = "ingest.photo.added.v1"
    photo: Photo


class PhotoChanged(Message):
    """Facts about a known picture changed (metadata, favourite, album, a copy found, back after removal)."""

    SUBJECT: ClassVar[str] = "ingest.photo.changed.v1"
    photo: Photo


class PhotoMoved(Message):
    """Only the files of a known picture changed: renamed, moved, or one of several copies gone."""

    SUBJECT: ClassVar[str] = "ingest.photo.moved.v1"
    photo_id: PhotoId
    revision: int
    files: tuple[FileRef, ...]


class PhotoRemoved(Message):
    """No file holds the picture any more. Readers hide it and keep all they know: it may come back."""

    SUBJECT: ClassVar[str] = "ingest.photo.removed.v1"
    photo_id: PhotoId
    revision: int


# --- vision: what is in the picture ----------------------------------------------------------------


class DetectedFace(Part):
    """A face. `landmarks`: image-left eye, image-right eye, nose, image-left and image-right mouth corner."""

    box: Box
    score: float
    quality: float
    """0..1: fit to tell a person by (size, sharpness, pose, detector score)."""
    size_px: int
    """Shorter side of the box in the picture that was analysed."""
    landmarks: tuple[Point, ...]
    embedding: Embedding | None = None
    """By the model in use."""
    other_embeddings: tuple[Embedding, ...] = ()
    """By the models that are computed beside it, while a change of models is under way."""


class DetectedObject(Part):
    label: str
    score: float
    box: Box


class Tag(Part):
    label: str
    score: float


class TextLine(Part):
    """A line of text that can be read in the picture."""

    text: str
    score: float
    box: Box


class PictureQuality(Part):
    """Each 0..1, larger is better; `score` ranks shots of one burst."""

    sharpness: float
    exposure: float
    contrast: float
    colourfulness: float
    score: float


class PhotoAnalysed(Message):
    """The one result of all installed models for one picture. A later one replaces it."""

    SUBJECT: ClassVar[str] = "vision.photo.analysed.v1"
    photo_id: PhotoId
    model_version: str
    """Digest of the set of models in use: the done version of the stage."""
    models: dict[str, ModelId]
    """Task (faces, face_embedding, objects, tags, image_embedding, ocr ...) to model id; one that is off is absent."""
    analysed_at: AwareDatetime
    faces: tuple[DetectedFace, ...] = ()
    objects: tuple[DetectedObject, ...] = ()
    tags: tuple[Tag, ...] = ()
    embedding: Embedding | None = None
    """Of the whole picture, to find similar ones."""
    other_embeddings: tuple[Embedding, ...] = ()
    """The same by the models that are computed beside the one in use."""
    text: tuple[TextLine, ...] = ()
    phash: str | None = None
    """16 hex digits, 64-bit DCT perceptual hash."""
    quality: PictureQuality | None = None


class ModelsChanged(Message):
    """The set of usable models is now this one; photos done with another version wait for a new look."""

    SUBJECT: ClassVar[str] = "vision.models.changed.v1"
    revision: int
    model_version: str
    models: dict[str, ModelId]
    beside: dict[str, tuple[ModelId, ...]] = {}
    """Task to models whose embeddings are computed beside those of the model in use, until the change is finished."""


# --- cluster: who, when, where ---------------------------------------------------------------------


class AssignedFace(Part):
    face_id: FaceId
    box: Box
    person_id: PersonId | None = None
    source: Literal["auto", "user", "file"] = "auto"
    """`user`: said in PictoPy; `file`: a name that another program wrote into the file."""
    confidence: float = 0.0
    is_face: bool = True
    """False after a person said «not a face»."""


class PhotoPeopleAssigned(Message):
    """All faces of one picture and whose they are, as of `revision`; replaces the one before."""

    SUBJECT: ClassVar[str] = "cluster.photo.assigned.v1"
    photo_id: PhotoId
    revision: int
    faces: tuple[AssignedFace, ...]


class PersonChanged(Message):
    """A person appeared, was named, hidden, grew or shrank; `is_gone` when merged away or emptied."""

    SUBJECT: ClassVar[str] = "cluster.person.changed.v1"
    person_id: PersonId
    revision: int
    name: str | None = None
    name_source: Literal["user", "file"] = "user"
    """`file`: nobody said the name in PictoPy, it only stands in files."""
    hidden: bool = False
    face_count: int = 0
    cover_photo_id: PhotoId | None = None
    cover_box: Box | None = None
    merged_into: PersonId | None = None
    is_gone: bool = False


class EventChanged(Message):
    """A happening in life with its photos; `is_gone` when it no longer exists."""

    SUBJECT: ClassVar[str] = "cluster.event.changed.v1"
    event_id: EventId
    revision: int
    kind: Literal["event", "trip"] = "event"
    title: str
    title_source: Literal["auto", "user"] = "auto"
    started_at_local: NaiveDatetime
    ended_at_local: NaiveDatetime
    place: str | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    trip_id: EventId | None = None
    photo_ids: tuple[PhotoId, ...] = ()
    is_gone: bool = False


# --- memories and exif -----------------------------------------------------------------------------


class StoryReady(Message):
    """A story can be shown on `day` (ISO date)."""

    SUBJECT: ClassVar[str] = "memories.story.ready.v1"
    story_id: StoryId
    revision: int
    day: str
    kind: str
    title: str
    photo_ids: tuple[PhotoId, ...]


class FileWritten(Message):
    """Metadata was written into a file or its sidecar and read back, or such a write was undone.

    `path` is the photo's, also where the sidecar beside it was written.
    """

    SUBJECT: ClassVar[str] = "exif.file.written.v1"
    write_id: int
    photo_id: PhotoId
    library_id: LibraryId
    path: FilePath
    target: Literal["embedded", "sidecar"]
    hash_before: str | None
    """BLAKE3 of the written file (the sidecar if `target` is one); None where it did not exist."""
    hash_after: str | None
    is_undo: bool = False


# --- no silent failure -----------------------------------------------------------------------------

Stage = Literal["preview", "vision", "cluster", "search"]


class StageFinished(Message):
    """One photo passed, or finally failed, one stage. Ingest keeps the ledger of all of them."""

    photo_id: PhotoId
    stage: Stage
    model_version: str = ""
    status: Literal["done", "failed"]
    reason: str | None = None
    attempts: int = 1
    finished_at: AwareDatetime


class VisionFinished(StageFinished):
    SUBJECT: ClassVar[str] = "vision.stage.finished.v1"


class ClusterFinished(StageFinished):
    SUBJECT: ClassVar[str] = "cluster.stage.finished.v1"


class SearchFinished(StageFinished):
    SUBJECT: ClassVar[str] = "search.stage.finished.v1"


class DeadLetter(Message):
    """A message that a consumer gave up on. The whole of it is kept so that a person can retry or skip it."""

    SUBJECT: ClassVar[str] = "dead.letter.written.v1"
    dead_id: str
    """`<durable>:<stream>:<sequence>`: the same message gives the same id."""
    durable: str
    subject: str
    payload: str
    photo_id: PhotoId | None = None
    reason: str
    attempts: int
    died_at: AwareDatetime
