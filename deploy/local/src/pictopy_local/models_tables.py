"""Models, profiles and measurements as tables for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

TASK_WORDS = {
    "faces": "find faces",
    "face_embedding": "tell faces apart",
    "face_quality": "judge faces",
    "objects": "objects",
    "tags": "tags",
    "image_embedding": "whole pictures",
    "text_embedding": "search by words",
    "text_boxes": "find text",
    "ocr": "read text",
}


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(
            name,
            justify="right" if name in right else "left",
            no_wrap=name in ("model", "licence", *right),
            overflow="fold",
        )
    return table


def megabytes(size: float) -> str:
    return f"{size / 1e6:,.1f}"


def state_of(item: Mapping[str, Any]) -> str:
    if item["in_use"]:
        return "in use"
    if item["beside"]:
        return "beside"
    return "installed" if item["installed"] else "-"


def models_table(items: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("model", "does", "state", "MB", "ms", "licence", right=("MB", "ms"))
    for item in items:
        does = ", ".join(TASK_WORDS.get(task, task) for task in item["tasks"])
        ms = f"{item['cpu_ms']:g}" if item["cpu_ms"] is not None else "?"
        licence = item["licence"] if item["commercial"] else f"{item['licence']} (not for commerce)"
        table.add_row(item["id"], does, state_of(item), megabytes(item["bytes"]), ms, licence)
    return table


def tasks_table(tasks: Mapping[str, Mapping[str, Any]]) -> Table:
    table = _table("task", "", "why")
    for name, task in tasks.items():
        table.add_row(name, "on" if task["on"] else "off", task["why"])
    return table


def profiles_table(answer: Mapping[str, Any]) -> Table:
    table = _table(
        "profile", "for", "disk MB", "memory MB", "ms a photo", "models", right=("disk MB", "memory MB", "ms a photo")
    )
    for item in answer["items"]:
        mark = _mark(item, answer["recommended"])
        numbers = [_or_unknown(item[key], ",.0f") for key in ("memory_mb", "ms_per_photo")]
        name = f"{item['id']} {mark}".strip()
        table.add_row(name, item["title"], f"{item['disk_mb']:,.1f}", *numbers, ", ".join(item["tasks"]))
    return table


def _mark(item: Mapping[str, Any], recommended: str | None) -> str:
    marks = ["in use"] if item["in_use"] else ["installed"] if item["installed"] else []
    if item["id"] == recommended:
        marks.append("recommended here")
    return f"({', '.join(marks)})" if marks else ""


def bench_table(items: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("model", "task", "ms a run", "runs", "engine", right=("ms a run", "runs"))
    for item in items:
        engine = item["engine"] if item["ms"] is not None else item["why"]
        table.add_row(item["model"], item["task"], _or_unknown(item["ms"], ",.1f"), str(item["runs"]), engine)
    return table


def machine_line(hardware: Mapping[str, Any]) -> str:
    gpu = f"GPU {hardware['gpu']}" if hardware["gpu"] else "no GPU that the engine can use"
    instructions = " ".join(hardware["instructions"]) or "no special instructions"
    return (
        f"this machine: {hardware['cores']} cores, {hardware['memory_mb']:,} MB of memory, {gpu}, "
        f"{hardware['disk_free_mb']:,} MB of disk free, {instructions}"
    )


def entry_lines(entry: Mapping[str, Any]) -> list[str]:
    """A catalogue entry, readable; keys that say nothing are left out."""
    return list(_lines(entry, ""))


def _lines(value: Any, indent: str) -> list[str]:
    lines: list[str] = []
    for key, each in value.items():
        if each in (None, [], {}, False):
            continue
        if isinstance(each, dict):
            lines += [f"{indent}{key}:", *_lines(each, indent + "  ")]
        elif isinstance(each, list) and any(isinstance(part, dict) for part in each):
            lines += [f"{indent}{key}:"] + [line for part in each for line in _lines(part, indent + "  ")]
        else:
            lines.append(f"{indent}{key}: {', '.join(map(str, each)) if isinstance(each, list) else each}")
    return lines


def _or_unknown(value: float | None, form: str) -> str:
    return "?" if value is None else format(value, form)
