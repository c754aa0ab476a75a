"""Golden JSON of every message version: a message that was written once is readable for ever."""

import json
from pathlib import Path
from typing import Any

import pytest

from pictopy_contracts.registry import OWNERS, all_messages, owner_of

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("subject", sorted(all_messages()))
def test_golden_json_still_decodes_to_the_same(subject: str) -> None:
    """Decoding the stored JSON and encoding it again loses nothing that was in it."""
    stored = json.loads((GOLDEN / f"{subject}.json").read_text())
    again = all_messages()[subject].model_validate(stored).model_dump(mode="json")
    assert _as_far_as(stored, again) == stored


def _as_far_as(stored: Any, again: Any) -> Any:
    """What of `again` the stored JSON knew: a field that was added since has its default."""
    if isinstance(stored, dict):
        return {key: _as_far_as(value, again[key]) for key, value in stored.items()}
    if isinstance(stored, list):
        return [_as_far_as(old, new) for old, new in zip(stored, again, strict=True)]
    return again


@pytest.mark.parametrize("subject", sorted(all_messages()))
def test_readers_ignore_what_a_newer_writer_adds(subject: str) -> None:
    """An unknown field is no error."""
    stored = json.loads((GOLDEN / f"{subject}.json").read_text())
    kind = all_messages()[subject]
    assert kind.model_validate({**stored, "from_the_future": 1}) == kind.model_validate(stored)


def test_every_subject_has_an_owner_and_a_version() -> None:
    """`<owner>.<entity>.<fact>.v<N>`, and no golden file is left of a message that is gone."""
    for subject in all_messages():
        owner, _, _, version = subject.split(".")
        assert owner in OWNERS
        assert owner_of(subject) == owner
        assert version[0] == "v"
        assert version[1:].isdecimal()
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(all_messages())
