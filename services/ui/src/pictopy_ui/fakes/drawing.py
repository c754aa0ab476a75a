"""Pictures for an invented household: a sky, hills, and a face where the house says there is one."""

from colorsys import hls_to_rgb
from io import BytesIO

from PIL import Image, ImageDraw

from pictopy_contracts.geometry import Box

SIDES = {"thumbnail": 360, "preview": 1440}  # px, long side


def _colour(hue: float, light: float, full: float = 0.45) -> tuple[int, int, int]:
    red, green, blue = hls_to_rgb(hue % 1, light, full)
    return round(red * 255), round(green * 255), round(blue * 255)


def draw(number: int, ratio: float, boxes: list[Box], size: str) -> bytes:
    """A JPEG; the same number gives the same picture."""
    side = SIDES[size]
    width, height = (side, round(side / ratio)) if ratio >= 1 else (round(side * ratio), side)
    hue = number * 0.137
    picture = Image.new("RGB", (width, height))
    pen = ImageDraw.Draw(picture)
    for line in range(height):
        pen.line([(0, line), (width, line)], fill=_colour(hue + 0.12 * line / height, 0.82 - 0.3 * line / height))
    for hill in range(3):
        top = height * (0.55 + 0.13 * hill)
        pen.ellipse(
            [width * (0.4 * hill - 0.5), top, width * (0.4 * hill + 0.8), top + height],
            fill=_colour(hue + 0.35, 0.5 - 0.11 * hill),
        )
    for box in boxes:
        _face(pen, box, width, height, hue)
    out = BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def _face(pen: ImageDraw.ImageDraw, box: Box, width: int, height: int, hue: float) -> None:
    x1, y1, x2, y2 = box.x1 * width, box.y1 * height, box.x2 * width, box.y2 * height
    middle, eye = (x1 + x2) / 2, (x2 - x1) * 0.07
    pen.ellipse(
        [x1 - (x2 - x1) * 0.6, y2 - eye, x2 + (x2 - x1) * 0.6, y2 + (y2 - y1) * 1.4], fill=_colour(hue + 0.5, 0.4)
    )
    pen.ellipse([x1, y1, x2, y2], fill=_colour(0.07, 0.6 + 0.2 * ((hue * 7) % 1)))
    pen.pieslice([x1, y1 - eye, x2, y2 - eye], 180, 360, fill=_colour(hue + 0.05, 0.25))
    for shift in (-0.2, 0.2):
        spot = middle + shift * (x2 - x1), y1 + 0.52 * (y2 - y1)
        pen.ellipse([spot[0] - eye, spot[1] - eye, spot[0] + eye, spot[1] + eye], fill=(40, 34, 32))
    pen.arc(
        [middle - 3 * eye, y1 + 0.6 * (y2 - y1), middle + 3 * eye, y1 + 0.82 * (y2 - y1)],
        20,
        160,
        (90, 40, 40),
        max(1, round(eye / 2)),
    )
