"""Empty states, chips and boxes that explain."""

from collections.abc import Iterable

from pictopy_ui.markup.text import esc, link


def empty(symbol: str, title: str, text: str, more: str = "") -> str:
    """What stands where there is nothing to show yet. `symbol`: of Material Symbols; `more`: ready HTML, a link say."""
    return (
        f'<section class="empty"><div class="symbol" aria-hidden="true">{esc(symbol)}</div>'
        f"<h3>{esc(title)}</h3><p>{esc(text)}</p>{more}</section>"
    )


def trouble(title: str, text: str, detail: str) -> str:
    """A service that does not answer: which, and what still works."""
    return (
        f'<section class="trouble" role="status"><strong>{esc(title)} is not reachable.</strong> '
        f"<span>{esc(text)}</span><details><summary>Details</summary><code>{esc(detail)}</code></details></section>"
    )


def note(text: str, page: str = "", page_title: str = "") -> str:
    """One calm line, perhaps with a way out."""
    way = " " + link(page, esc(page_title)) if page else ""
    return f'<p class="note">{esc(text)}{way}</p>'


def chips(pairs: Iterable[tuple[str, str]]) -> str:
    """(what, which) pairs."""
    return _chips(f'<li class="chip"><b>{esc(what)}</b> {esc(which)}</li>' for what, which in pairs)


def removable(entries: Iterable[tuple[str, str, str]]) -> str:
    """(text, filter, value): a click takes that filter away."""
    made = (
        f'<li><button type="button" class="chip" data-act="widen" data-filter="{esc(name)}" data-value="{esc(value)}" '
        f'aria-label="Remove filter {esc(text)}">{esc(text)} <span aria-hidden="true">×</span></button></li>'
        for text, name, value in entries
    )
    return _chips(made)


def _chips(items: Iterable[str]) -> str:
    inner = "".join(items)
    return f'<ul class="chips">{inner}</ul>' if inner else ""
