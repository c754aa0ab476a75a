"""One catalogue entry: what a model file is, where it comes from, what goes in and what comes out.

`models/catalogue.schema.json` is made from these classes; a test holds the two equal.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictopy_contracts.ids import ModelId

Task = Literal["faces", "face_embedding", "objects", "tags", "image_embedding"]
TASKS: tuple[Task, ...] = ("faces", "face_embedding", "objects", "tags", "image_embedding")

Family = Literal["yunet", "rfb", "aligned_face", "yolox", "nanodet", "fastestdet", "classifier"]
Triple = tuple[float, float, float]
Pixels = Annotated[int, Field(ge=1, le=8192)]


class Piece(BaseModel):
    """A part of an entry; a misspelt key is an error, not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Licence(Piece):
    name: str = Field(description="SPDX identifier where there is one.")
    allows: str = Field(description="What a user may do with it, in words.")
    commercial: bool
    url: str | None = None


class Input(Piece):
    """How a picture becomes the model's input tensor [N, 3, H, W], float32."""

    name: str = Field(description="Name of the input in the file.")
    colour: Literal["bgr", "rgb"]
    mean: Triple = Field(default=(0.0, 0.0, 0.0), description="Subtracted from 0..255, in the order of `colour`.")
    std: Triple = Field(default=(1.0, 1.0, 1.0), description="Divided by after `mean`, in the order of `colour`.")
    fit: Literal["pad", "letterbox", "stretch", "aligned"] = Field(
        description="pad: any size, never enlarged, long side at most `long_side_px`, right and bottom padded to "
        "`multiple_px`; letterbox: fixed size, aspect kept, picture at the top left; stretch: fixed size, aspect not "
        "kept; aligned: a face turned and scaled so that its landmarks lie on `template`."
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

    @model_validator(mode="after")
    def _has_a_size(self) -> "Input":
        if self.fit == "pad" and self.long_side_px is None:
            raise ValueError("fit 'pad' needs long_side_px")
        if self.fit != "pad" and (self.width_px is None or self.height_px is None):
            raise ValueError(f"fit '{self.fit}' needs width_px and height_px")
        if (self.fit == "aligned") != (self.template is not None and len(self.template) == 5):
            raise ValueError("fit 'aligned', and no other, needs a template of five points")
        return self


class Output(Piece):
    names: tuple[str, ...] = Field(min_length=1, description="Outputs in the file that are read.")
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
    suits: str


class Entry(Piece):
    id: ModelId = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    tasks: tuple[Task, ...] = Field(min_length=1)
    family: Family = Field(description="Which code of the vision service reads the outputs.")
    title: str
    licence: Licence
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    mirror: str = Field(description="Path below the root of a mirror.", pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")
    sources: tuple[str, ...] = Field(description="Pinned addresses; empty where it is only to be had from a mirror.")
    note: str | None = None
    starter: bool = Field(description="Part of the small set that is fetched at the first start.")
    preference: int = Field(ge=1, description="Of the installed models of a task the one with the lowest is used.")
    input: Input
    output: Output
    thresholds: dict[str, Threshold] = Field(default_factory=dict)
    hardware: Hardware

    @model_validator(mode="after")
    def _says_where_from(self) -> "Entry":
        if not self.sources and not self.note:
            raise ValueError("an entry without sources needs a note that says why")
        return self

    def threshold(self, name: str) -> float:
        return self.thresholds[name].value

    @property
    def digest(self) -> str:
        """Name of this version of the file in the store: the first 16 digits of its SHA-256."""
        return self.sha256[:16]
