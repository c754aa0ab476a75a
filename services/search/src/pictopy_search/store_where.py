"""The conditions of the lists, as SQL: literal fragments, values as parameters.

Only conditions that are asked for stand in a statement, and it is planned anew each time (`prepare=False`): one
plan for all filters (`x IS NULL OR ...`) would read the whole table for each page.
"""

from collections.abc import Iterator, Sequence
from typing import LiteralString

from psycopg import sql

from pictopy_search.domain.filters import Filters
from pictopy_search.domain.text import Term

Values = dict[str, object]


def where_of(filters: Filters) -> tuple[sql.Composed, Values]:
    parts: list[sql.Composable] = [
        sql.SQL("is_shown AND is_hidden" if filters.is_hidden else "is_shown AND NOT is_hidden")
    ]
    values: Values = {}
    for condition, given in _conditions(filters):
        parts.append(sql.SQL(condition))
        values |= given
    for number, word in enumerate(read_prefixes(filters.reads)):
        parts.append(sql.SQL(READS).format(sql.Placeholder(f"reads_{number}")))
        values[f"reads_{number}"] = word
    for number, group in enumerate(filters.people):
        parts.append(sql.SQL("people && {}").format(sql.Placeholder(f"people_{number}")))
        values[f"people_{number}"] = list(group)
    return sql.SQL(" AND ").join(parts), values


def _conditions(filters: Filters) -> Iterator[tuple[LiteralString, Values]]:
    """The conditions that were asked for, each with its values."""
    yield from _by_words(filters)
    yes_or_no: tuple[tuple[bool | None, LiteralString, LiteralString], ...] = (
        (filters.is_favourite, "is_favourite", "NOT is_favourite"),
        (filters.is_screenshot, "is_screenshot", "NOT is_screenshot"),
        (filters.has_faces, "face_count > 0", "face_count = 0"),
    )
    for wanted, true, false in yes_or_no:
        if wanted is not None:
            yield (true if wanted else false), {}
    valued: tuple[tuple[str, object, LiteralString], ...] = (
        ("place", tsquery(filters.place, weight="B"), "text @@ %(place)s::tsquery"),
        ("since", filters.since, "sort_at >= %(since)s"),
        ("until", filters.until, "sort_at < %(until)s"),
        ("month", filters.month, "extract(month FROM sort_at) = %(month)s"),
        ("labels", list(filters.labels) or None, "label_keys @> %(labels)s"),
        ("event", filters.event, "event_ids @> ARRAY[%(event)s]"),
        ("kind", filters.kind, "kind = %(kind)s"),
        ("camera", filters.camera, "camera_key = %(camera)s"),
        ("library", filters.library, "libraries @> ARRAY[%(library)s]"),
        ("album", filters.album, "albums @> ARRAY[%(album)s]"),
        ("min_rating", filters.min_rating, "rating >= %(min_rating)s"),
    )
    for name, value, condition in valued:
        if value is not None:
            yield condition, {name: value}
    if filters.near is not None:
        near = filters.near
        yield NEAR, {"lat": near.latitude_deg, "lon": near.longitude_deg, "km": near.radius_km}


def _by_words(filters: Filters) -> Iterator[tuple[LiteralString, Values]]:
    """The words as they are spelled, or found by meaning."""
    text = tsquery(filters.terms)
    if filters.among is None:
        if text is not None:
            yield "text @@ %(text)s::tsquery", {"text": text}
        return
    among: Values = {"among": list(filters.among.photo_ids), "scores": list(filters.among.scores)}
    if text is None:
        yield "photo_id = ANY (%(among)s)", among
    else:
        yield "(text @@ %(text)s::tsquery OR photo_id = ANY (%(among)s))", among | {"text": text}


def read_prefixes(terms: Sequence[Term]) -> list[str]:
    """For LIKE: the words of a phrase as they are, and the last word of any other term as a beginning."""
    return [word if term.is_exact or word != term.words[-1] else word + "%" for term in terms for word in term.words]


def tsquery(terms: Sequence[Term], weight: str = "") -> str | None:
    """In Postgres' notation; folded words hold letters and digits only, so quoting them is enough."""
    return " & ".join(f"({_phrase(term, weight)})" for term in terms) or None


def _phrase(term: Term, weight: str) -> str:
    *firsts, last = (f"'{word}'" for word in term.words)
    endings = [f":{weight}" if weight else "" for _ in firsts]
    mark = weight if term.is_exact else f"*{weight}"
    words = [word + ending for word, ending in zip(firsts, endings, strict=True)]
    return " <-> ".join([*words, f"{last}:{mark}" if mark else last])


READS: LiteralString = "photo_id IN (SELECT w.photo_id FROM photo_words w WHERE w.source = 'read' AND w.key LIKE {})"

# Great-circle distance (haversine) on a sphere of 6371 km; 111.19 km a degree of latitude lets the index narrow it.
NEAR: LiteralString = """
    latitude_deg BETWEEN %(lat)s::float8 - %(km)s::float8 / 111.19 AND %(lat)s::float8 + %(km)s::float8 / 111.19
    AND 2 * 6371 * asin(least(1, sqrt(
        sin(radians(latitude_deg - %(lat)s::float8) / 2) ^ 2
        + cos(radians(%(lat)s::float8)) * cos(radians(latitude_deg))
            * sin(radians(longitude_deg - %(lon)s::float8) / 2) ^ 2
    ))) <= %(km)s::float8
"""
