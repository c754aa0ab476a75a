"""The ledger: whatever order the facts come in, it says the same in the end."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import Stage, StageFinished
from pictopy_ingest.domain.stages import STAGES, StageRow, again, finished, new_rows

T0 = datetime(2024, 1, 1, tzinfo=UTC)
ID = PhotoId("a" * 32)


def _fact(stage: Stage, minute: int, version: str = "m1", status: Literal["done", "failed"] = "done") -> StageFinished:
    at = T0 + timedelta(minutes=minute)
    return StageFinished(photo_id=ID, stage=stage, model_version=version, status=status, reason="why", finished_at=at)


def _rows(wanted: str = "m1") -> dict[Stage, StageRow]:
    return {row.stage: row for row in new_rows(ID, wanted, T0)}


def _after(rows: dict[Stage, StageRow], *facts: StageFinished) -> dict[Stage, StageRow]:
    for fact in facts:
        rows = finished(rows, fact)
    return rows


def _statuses(rows: dict[Stage, StageRow]) -> list[str]:
    return [rows[stage].status for stage in STAGES]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_done_in_any_order(order: tuple[int, ...]) -> None:
    """Vision, cluster and search may report in any order, and twice."""
    facts = [_fact("vision", 1), _fact("cluster", 2), _fact("search", 3)]
    rows = _after(_rows(), *(facts[index] for index in order), *facts)
    assert {row.status for row in rows.values()} == {"done"}
    assert {row.wanted_version for row in rows.values()} == {"m1"}


def test_a_failed_vision_frees_what_waits_for_it() -> None:
    """Cluster and search have nothing to wait for; when vision works after all they wait again."""
    rows = _after(_rows(), _fact("vision", 1, status="failed"))
    assert {stage: row.status for stage, row in rows.items()} == {
        "vision": "failed",
        "cluster": "skipped",
        "search": "skipped",
    }
    assert rows["vision"].last_error == "why"
    rows["vision"] = again(rows["vision"])
    rows = _after(rows, _fact("vision", 2))
    assert {stage: row.status for stage, row in rows.items()} == {
        "vision": "done",
        "cluster": "waiting",
        "search": "waiting",
    }


def test_work_done_with_other_models_is_not_done() -> None:
    """An answer of older models is kept, and the row waits for the wanted ones."""
    rows = _after(_rows("m2"), _fact("vision", 1, "m1"))
    assert (rows["vision"].status, rows["vision"].done_version) == ("waiting", "m1")
    rows = _after(rows, _fact("cluster", 2, "m1"), _fact("vision", 3, "m2"))
    assert (rows["vision"].status, rows["cluster"].status) == ("done", "waiting")


def test_an_older_fact_is_not_heard() -> None:
    """A late failure does not undo a later success."""
    rows = _after(_rows(), _fact("vision", 5), _fact("vision", 1, status="failed"))
    assert rows["vision"].status == "done"
