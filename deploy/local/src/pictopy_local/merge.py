"""The exports of the services as one: each photo told by its place in its library, not by its number. Pure."""

import json
from collections.abc import Mapping
from typing import Any

IN_ORDER = frozenset({"decisions"})
"""Logs: what came later overrules what came before."""

TALLIES = frozenset({"counts"})
"""Numbers about the work, which nobody would miss."""

Files = Mapping[str, list[dict[str, str]]]


def photo_ids(part: Any) -> set[str]:
    """Every photo that is named anywhere in it."""
    if isinstance(part, dict):
        found = {part["photo_id"]} if part.get("photo_id") else set()
        return found.union(part.get("photo_ids") or (), *(photo_ids(value) for value in part.values()))
    return set().union(*(photo_ids(value) for value in part)) if isinstance(part, list) else set()


def merge(parts: Mapping[str, Any], files: Files) -> dict[str, Any]:
    """`parts`: service to its `/v1/export`; `files`: photo id to its places. The keys of all stand side by side."""
    merged: dict[str, Any] = {"format": "pictopy-export", "version": 1}
    for service in sorted(parts):
        for key, value in parts[service].items():
            if key in TALLIES:
                continue
            merged[key if key not in merged else f"{service}_{key}"] = _readable(key, value, files)
    return merged


def _readable(key: str, value: Any, files: Files) -> Any:
    """Beside each `photo_id` its files, in place of `photo_ids` theirs; lists sorted unless order matters."""
    if isinstance(value, dict):
        told = {name: _readable(name, part, files) for name, part in value.items() if name != "photo_ids"}
        if "photo_ids" in value:
            told["photos"] = sorted((_photo(photo_id, files) for photo_id in value["photo_ids"]), key=_order)
        if "photo_id" in value and "paths" not in value:
            told["paths"] = files.get(value["photo_id"], [])
        return told
    if isinstance(value, list):
        readable = [_readable(key, part, files) for part in value]
        is_sorted = key not in IN_ORDER and all(isinstance(part, dict) for part in readable)
        return sorted(readable, key=_order) if is_sorted else readable
    return value


def _photo(photo_id: str, files: Files) -> dict[str, Any]:
    return {"photo_id": photo_id, "paths": files.get(photo_id, [])}


def _order(part: dict[str, Any]) -> str:
    """By path where there is one, else by name or title, then by all of it."""
    first = part.get("paths") or part.get("name") or part.get("title") or ""
    return json.dumps([first, part], sort_keys=True, ensure_ascii=False)
