"""What the demo's pictures show. Each scene paints one picture from a random generator."""

from collections.abc import Callable

import numpy as np

from pictopy_local.demo.draw import (
    HEIGHT_PX,
    WIDTH_PX,
    Brush,
    Picture,
    Rng,
    colour,
    flat,
    glow,
    ground,
    near,
    ridge,
    sky,
    texture,
)

DAY_TOP, DAY_LOW = colour(58, 120, 200), colour(190, 218, 240)
WHITE = colour(250, 250, 248)


def mountains(rng: Rng) -> Picture:
    picture = sky(near(rng, DAY_TOP), near(rng, DAY_LOW), 0.7)
    glow(picture, rng.uniform(0.15, 0.85), 0.16, 0.035, colour(255, 244, 214))
    for step, tone in enumerate((colour(148, 168, 196), colour(98, 122, 150), colour(58, 84, 92))):
        ground(picture, ridge(rng, 0.42 + 0.13 * step, 0.2 - 0.04 * step, 3 + step), near(rng, tone), near(rng, tone))
    meadow = near(rng, colour(92, 132, 62))
    foot = ridge(rng, 0.82, 0.04, 2)
    ground(picture, foot, meadow, colour(52, 86, 38))
    texture(rng, picture, foot, (9, 7), 0.12)
    return picture


def snow(rng: Rng) -> Picture:
    picture = sky(near(rng, colour(96, 136, 188)), near(rng, colour(224, 230, 240)), 0.6)
    ground(picture, ridge(rng, 0.5, 0.2, 4), colour(206, 216, 232), colour(180, 196, 220))
    ground(picture, ridge(rng, 0.68, 0.06, 2), WHITE, colour(214, 226, 242))
    brush = Brush(picture)
    for _ in range(int(rng.integers(9, 18))):
        _fir(brush, rng.uniform(0, WIDTH_PX), rng.uniform(0.66, 0.86) * HEIGHT_PX, rng.uniform(90, 210), rng)
    return brush.done()


def beach(rng: Rng) -> Picture:
    picture = sky(near(rng, colour(64, 142, 214)), near(rng, colour(206, 232, 246)), 0.45)
    ground(picture, flat(0.45), near(rng, colour(28, 120, 158)), colour(98, 190, 196))
    texture(rng, picture, flat(0.46), (60, 5), 0.09)
    shore = ridge(rng, rng.uniform(0.68, 0.74), 0.03, 2)
    ground(picture, shore - 10, WHITE, WHITE)
    ground(picture, shore, near(rng, colour(232, 208, 160)), colour(214, 184, 132))
    texture(rng, picture, shore, (5, 4), 0.06)
    brush = Brush(picture)
    for _ in range(int(rng.integers(1, 4))):
        _parasol(brush, rng.uniform(0.1, 0.9) * WIDTH_PX, rng.uniform(0.8, 0.88) * HEIGHT_PX, rng)
    return brush.done()


def sunset(rng: Rng) -> Picture:
    horizon = rng.uniform(0.56, 0.66)
    picture = sky(near(rng, colour(52, 40, 96)), near(rng, colour(250, 148, 74)), horizon)
    x = rng.uniform(0.3, 0.7)
    glow(picture, x, horizon - 0.06, 0.05, colour(255, 226, 150))
    level = flat(horizon)
    ground(picture, level, near(rng, colour(214, 110, 74)), colour(38, 30, 66))
    texture(rng, picture, level, (90, 4), 0.16)
    ground(picture, np.maximum(ridge(rng, horizon + 0.16, 0.1, 3), level - 50), colour(30, 24, 44), colour(24, 20, 40))
    return picture


def lake(rng: Rng) -> Picture:
    picture = mountains(rng)
    shore = int(0.62 * HEIGHT_PX)
    mirrored = picture[shore : shore - (HEIGHT_PX - shore) : -1] * np.float32(0.72)
    picture[shore:] = mirrored + np.asarray(colour(10, 34, 52), np.float32)
    texture(rng, picture, flat(0.62), (80, 4), 0.06)
    return picture


