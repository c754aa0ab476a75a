"""People, decisions and events over HTTP."""

from typing import Any

import httpx
import pytest

from pictopy_cluster.app import SERVICE
from pictopy_cluster.fake_deps import arrive, fake_deps
from pictopy_cluster.fakes import FakeStore
from pictopy_cluster.ports import Deps
from pictopy_cluster.settling import settle_events, settle_people
from pictopy_testing.plugin import ClientFactory

NAMES = ["anna"] * 4 + ["ben"] * 4 + ["lone"]


@pytest.fixture
def deps() -> Deps:
    return fake_deps(FakeStore())


@pytest.fixture
async def client(deps: Deps, client_for: ClientFactory) -> httpx.AsyncClient:
    await arrive(deps, NAMES)
    await settle_people(deps)
    await settle_events(deps)
    return await client_for(SERVICE, deps)


async def people(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/people", params=query)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def face_of(client: httpx.AsyncClient, photo_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/v1/photos/{photo_id}/faces")).json()["items"][0]
    return found


async def say(client: httpx.AsyncClient, status: int = 201, **decision: Any) -> dict[str, Any]:
    answer = await client.post("/v1/decisions", json=decision)
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def partition(client: httpx.AsyncClient) -> dict[str, str | None]:
    return {f"p{n}": (await face_of(client, f"p{n}"))["person_id"] for n in range(len(NAMES))}


async def test_people_are_listed_with_a_cover(client: httpx.AsyncClient) -> None:
    """Each with counts and the photo and box that show them."""
    found = await people(client)
    assert [(p["face_count"], p["photo_count"], p["name"]) for p in found] == [(4, 4, None), (4, 4, None)]
    assert found[0]["cover"]["photo_id"].startswith("p")


async def test_naming_stays_and_lists_first(client: httpx.AsyncClient, deps: Deps) -> None:
    """A name survives a new run, and a named person is listed though it has few faces."""
    anna = (await face_of(client, "p0"))["person_id"]
    await say(client, kind="name", person_id=anna, name="Anna")
    await settle_people(deps)
    assert (await people(client, min_faces=10))[0]["name"] == "Anna"
    assert (await face_of(client, "p0"))["source"] == "user"


async def test_one_name_for_two_people_needs_a_yes(client: httpx.AsyncClient) -> None:
    """409 with the other's id, unless merging is asked for."""
    anna, ben = (await face_of(client, "p0"))["person_id"], (await face_of(client, "p4"))["person_id"]
    await say(client, kind="name", person_id=anna, name="Anna")
    refused = await say(client, 409, kind="name", person_id=ben, name="anna ")
    assert anna in refused["detail"]
    await say(client, kind="name", person_id=ben, name="Anna", merge=True)
    assert [(p["person_id"], p["face_count"]) for p in await people(client)] == [(anna, 8)]
    assert (await client.get(f"/v1/people/{ben}")).json()["merged_into"] == anna


async def test_undoing_a_merge_gives_the_same_people_back(client: httpx.AsyncClient) -> None:
    """Same faces, same ids, also after something else was said in between."""
    before = await partition(client)
    merged = await say(client, kind="same", person_id=before["p0"], other_person_id=before["p4"])
    assert len(await people(client)) == 1
    await say(client, kind="assign", face_id=(await face_of(client, "p8"))["face_id"], name="Zoe")
    undone = await client.post(f"/v1/decisions/{merged['decision_id']}/undo")
    assert undone.status_code == 201
    after = await partition(client)
    assert {photo: after[photo] for photo in before if photo != "p8"} == {p: before[p] for p in before if p != "p8"}
    assert (await client.post(f"/v1/decisions/{merged['decision_id']}/undo")).status_code == 409


async def test_not_this_person_holds(client: httpx.AsyncClient, deps: Deps) -> None:
    """A face that was rejected is not proposed again."""
    face = await face_of(client, "p0")
    await say(client, kind="not_same", person_id=face["person_id"], face_id=face["face_id"])
    await settle_people(deps)
    assert (await face_of(client, "p0"))["person_id"] != face["person_id"]


