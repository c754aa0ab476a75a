"""The filters of a grid. The address of the page is where they stand; the widgets only show and change it."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from pictopy_ui.answers import Facet, Facets
from pictopy_ui.domain.filters import Filters
from pictopy_ui.domain.words import plural, shown
from pictopy_ui.markup import notes
from pictopy_ui.parts import nav
from pictopy_ui.parts.canvas import Act, canvas

KINDS = {"": "All", "photo": "Photos", "video": "Videos"}


def current() -> Filters:
    return Filters.from_query(nav.query_of_page())


def put(filters: Filters, **more: str) -> None:
    """Into the address of the page."""
    st.query_params.from_dict({**filters.to_query(), **more})


def popover(facets: Facets, filters: Filters) -> None:
    with st.popover("Filter", icon=":material/tune:"):
        people = _options(facets.people, filters.people)
        _many("People, together in a photo", "people", list(filters.people), people)
        _one("Tag", "tag", filters.tag, _options(facets.tags, (filters.tag,)))
        _one("Event", "event", filters.event, _options(facets.events, (filters.event,)))
        _one("Place", "place", filters.place, _options(facets.places, (filters.place,)))
        _one("Camera", "camera", filters.camera, _options(facets.cameras, (filters.camera,)))
        left, right = st.columns(2)
        with left:
            _day("From", "since", filters.since)
        with right:
            _day("Until", "until", filters.until)
        st.session_state["filter.kind"] = filters.kind
        st.segmented_control(
            "Kind",
            list(KINDS),
            format_func=lambda kind: KINDS[kind],
            required=True,
            key="filter.kind",
            on_change=_apply,
        )
        st.session_state["filter.favourite"] = filters.favourite
        st.toggle("Only favourites", key="filter.favourite", on_change=_apply)
        st.session_state["filter.hidden"] = filters.hidden
        st.toggle("Only hidden photos", key="filter.hidden", on_change=_apply)


def chips(facets: Facets, filters: Filters, key: str) -> None:
    """The filters that are set; a click takes one away."""
    act = canvas(notes.removable(_set(facets, filters)), key=key) if not filters.is_empty else None
    if act and act.get("act") == "widen":
        put(_widened(filters, act))
        st.rerun()


def _widened(filters: Filters, act: Act) -> Filters:
    return filters.without(act["filter"], act.get("value", ""))


def _set(facets: Facets, filters: Filters) -> list[tuple[str, str, str]]:
    names = {facet.value: facet.text for facet in (*facets.people, *facets.events)}
    entries = [(names.get(person, "Somebody"), "people", person) for person in filters.people]
    entries += [(names.get(filters.event, "An event"), "event", "")] if filters.event else []
    plain = {"album": filters.album, "tag": filters.tag, "place": filters.place, "camera": filters.camera}
    entries += [(value, name, "") for name, value in plain.items() if value]
    entries += [(KINDS[filters.kind], "kind", "")] if filters.kind else []
    entries += [(f"from {filters.since}", "since", "")] if filters.since else []
    entries += [(f"until {filters.until}", "until", "")] if filters.until else []
    entries += [("Favourites", "favourite", "")] if filters.favourite else []
    entries += [("Hidden", "hidden", "")] if filters.hidden else []
    return entries


Options = dict[str, str]


def _options(facets: Sequence[Facet], chosen: Sequence[str]) -> Options:
    """Value to label; what is chosen stays offered even where nothing is left of it."""
    offered = {facet.value: f"{shown(facet.text)} · {plural(facet.count, 'photo')}" for facet in facets if facet.value}
    return offered | {value: shown(value) for value in chosen if value and value not in offered}


def _one(label: str, name: str, value: str, options: Options) -> None:
    st.session_state[f"filter.{name}"] = value or None
    st.selectbox(
        label,
        list(options),
        index=None,
        format_func=lambda key: options.get(key, key),
        key=f"filter.{name}",
        on_change=_apply,
        placeholder="Any",
    )


def _many(label: str, name: str, values: list[str], options: Options) -> None:
    st.session_state[f"filter.{name}"] = values
    st.multiselect(
        label,
        list(options),
        format_func=lambda key: options.get(key, key),
        key=f"filter.{name}",
        on_change=_apply,
        placeholder="Anybody",
    )


def _day(label: str, name: str, value: str) -> None:
    st.session_state[f"filter.{name}"] = date.fromisoformat(value) if value else None
    st.date_input(label, value=None, min_value=date(1826, 1, 1), key=f"filter.{name}", on_change=_apply)


def _apply() -> None:
    """A widget changed: write all of them into the address."""
    state = {name: st.session_state.get(f"filter.{name}") for name in ("tag", "event", "place", "camera", "kind")}
    since, until = st.session_state.get("filter.since"), st.session_state.get("filter.until")
    put(
        Filters(
            text=nav.asked("q"),
            people=tuple(st.session_state.get("filter.people", ())),
            favourite=bool(st.session_state.get("filter.favourite")),
            hidden=bool(st.session_state.get("filter.hidden")),
            library=nav.asked("library"),
            album=nav.asked("album"),
            since=since.isoformat() if since else "",
            until=until.isoformat() if until else "",
            **{name: value or "" for name, value in state.items()},
        )
    )