def forest(rng: Rng) -> Picture:
    picture = sky(near(rng, colour(182, 204, 172)), near(rng, colour(92, 124, 74)))
    ground(picture, ridge(rng, 0.78, 0.04, 3), near(rng, colour(96, 104, 52)), colour(56, 52, 30))
    for grain_px in ((46, 40), (15, 13), (5, 5)):
        texture(rng, picture, flat(0), grain_px, 0.13)
    brush = Brush(picture)
    for depth in np.sort(rng.uniform(0.2, 1.0, 22)):
        x, width = rng.uniform(0, WIDTH_PX), 14 + 46 * depth
        tone = near(rng, (0.34 - 0.18 * depth, 0.3 - 0.17 * depth, 0.22 - 0.13 * depth), 0.03)
        brush.box(x, -10, width, (0.7 + 0.22 * depth) * HEIGHT_PX, tone)
    return brush.done()


def desert(rng: Rng) -> Picture:
    picture = sky(near(rng, colour(78, 138, 202)), near(rng, colour(244, 214, 176)), 0.55)
    glow(picture, rng.uniform(0.2, 0.8), 0.18, 0.04, colour(255, 246, 220))
    for step in range(4):
        lit, shade = colour(232 - 16 * step, 172 - 18 * step, 104 - 14 * step), colour(178, 112, 62)
        ground(picture, ridge(rng, 0.52 + 0.13 * step, 0.08, 2), near(rng, lit, 0.03), shade)
    texture(rng, picture, flat(0.6), (70, 3), 0.05)
    return picture


def skyline(rng: Rng) -> Picture:
    picture = sky(near(rng, colour(104, 156, 214)), near(rng, colour(232, 228, 216)), 0.8)
    return _city(rng, picture, colour(132, 138, 150), colour(196, 214, 228))


def city_night(rng: Rng) -> Picture:
    picture = sky(colour(8, 10, 30), near(rng, colour(62, 44, 88)), 0.8)
    glow(picture, rng.uniform(0.1, 0.9), 0.15, 0.025, colour(240, 240, 226))
    return _city(rng, picture, colour(26, 26, 44), colour(252, 206, 118))


def plate(rng: Rng) -> Picture:
    """A dish on a table, from above."""
    picture = sky(near(rng, colour(148, 102, 66)), near(rng, colour(112, 74, 46)))
    texture(rng, picture, flat(0), (320, 4), 0.1)
    brush = Brush(picture)
    x, y = WIDTH_PX * rng.uniform(0.45, 0.55), HEIGHT_PX * rng.uniform(0.46, 0.54)
    brush.ellipse(x + 12, y + 16, 372, 372, (0.0, 0.0, 0.0), 0.35)
    brush.ellipse(x, y, 370, 370, WHITE)
    brush.ellipse(x, y, 285, 285, colour(234, 232, 226))
    sauce = near(rng, colour(186, 70, 40), 0.12)
    brush.ellipse(x, y, 225, 210, sauce)
    for _ in range(70):
        angle, radius = rng.uniform(0, 2 * np.pi), 190 * np.sqrt(rng.random())
        fill = near(rng, (colour(226, 186, 92), colour(74, 134, 52), colour(214, 88, 60))[int(rng.integers(3))], 0.08)
        size = rng.uniform(14, 34)
        brush.ellipse(x + radius * np.cos(angle), y + radius * np.sin(angle), size, size * rng.uniform(0.5, 1), fill)
    brush.soften(1.2)
    return brush.done()


def garden(rng: Rng) -> Picture:
    picture = sky(near(rng, DAY_TOP), near(rng, DAY_LOW), 0.4)
    hedge = ridge(rng, 0.36, 0.05, 5)
    ground(picture, hedge, near(rng, colour(66, 112, 52)), colour(60, 120, 48))
    ground(picture, ridge(rng, 0.52, 0.02, 2), near(rng, colour(112, 168, 72)), colour(62, 122, 44))
    texture(rng, picture, hedge, (12, 9), 0.13)
    brush = Brush(picture)
    petals = near(rng, (colour(228, 74, 96), colour(246, 206, 70), colour(176, 112, 214))[int(rng.integers(3))], 0.1)
    for depth in np.sort(rng.uniform(0.0, 1.0, 90)):
        x, y, size = rng.uniform(0, WIDTH_PX), (0.6 + 0.38 * depth) * HEIGHT_PX, 5 + 20 * depth
        for angle in np.arange(5) * 1.257:
            brush.ellipse(x + size * np.cos(angle), y + size * np.sin(angle), size * 0.7, size * 0.7, petals)
        brush.ellipse(x, y, size * 0.5, size * 0.5, colour(250, 226, 120))
    return brush.done()


