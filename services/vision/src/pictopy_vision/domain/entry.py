"""One catalogue entry: what a model file is, where it comes from, what goes in and what comes out.

`models/catalogue.schema.json` is made from these classes; a test holds the two equal.
"""

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictopy_contracts.ids import ModelId

Task = Literal[
    "faces",
    "face_embedding",
    "face_quality",
    "objects",
    "tags",
    "image_embedding",
    "text_embedding",
    "text_boxes",
    "ocr",
]
TASKS: tuple[Task, ...] = (
    "faces",
    "face_embedding",
    "face_quality",
    "objects",
    "tags",
    "image_embedding",
    "text_embedding",
    "text_boxes",
    "ocr",
)
"""`text_boxes` finds lines of text and `ocr` reads them, as `faces` finds and `face_embedding` tells apart: each is
one file with one input, so a detector of one maker may stand before a reader of another."""

EMBEDDING_TASKS: tuple[Task, ...] = ("face_embedding", "image_embedding")
"""Tasks whose answers are kept as vectors: a change of model there is computed beside the old."""

Family = Literal[
    "yunet",
    "rfb",
    "aligned_face",
    "yolox",
    "nanodet",
    "nanodet_levels",
    "fastestdet",
    "classifier",
    "ediffiqa",
    "db_lines",
    "ctc_reader",
    "image_tower",
    "text_tower",
]
Triple = tuple[float, float, float]
Pixels = Annotated[int, Field(ge=1, le=8192)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Piece(BaseModel):
    """A part of an entry; a misspelt key is an error, not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Licence(Piece):
    name: str = Field(description="SPDX identifier where there is one.")
    allows: str = Field(description="What a user may do with it, in words.")
    commercial: bool
    url: str | None = None
    text: FileName = Field(description="File of the licence's text in `licences/`; it travels with the model.")


class Package(Piece):
    """A file inside a wheel: fetched by the package's name from whatever index the machine's pip uses."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    version: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+!_-]*$")
    wheel_sha256: Sha256
    member: str = Field(description="Path of the file inside the wheel.")


