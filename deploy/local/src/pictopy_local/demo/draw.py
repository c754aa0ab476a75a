"""Strokes that the scenes are painted with. A picture is (H, W, 3) float32, RGB, 0..1, and is changed in place."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Picture = NDArray[np.float32]
Colour = tuple[float, float, float]
Rng = np.random.Generator

WIDTH_PX, HEIGHT_PX = 1280, 960
_ROWS = np.arange(HEIGHT_PX, dtype=np.float32)[:, None]
_COLUMNS = np.arange(WIDTH_PX, dtype=np.float32)[None, :]


def colour(red: int, green: int, blue: int) -> Colour:
    return red / 255, green / 255, blue / 255


def near(rng: Rng, base: Colour, spread: float = 0.06) -> Colour:
    """A colour a little off `base`, so that no two pictures are alike."""
    red, green, blue = np.clip(np.asarray(base) + rng.uniform(-spread, spread, 3), 0, 1)
    return float(red), float(green), float(blue)


def sky(top: Colour, bottom: Colour, horizon: float = 1.0) -> Picture:
    """A fresh picture: a gradient from the upper edge to `horizon` (0..1 of the height)."""
    share = np.clip(_ROWS / (HEIGHT_PX * horizon), 0, 1)[..., None]
    gradient = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
    return np.broadcast_to(gradient, (HEIGHT_PX, WIDTH_PX, 3)).astype(np.float32)


def ridge(rng: Rng, level: float, height: float, peaks: int) -> NDArray[np.float32]:
    """(W,) rows of a skyline of hills around `level` (0..1 of the height)."""
    profile = np.zeros(WIDTH_PX)
    for octave in range(5):
        points = peaks * 2**octave + 1
        profile += np.interp(_COLUMNS[0], np.linspace(0, WIDTH_PX, points), rng.normal(0, 0.5**octave, points))
    return ((level + height * profile / 2) * HEIGHT_PX).astype(np.float32)


def ground(picture: Picture, profile: NDArray[np.float32], near_edge: Colour, at_bottom: Colour) -> None:
    """Fills everything below `profile` with a gradient down to the lower edge."""
    share = np.clip((_ROWS - profile) / np.maximum(HEIGHT_PX - profile, 1), 0, 1)[..., None]
    paint = np.asarray(near_edge, np.float32) * (1 - share) + np.asarray(at_bottom, np.float32) * share
    np.copyto(picture, paint, where=(profile <= _ROWS)[..., None])


def glow(picture: Picture, x: float, y: float, radius: float, light: Colour) -> None:
    """A sun, a moon, a lamp: a disc with a halo. Lengths as shares of the height."""
    distance = np.hypot(_COLUMNS - x * WIDTH_PX, _ROWS - y * HEIGHT_PX) / (radius * HEIGHT_PX)
    strength = np.where(distance < 1, 1, np.exp(-(distance - 1) / 1.6))[..., None].astype(np.float32)
    picture += (np.asarray(light, np.float32) - picture) * strength


def flat(level: float) -> NDArray[np.float32]:
    """(W,) rows of a straight horizon at `level` (0..1 of the height)."""
    return np.full(WIDTH_PX, level * HEIGHT_PX, np.float32)


def texture(rng: Rng, picture: Picture, below: NDArray[np.float32], grain_px: tuple[int, int], strength: float) -> None:
    """Soft spots (sand, waves, leaves) of `grain_px` (width, height) below the profile `below`."""
    size = WIDTH_PX // grain_px[0] + 2, HEIGHT_PX // grain_px[1] + 2
    spots = Image.fromarray((rng.random((size[1], size[0])) * 255).astype(np.uint8))
    soft = np.asarray(spots.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BICUBIC), np.float32) / 255 - 0.5
    picture += (soft * strength * (below <= _ROWS))[..., None]


class Brush:
    """Shapes with hard edges on top of a picture; `done` gives the picture back. Lengths in pixels."""

    def __init__(self, picture: Picture) -> None:
        self._image = Image.fromarray((np.clip(picture, 0, 1) * 255).astype(np.uint8))
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Colour, alpha: float = 1.0) -> None:
        self._draw.ellipse((x - rx, y - ry, x + rx, y + ry), _rgba(fill, alpha))

    def box(self, x: float, y: float, width: float, height: float, fill: Colour, alpha: float = 1.0) -> None:
        self._draw.rectangle((x, y, x + width, y + height), _rgba(fill, alpha))

    def shape(self, points: list[tuple[float, float]], fill: Colour, alpha: float = 1.0) -> None:
        self._draw.polygon(points, _rgba(fill, alpha))

    def soften(self, radius_px: float) -> None:
        self._image = self._image.filter(ImageFilter.GaussianBlur(radius_px))
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def done(self) -> Picture:
        return np.asarray(np.asarray(self._image, np.float32) / 255, np.float32)


def _rgba(fill: Colour, alpha: float) -> tuple[int, int, int, int]:
    red, green, blue = (round(part * 255) for part in fill)
    return red, green, blue, round(alpha * 255)