def birthday(rng: Rng) -> Picture:
    """A cake with candles in a dim room."""
    picture = sky(near(rng, colour(88, 52, 46)), near(rng, colour(52, 30, 34)))
    x = rng.uniform(0.42, 0.58)
    glow(picture, x, 0.44, 0.16, near(rng, colour(252, 190, 112)))
    brush = Brush(picture)
    brush.box(0, 0.78 * HEIGHT_PX, WIDTH_PX, HEIGHT_PX, near(rng, colour(122, 82, 54)))
    middle, icing = x * WIDTH_PX, near(rng, colour(246, 208, 216), 0.08)
    for tier, (half, top) in enumerate(((250, 0.62), (170, 0.5))):
        brush.box(middle - half, top * HEIGHT_PX, 2 * half, 0.17 * HEIGHT_PX, near(rng, colour(126, 78, 50), 0.03))
        brush.box(middle - half, top * HEIGHT_PX, 2 * half, 34 - 6 * tier, icing)
    for candle in np.linspace(-130, 130, int(rng.integers(4, 9))):
        brush.box(middle + candle - 5, 0.42 * HEIGHT_PX, 10, 0.08 * HEIGHT_PX, near(rng, colour(120, 170, 226), 0.2))
        brush.ellipse(middle + candle, 0.4 * HEIGHT_PX, 9, 18, colour(255, 222, 120))
    brush.soften(1.0)
    return brush.done()


def _city(rng: Rng, picture: Picture, walls: tuple[float, float, float], light: tuple[float, float, float]) -> Picture:
    brush = Brush(picture)
    for row in range(3):
        x = -40.0
        while x < WIDTH_PX:
            width, top = rng.uniform(60, 150), rng.uniform(0.3 + 0.12 * row, 0.62 + 0.08 * row) * HEIGHT_PX
            tone = near(rng, (walls[0] * (1.1 - row / 6), walls[1] * (1.1 - row / 6), walls[2] * (1.1 - row / 6)), 0.03)
            brush.box(x, top, width, HEIGHT_PX, tone)
            _windows(brush, rng, (x, top, width), near(rng, light, 0.05))
            x += width + rng.uniform(0, 14)
    return brush.done()


def _windows(brush: Brush, rng: Rng, house: tuple[float, float, float], light: tuple[float, float, float]) -> None:
    x, top, width = house
    for y in np.arange(top + 14, HEIGHT_PX - 12, 30):
        for column in np.arange(x + 10, x + width - 16, 24):
            if rng.random() < 0.55:
                brush.box(column, y, 11, 16, light, 0.85)


def _fir(brush: Brush, x: float, foot: float, height: float, rng: Rng) -> None:
    green = near(rng, colour(38, 72, 58), 0.04)
    for tier in range(3):
        base, half = foot - tier * height * 0.24, height * (0.3 - 0.07 * tier)
        brush.shape([(x - half, base), (x + half, base), (x, base - height * 0.5)], green)
        brush.shape(
            [(x - half * 0.45, base - height * 0.27), (x + half * 0.4, base - height * 0.3), (x, base - height * 0.5)],
            WHITE,
        )


def _parasol(brush: Brush, x: float, y: float, rng: Rng) -> None:
    size, cloth = rng.uniform(60, 110), near(rng, colour(220, 60, 60), 0.25)
    brush.ellipse(x + 20, y + size * 1.1, size * 0.9, 14, (0.3, 0.25, 0.2), 0.4)
    brush.box(x - 3, y - size * 0.2, 6, size * 1.3, colour(120, 90, 60))
    brush.shape(
        [
            (x - size, y),
            (x + size, y),
            (x + size * 0.6, y - size * 0.5),
            (x, y - size * 0.7),
            (x - size * 0.6, y - size * 0.5),
        ],
        cloth,
    )
    brush.shape([(x - size * 0.3, y), (x + size * 0.3, y), (x, y - size * 0.7)], WHITE)


SCENES: dict[str, Callable[[Rng], Picture]] = {
    scene.__name__: scene
    for scene in (mountains, snow, beach, sunset, lake, forest, desert, skyline, city_night, plate, garden, birthday)
}