class ModelFile(Piece):
    """One file: its name in the store, how to know it, where it comes from."""

    file: FileName
    bytes: int = Field(gt=0)
    is_size_rounded: bool = Field(
        default=False, description="The publisher tells the size in MiB only, so the hash alone decides."
    )
    sha256: Sha256
    mirror: str = Field(description="Path below the root of a mirror.", pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")
    sources: tuple[str, ...] = Field(default=(), description="Pinned addresses.")
    package: Package | None = Field(default=None, description="A wheel that has the file; asked after `sources`.")

    @property
    def most_bytes(self) -> int:
        """No true file has more."""
        return self.bytes + (1 << 20) if self.is_size_rounded else self.bytes

    @property
    def is_published(self) -> bool:
        """Whether there is any place but a mirror or a bundle."""
        return bool(self.sources) or self.package is not None


class Companion(ModelFile):
    """A file that stands beside the model's own, and without which it is of no use."""

    role: Literal["tokenizer", "characters", "weights"] = Field(
        description="tokenizer: text to numbers; characters: what a reader of text can read, one a line; weights: the "
        "data of a model whose ONNX file names it."
    )


class Input(Piece):
    """How a picture becomes the model's input tensor [N, 3, H, W], float32; how a text becomes [N, length] numbers."""

    name: str = Field(description="Name of the input in the file.")
    colour: Literal["bgr", "rgb", "grey"] | None = Field(default=None, description="Absent where the input is text.")
    mean: Triple = Field(default=(0.0, 0.0, 0.0), description="Subtracted from 0..255, in the order of `colour`.")
    std: Triple = Field(default=(1.0, 1.0, 1.0), description="Divided by after `mean`, in the order of `colour`.")
    fit: Literal["pad", "letterbox", "stretch", "aligned", "line", "tokens"] = Field(
        description="pad: any size, never enlarged, long side at most `long_side_px`, right and bottom padded to "
        "`multiple_px`; letterbox: fixed size, aspect kept, picture at the top left; stretch: fixed size, aspect not "
        "kept; aligned: a face turned and scaled so that its landmarks lie on `template`; line: a line of text cut "
        "out, `height_px` high, as wide as it is (at most `width_px`); tokens: the numbers of a text, int64."
    )
    width_px: Pixels | None = None
    height_px: Pixels | None = None
    long_side_px: Pixels | None = None
    close_up_px: Pixels | None = Field(
        default=None, description="Long side of a second, coarse look, for faces that fill the picture; 'pad' only."
    )
    multiple_px: Pixels = 32
    pad_value: int = Field(default=0, ge=0, le=255)
    template: tuple[tuple[float, float], ...] | None = Field(
        default=None, description="Five points in pixels: image-left eye, image-right eye, nose, mouth corners."
    )
    length: int | None = Field(default=None, ge=1, description="Tokens that the model takes; 'tokens' only.")
    mask: str | None = Field(default=None, description="Input that says which tokens count; 'tokens' only.")

    @model_validator(mode="after")
    def _has_a_size(self) -> "Input":
        if (self.fit == "tokens") != (self.length is not None) or (self.fit == "tokens") != (self.colour is None):
            raise ValueError("fit 'tokens' needs a length and has no colour; any other has a colour and no length")
        if self.fit == "pad" and self.long_side_px is None:
            raise ValueError("fit 'pad' needs long_side_px")
        if self.fit not in ("pad", "tokens") and (self.width_px is None or self.height_px is None):
            raise ValueError(f"fit '{self.fit}' needs width_px and height_px")
        if (self.fit == "aligned") != (self.template is not None and len(self.template) == 5):
            raise ValueError("fit 'aligned', and no other, needs a template of five points")
        return self


class Output(Piece):
    names: tuple[str, ...] = Field(min_length=1, description="Outputs in the file that are read.")
    by_position: bool = Field(
        default=False,
        description="Names of input and outputs are ours and stand for the file's own in their order: nobody here has "
        "seen the file.",
    )
    meaning: str = Field(description="Shapes and how to read them.")
    labels: str | None = Field(default=None, description="File of class names in `labels/`, one a line.")
    embedding_size: int | None = None
    landmarks: bool = Field(default=False, description="A face model that gives the five points alignment needs.")


class Threshold(Piece):
    value: float
    origin: str = Field(description="Unit, and the set that it was chosen on.")


class Hardware(Piece):
    cpu_ms: float | None = Field(default=None, description="Median of one run, batch 1, two shared x86-64 cores.")
    memory_mb: int | None = Field(default=None, description="Resident memory that a loaded session adds at work.")
    is_reckoned: bool = Field(
        default=False, description="The figures come from the file's size and the like, nobody here could run it."
    )
    suits: str


class Conversion(Piece):
    """The file is made from the publisher's own, which has another format."""

    publisher_format: str
    publisher_sha256: dict[str, Sha256 | None] = Field(description="File to hash; null where nobody told it for sure.")
    converter: str = Field(description="Script below `models/` that makes the file; its folder says how.")


class Entry(ModelFile):
    id: ModelId = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    tasks: tuple[Task, ...] = Field(min_length=1)
    family: Family = Field(description="Which code of the vision service reads the outputs.")
    title: str
    licence: Licence
    files: tuple[Companion, ...] = Field(default=(), description="What stands beside the model's own file.")
    conversion: Conversion | None = None
    note: str | None = None
    starter: bool = Field(description="Part of the small set that is fetched at the first start.")
    preference: int = Field(ge=1, description="Of the installed models of a task the one with the lowest is used.")
    pair: ModelId | None = Field(default=None, description="The other tower: the model whose vectors these compare to.")
    input: Input
    output: Output
    thresholds: dict[str, Threshold] = Field(default_factory=dict)
    hardware: Hardware

    @model_validator(mode="after")
    def _says_where_from(self) -> "Entry":
        if not self.is_published and not self.note:
            raise ValueError("an entry without sources needs a note that says why")
        if len({each.file for each in self.every_file}) != len(self.every_file):
            raise ValueError("two files of an entry have the same name")
        return self

    def threshold(self, name: str) -> float:
        return self.thresholds[name].value

    @property
    def every_file(self) -> tuple[ModelFile, ...]:
        """The model's own file first."""
        return (self, *self.files)

    @property
    def total_bytes(self) -> int:
        return sum(each.bytes for each in self.every_file)

    @property
    def fingerprint(self) -> str:
        """64 hex digits that change with any of the files; for a single file its SHA-256."""
        if not self.files:
            return self.sha256
        return hashlib.sha256("\n".join(each.sha256 for each in self.every_file).encode()).hexdigest()

    @property
    def digest(self) -> str:
        """Name of this version of the files in the store: the first 16 digits of the fingerprint."""
        return self.fingerprint[:16]
