"""Boxes as they travel: fractions of the oriented picture, so that they fit a preview and an original alike."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class Box(BaseModel):
    """Left, top, right, bottom as fractions 0..1 of the EXIF-oriented picture, half-open."""

    model_config = ConfigDict(frozen=True)

    x1: Fraction
    y1: Fraction
    x2: Fraction
    y2: Fraction

    @model_validator(mode="after")
    def _has_area(self) -> Self:
        if self.x2 <= self.x1 or self.y2 <= self.y1:
            raise ValueError("a box needs a positive width and height")
        return self

    @property
    def area(self) -> float:
        """Share of the picture, 0..1."""
        return (self.x2 - self.x1) * (self.y2 - self.y1)

    def iou(self, other: "Box") -> float:
        """Intersection over union, 0..1, in fraction space."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)


class Point(BaseModel):
    """A place in the oriented picture as fractions 0..1 of its width and height."""

    model_config = ConfigDict(frozen=True)

    x: float
    y: float
