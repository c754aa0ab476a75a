"""Escaping, links and small pieces of HTML."""

from html import escape
from urllib.parse import urlencode

from pictopy_ui.domain.words import shown


def esc(text: object) -> str:
    """Any text of a person or a file, safe between tags and inside quoted attributes."""
    return escape(shown(str(text)), quote=True)


def href(page: str, **query: str) -> str:
    """A relative address, so that the pages work under any base path; already escaped."""
    given = {name: shown(value) for name, value in query.items() if value}
    return escape(page + (f"?{urlencode(given)}" if given else ""), quote=True)


def action(name: str, **values: str) -> str:
    """Attributes that make a click on the element travel to Python as `{act: name, **values}`."""
    pairs = {"act": name, **values}
    return " ".join(f'data-{key}="{esc(value)}"' for key, value in pairs.items())


def link(page: str, inner: str, *, label: str = "", css: str = "", **query: str) -> str:
    """A real link that stays inside the running page when clicked plainly."""
    aria = f' aria-label="{esc(label)}"' if label else ""
    return f'<a class="{css}" href="{href(page, **query)}" {action("go", page=page, **query)}{aria}>{inner}</a>'


def button(text: str, act: str, *, css: str = "quiet", label: str = "", **values: str) -> str:
    aria = f' aria-label="{esc(label)}"' if label else ""
    return f'<button type="button" class="{css}" {action(act, **values)}{aria}>{esc(text)}</button>'


def image(src: str, alt: str, css: str = "", style: str = "") -> str:
    styled = f' style="{esc(style)}"' if style else ""
    return f'<img class="{css}" src="{esc(src)}" alt="{esc(alt)}" loading="lazy" decoding="async"{styled}>'