async def test_a_lone_face_can_be_named(client: httpx.AsyncClient) -> None:
    """Assigning with a new name makes the person; with a known name it joins."""
    lone = await face_of(client, "p8")
    assert lone["person_id"] is None
    assert [f["face_id"] for f in (await client.get("/v1/faces/unassigned")).json()["items"]] == [lone["face_id"]]
    await say(client, kind="assign", face_id=lone["face_id"], name="Zoe")
    zoe = (await face_of(client, "p8"))["person_id"]
    other = await face_of(client, "p4")
    await say(client, kind="assign", face_ids=[other["face_id"]], name="zoe")
    assert (await face_of(client, "p4"))["person_id"] == zoe


async def test_what_is_not_a_face_is_out(client: httpx.AsyncClient) -> None:
    """It leaves its person and is in the export of rejected faces."""
    face = await face_of(client, "p0")
    await say(client, kind="not_a_face", face_id=face["face_id"])
    assert (await client.get(f"/v1/people/{face['person_id']}")).json()["face_count"] == 3
    export = (await client.get("/v1/export")).json()
    assert [one["photo_id"] for one in export["rejected_faces"]] == ["p0"]
    assert sorted(len(person["faces"]) for person in export["people"]) == [3, 4]
    assert [event["title"] for event in export["events"]] == ["Saturday 4 May 2024, noon"]


async def test_hidden_people_are_listed_only_when_asked_for(client: httpx.AsyncClient) -> None:
    """Hide and show."""
    anna = (await face_of(client, "p0"))["person_id"]
    await say(client, kind="hide", person_id=anna)
    assert len(await people(client)) == 1
    assert len(await people(client, include_hidden=True)) == 2
    await say(client, kind="show", person_id=anna)
    assert len(await people(client)) == 2


async def test_the_log_keeps_everything(client: httpx.AsyncClient) -> None:
    """Newest first; what is undone says so."""
    anna = (await face_of(client, "p0"))["person_id"]
    said = await say(client, kind="name", person_id=anna, name="Anna")
    await client.post(f"/v1/decisions/{said['decision_id']}/undo")
    log = (await client.get("/v1/decisions")).json()["items"]
    assert [(row["kind"], row["undone"]) for row in log] == [("undo", False), ("name", True)]
    assert (await people(client))[0]["name"] is None


@pytest.mark.parametrize(
    ("status", "decision"),
    [
        (404, {"kind": "name", "person_id": "nobody", "name": "Anna"}),
        (422, {"kind": "name", "name": "Anna"}),
        (404, {"kind": "not_a_face", "face_id": "none"}),
        (422, {"kind": "not_a_face"}),
        (422, {"kind": "assign", "face_ids": []}),
        (422, {"kind": "split"}),
    ],
)
async def test_what_cannot_be_said_is_refused(client: httpx.AsyncClient, status: int, decision: dict[str, Any]) -> None:
    """With a reason, and nothing is written."""
    assert (await say(client, status, **decision))["detail"]
    assert (await client.get("/v1/decisions")).json()["items"] == []


async def test_lists_go_on_by_cursor(client: httpx.AsyncClient) -> None:
    """Page by page, each item once."""
    first = (await client.get("/v1/people", params={"limit": 1})).json()
    second = (await client.get("/v1/people", params={"limit": 1, "cursor": first["next"]})).json()
    assert second["next"] is None
    assert first["items"][0]["person_id"] != second["items"][0]["person_id"]
    url = f"/v1/people/{first['items'][0]['person_id']}/faces"
    faces = (await client.get(url, params={"limit": 3})).json()
    rest = (await client.get(url, params={"limit": 3, "cursor": faces["next"]})).json()
    assert len({face["face_id"] for face in faces["items"] + rest["items"]}) == 4


async def test_a_title_by_a_person_stays(client: httpx.AsyncClient, deps: Deps) -> None:
    """It survives the next run; empty gives the automatic one back."""
    event = (await client.get("/v1/events", params={"kind": "event"})).json()["items"][0]
    url = f"/v1/events/{event['event_id']}"
    titled = (await client.patch(url, json={"title": "Anna's birthday"})).json()
    assert (titled["title"], titled["title_source"]) == ("Anna's birthday", "user")
    await settle_events(deps)
    assert (await client.get(url)).json()["title"] == "Anna's birthday"
    assert (await client.patch(url, json={"title": " "})).json()["title"] == event["title"]
    assert (await client.get("/v1/events/none")).status_code == 404
