"""The HTTP of memories, on the real app with the fake store."""

from datetime import UTC, date, datetime, time
from typing import Any

import httpx
import pytest

from pictopy_memories.app import SERVICE
from pictopy_memories.fakes import FakeStore
from pictopy_memories.ports import Deps, Rules
from pictopy_memories.synthetic import life
from pictopy_runtime.workers import Workers
from pictopy_testing.plugin import ClientFactory

TODAY = date(2024, 8, 1)


@pytest.fixture
async def client(client_for: ClientFactory) -> httpx.AsyncClient:
    """A service that knows two years of a life."""
    made, store = life(21, date(2022, 7, 1), 2, days_with_photos=0.1), FakeStore()
    async with store.unit() as unit:
        for photo in made.photos:
            await unit.keep_photo(photo)
            await unit.keep_look(made.looks[photo.photo_id])
            await unit.keep_people(made.people[photo.photo_id])
        for person in made.persons:
            await unit.keep_person(person)
        for event in made.events:
            await unit.keep_event(event)
    now = datetime.combine(TODAY, time(12), UTC)
    return await client_for(SERVICE, Deps(store, Workers(1), lambda: now, Rules(zone=UTC)))


async def test_a_day_never_built_is_empty_until_asked_for(client: httpx.AsyncClient) -> None:
    """Reading builds nothing; building answers with the stories, and they are there from then on."""
    assert (await client.get("/v1/memories")).json() == {"items": [], "next": None}
    built = await client.post("/v1/memories/build", json={"day": TODAY.isoformat()})
    assert built.status_code == 200
    assert built.json()["items"]
    assert (await client.get("/v1/memories")).json() == built.json()
    assert (await client.get("/v1/memories", params={"day": "2024-08-01"})).json() == built.json()
    assert (await client.get("/v1/memories", params={"day": "2024-08-02"})).json()["items"] == []


async def test_a_story_says_all_that_a_viewer_needs(client: httpx.AsyncClient) -> None:
    """Title, reasons, what was left out, slides with captions and reasons, and the cover among them."""
    story = await _best(client)
    assert story.keys() >= {"story_id", "day", "kind", "title", "subtitle", "reasons", "left_out", "cover_photo_id"}
    assert story["cover_photo_id"] in [slide["photo_id"] for slide in story["slides"]]
    assert all(slide["reasons"] and slide["caption"] and slide["kind"] == "photo" for slide in story["slides"])
    assert all(one["reason"] and one["count"] > 0 for one in story["left_out"])
    assert (await client.get(f"/v1/memories/{story['story_id']}")).json() == story


async def test_a_story_that_was_seen_survives_a_rebuild(client: httpx.AsyncClient) -> None:
    """It is marked as seen and stays as it is."""
    story = await _best(client)
    seen = (await client.post(f"/v1/memories/{story['story_id']}/seen")).json()
    assert seen == {**story, "seen": True}
    again = (await client.post("/v1/memories/build", json={"day": "2024-08-01"})).json()["items"]
    assert seen in again


async def test_hide_works_at_once_and_for_good(client: httpx.AsyncClient) -> None:
    """The story leaves the list, the rebuild does not bring it back, and the answer says what happens."""
    story = await _best(client)
    answer = await client.post(f"/v1/memories/{story['story_id']}/feedback", json={"verdict": "hide"})
    assert answer.json()["effect"].startswith("This story is gone and never comes back")
    assert story["story_id"] not in [one["story_id"] for one in (await client.get("/v1/memories")).json()["items"]]
    assert (await client.get(f"/v1/memories/{story['story_id']}")).status_code == 404


async def test_more_is_explained_in_the_story(client: httpx.AsyncClient) -> None:
    """The ranking changes at once and the story tells that it did."""
    story = await _best(client)
    answer = await client.post(f"/v1/memories/{story['story_id']}/feedback", json={"verdict": "more"})
    assert answer.json() == {"verdict": "more", "effect": "Stories like this one count more for 60 days."}
    again = (await client.get(f"/v1/memories/{story['story_id']}")).json()
    assert again["verdict"] == "more"
    assert "You asked for more like this" in again["reasons"]


async def test_export_holds_what_was_seen_said_and_shown(client: httpx.AsyncClient) -> None:
    """All that a person would miss."""
    story = await _best(client)
    await client.post(f"/v1/memories/{story['story_id']}/seen")
    await client.post(f"/v1/memories/{story['story_id']}/feedback", json={"verdict": "less"})
    export = (await client.get("/v1/export")).json()
    assert [one["story_id"] for one in export["seen"]] == [story["story_id"]]
    assert [(one["said"], one["subject"] != "") for one in export["feedback"]] == [("less", True)]
    shown = {one["photo_id"] for one in export["shown"] if one["story_id"] == story["story_id"]}
    assert shown == {slide["photo_id"] for slide in story["slides"]}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/memories/none", None, 404),
        ("POST", "/v1/memories/none/seen", None, 404),
        ("POST", "/v1/memories/none/feedback", {"verdict": "less"}, 404),
        ("POST", "/v1/memories/none/feedback", {"verdict": "perhaps"}, 422),
        ("POST", "/v1/memories/build", {"day": "soon"}, 422),
        ("POST", "/v1/memories/build", {"day": "0001-01-01"}, 422),
        ("GET", "/v1/memories?day=2026-02-30", None, 422),
    ],
)
async def test_mistakes_are_answered(
    client: httpx.AsyncClient, method: str, path: str, body: dict[str, str] | None, status: int
) -> None:
    """As problem documents, never as a fault of ours."""
    answer = await client.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("day", ["1826-01-01", "2999-12-31", "2024-02-29", "2024-12-31", "2025-01-01"])
async def test_any_day_can_be_built(client: httpx.AsyncClient, day: str) -> None:
    """Long ago, far ahead, leap days, New Year."""
    assert (await client.post("/v1/memories/build", json={"day": day})).status_code == 200


async def _best(client: httpx.AsyncClient) -> dict[str, Any]:
    built = await client.post("/v1/memories/build", json={"day": "2024-08-01"})
    story: dict[str, Any] = built.json()["items"][0]
    return story
