"""Rows of Postgres to what the domain knows, and back."""

from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from pictopy_ingest.domain.facts import Facts, Stated
from pictopy_ingest.domain.photos import FileRow, PhotoRow
from pictopy_ingest.domain.scan import Stamp
from pictopy_ingest.domain.stages import StageRow
from pictopy_ingest.ports import Failure, Refused

Row = dict[str, Any]


def photo_of(row: Row) -> PhotoRow:
    return PhotoRow(
        row["photo_id"],
        row["revision"],
        Facts.model_validate(row["facts"]),
        Stated.model_validate(row["stated"]),
        row["is_present"],
        row["added_at"],
        {name: datetime.fromisoformat(at) for name, at in row["stated_at"].items()},
        row["statement_revision"],
    )


def photo_values(row: PhotoRow) -> Row:
    return {
        **vars(row),
        "kind": row.facts.kind,
        "facts": Jsonb(row.facts.model_dump(mode="json")),
        "stated": Jsonb(row.stated.model_dump(mode="json", exclude_unset=True)),
        "stated_at": Jsonb({name: at.isoformat() for name, at in row.stated_at.items()}),
        "taken_sort": row.sort_time("taken"),
    }


def file_of(row: Row) -> FileRow:
    facts = Facts.model_validate(row["facts"])
    return FileRow(row["library_id"], bytes(row["path"]), row["photo_id"], stamp_of(row), facts, row["added_at"])


def stamp_of(row: Row) -> Stamp:
    return Stamp(row["size_bytes"], row["mtime_ns"], row["ctime_ns"], row["sidecars"])


def refused_values(one: Refused) -> Row:
    stamp = (
        dict.fromkeys(("size_bytes", "mtime_ns", "ctime_ns", "sidecars")) if one.is_passing else vars(one.seen.stamp)
    )
    return {**stamp, "path": one.seen.path, "stage": one.stage, "reason": one.reason}


def stage_of(row: Row) -> StageRow:
    return StageRow(**{key: value for key, value in row.items() if key != "updated_at"})


def failure_of(row: Row) -> Failure:
    return Failure(**{**row, "path": bytes(row["path"]) if row["path"] is not None else None})
