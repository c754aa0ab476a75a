"""Grids of photos in rows of equal height, by month."""

from collections.abc import Sequence

from pictopy_ui.domain.tiles import Stretch, Tile
from pictopy_ui.domain.timeline import Bar
from pictopy_ui.domain.words import plural
from pictopy_ui.markup.text import action, esc, image, link


def gallery(stretches: Sequence[Stretch], *, has_more: bool) -> str:
    """All stretches of time under their titles, and at the end what asks for the next page when it comes into sight."""
    return "".join(_stretch(stretch) for stretch in stretches) + (_more() if has_more else "")


def grid(tiles: Sequence[Tile]) -> str:
    return f'<div class="grid">{"".join(_tile(tile) for tile in tiles)}<span class="filler"></span></div>'


def _stretch(stretch: Stretch) -> str:
    return f'<section class="stretch"><h3>{esc(stretch.title)}</h3>{grid(stretch.tiles)}</section>'


def _tile(tile: Tile) -> str:
    marks = '<span class="mark heart" title="Favourite">♥</span>' if tile.is_favourite else ""
    marks += f'<span class="mark length">▶ {esc(tile.length)}</span>' if tile.length else ""
    inner = image(tile.src, tile.alt) + marks
    opened = link("photo", inner, label=tile.alt, css="tile", id=tile.photo_id)
    return opened.replace("<a ", f'<a style="--ratio:{tile.ratio:.4f}" ', 1)


def _more() -> str:
    button = f'<button type="button" class="quiet" data-when="seen" {action("more")}>Show more</button>'
    return f'<div class="more">{button}</div>'


def scrubber(bars: Sequence[Bar], chosen: str) -> str:
    """A bar a month; a click starts the grid there."""
    if len(bars) < 2:
        return ""
    return f'<nav class="scrubber" aria-label="Timeline">{"".join(_bar(bar, bar.key == chosen) for bar in bars)}</nav>'


def _bar(bar: Bar, is_chosen: bool) -> str:
    label = f"{bar.title}, {plural(bar.count, 'photo')}"
    current = ' aria-current="true"' if is_chosen else ""
    year = f'<span class="year">{esc(bar.year)}</span>' if bar.year else ""
    return (
        f'<button type="button" class="bar" title="{esc(label)}" aria-label="{esc(label)}"{current} '
        f'{action("jump", key=bar.key)}><i style="height:{bar.height * 100:.0f}%"></i>{year}</button>'
    )
