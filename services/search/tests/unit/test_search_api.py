"""The HTTP API, through the service's real app."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from pictopy_contracts.messages import PhotoAdded, PhotoRemoved
from pictopy_search.app import SERVICE
from pictopy_search.fake_deps import fake_deps, hear
from pictopy_testing.photo_messages import analysis, assigned, event, person, photo, photo_id

COUNT = 6


@pytest.fixture
async def client(client_for: Callable[..., Awaitable[httpx.AsyncClient]]) -> httpx.AsyncClient:
    """Six photos of a morning at sea, the first with Anna, the last hidden."""
    deps = fake_deps()
    for number in range(1, COUNT + 1):
        await hear(PhotoAdded(photo=photo(number, hidden=number == COUNT, favourite=number == 1)), deps)
        angle = [1.0, number / 10]
        await hear(analysis(number, ["sea"], vector=angle if number < 5 else None, phash="0" * 16), deps)
    await hear(assigned(1, "p-anna"), deps)
    await hear(person("p-anna", "Anna Meier"), deps)
    await hear(event("e-1", "Sailing", [1, 2], place="Lisbon"), deps)
    return await client_for(SERVICE, deps)


async def _get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _numbers(page: Any) -> list[int]:
    return [int(item["photo_id"], 16) for item in page["items"]]


async def test_a_card_has_all_that_a_list_shows(client: httpx.AsyncClient) -> None:
    """Times in ISO, UTC with Z, the local one without a zone."""
    (card,) = (await _get(client, "/v1/search", person="p-anna"))["items"]
    assert card == {
        "photo_id": photo_id(1),
        "kind": "photo",
        "format": "jpeg",
        "width_px": 4000,
        "height_px": 3000,
        "added_at": "2024-01-01T08:01:00Z",
        "taken_at": None,
        "taken_at_local": "2023-06-15T13:00:00",
        "duration_s": None,
        "title": None,
        "caption": None,
        "rating": None,
        "favourite": True,
        "hidden": False,
        "is_screenshot": False,
        "camera": None,
        "latitude_deg": None,
        "longitude_deg": None,
        "people": [{"person_id": "p-anna", "name": "Anna Meier"}],
        "face_count": 1,
        "tags": ["sea"],
        "event_id": "e-1",
        "event_title": "Sailing",
        "places": ["Lisbon"],
        "quality": None,
    }


async def test_pages_follow_each_other(client: httpx.AsyncClient) -> None:
    """Until there is no next."""
    first = await _get(client, "/v1/search", limit=2)
    second = await _get(client, "/v1/search", limit=2, cursor=first["next"])
    third = await _get(client, "/v1/search", limit=2, cursor=second["next"])
    assert [_numbers(page) for page in (first, second, third)] == [[5, 4], [3, 2], [1]]
    assert third["next"] is None


async def test_a_query_is_read_and_says_how(client: httpx.AsyncClient) -> None:
    """The UI shows the parts as chips."""
    page = await _get(client, "/v1/search", q="sea june 2023 with anna in lisbon favourites", order="relevance")
    assert _numbers(page) == [1]
    assert page["understood"] == [
        {"kind": "words", "text": "sea", "values": ["sea"]},
        {"kind": "time", "text": "june 2023", "values": ["2023-06-01T00:00:00", "2023-07-01T00:00:00"]},
        {"kind": "person", "text": "with anna", "values": ["p-anna"]},
        {"kind": "place", "text": "in lisbon", "values": ["lisbon"]},
        {"kind": "favourite", "text": "favourites", "values": []},
    ]


async def test_a_reading_can_be_taken_back(client: httpx.AsyncClient) -> None:
    """Then every part is a word to find: 2023 stands in the path."""
    page = await _get(client, "/v1/search", q="2023 anna", understand=False)
    assert [part["kind"] for part in page["understood"]] == ["words", "words"]
    assert _numbers(page) == [1]


@pytest.mark.parametrize("q", ['"', '""', " - ", "the", '"!" of'])
async def test_a_query_of_nothing_asks_for_everything(client: httpx.AsyncClient, q: str) -> None:
    """Quotes just opened, or words that carry no wish."""
    assert len((await _get(client, "/v1/search", q=q))["items"]) == 5


async def test_relevance_without_words_is_newest(client: httpx.AsyncClient) -> None:
    """And its cursor goes on."""
    page = await _get(client, "/v1/search", order="relevance", limit=3)
    following = await _get(client, "/v1/search", order="relevance", limit=3, cursor=page["next"])
    assert _numbers(page) + _numbers(following) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"from": "yesterday"}, "from: write a date"),
        ({"to": "2023-02-30"}, "to: write a date"),
        ({"from": "2024", "to": "2023"}, "to: lies before from"),
        ({"limit": 501}, "limit"),
        ({"limit": 0}, "limit"),
        ({"order": "best"}, "order"),
        ({"kind": "gif"}, "kind"),
        ({"cursor": "abc"}, "cursor: not one that this list gave"),
        ({"near": "here"}, "near: give latitude"),
        ({"min_rating": 6}, "min_rating"),
        ({"tag": "!"}, "tag: «!» holds no letter"),
        ({"q": "a\x00b"}, "q"),
        ({"favorite": "true"}, "favorite"),
    ],
)
async def test_what_cannot_be_understood_is_refused(
    client: httpx.AsyncClient, params: dict[str, str], sentence: str
) -> None:
    """With a sentence that names the parameter; a misspelt one is not silently ignored."""
    answer = await client.get("/v1/search", params=params)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


async def test_facets_and_timeline_follow_the_filters(client: httpx.AsyncClient) -> None:
    """The same photos, counted."""
    facets = await _get(client, "/v1/facets", event="e-1")
    assert (facets["total"], facets["people"]) == (2, [{"value": "p-anna", "label": "Anna Meier", "count": 1}])
    timeline = await _get(client, "/v1/timeline", bucket="day", q="sea")
    assert timeline == {"items": [{"bucket": "2023-06-15", "count": 5}], "next": None, "total": 5}


async def test_a_photo_is_told_in_full(client: httpx.AsyncClient) -> None:
    """Hidden ones too, by their id."""
    told = await _get(client, f"/v1/photos/{photo_id(6)}")
    assert (told["hidden"], told["removed"], told["model_version"]) == (True, False, "v1")
    assert told["labels"] == [{"label": "sea", "source": "tag", "score": 0.9, "box": None}]


@pytest.mark.parametrize("path", ["/v1/photos/nope", "/v1/photos/nope/similar", "/v1/photos/%00"])
async def test_an_unknown_photo_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    """404, whatever the id."""
    assert (await client.get(path)).status_code == 404


async def test_similar_photos_come_by_embedding(client: httpx.AsyncClient) -> None:
    """Nearest first, with their similarity, without the photo itself."""
    similar = await _get(client, f"/v1/photos/{photo_id(1)}/similar", limit=2)
    assert (similar["by"], _numbers(similar)) == ("embedding", [2, 3])
    assert 0.98 < similar["items"][1]["score"] < similar["items"][0]["score"] < 1.0


async def test_without_an_embedding_they_come_by_hash(client: httpx.AsyncClient) -> None:
    """Photo 5 has none; hidden photos do not show."""
    similar = await _get(client, f"/v1/photos/{photo_id(5)}/similar")
    assert (similar["by"], _numbers(similar)) == ("phash", [1, 2, 3, 4])
    assert similar["items"][0]["score"] == 1.0


async def test_nobody_reads_without_the_token(client: httpx.AsyncClient) -> None:
    """Every route is behind it."""
    assert (await client.get("/v1/search", headers={"Authorization": "Bearer no"})).status_code == 401


async def test_hidden_neighbours_do_not_shorten_the_list(client_for: Callable[..., Any]) -> None:
    """Their vectors stay, so more are asked for until enough may be shown."""
    deps = fake_deps()
    for number in range(1, 41):
        await hear(PhotoAdded(photo=photo(number, hidden=1 < number < 36)), deps)
        await hear(analysis(number, vector=[1.0, number / 50]), deps)
    await hear(PhotoRemoved(photo_id=photo_id(36), revision=2), deps)
    similar = await _get(await client_for(SERVICE, deps), f"/v1/photos/{photo_id(1)}/similar", limit=3)
    assert _numbers(similar) == [37, 38, 39]


async def test_a_photo_not_analysed_has_nothing_to_compare(client_for: Callable[..., Any]) -> None:
    """It says so instead of an error."""
    deps = fake_deps()
    await hear(PhotoAdded(photo=photo(1)), deps)
    await hear(PhotoAdded(photo=photo(2)), deps)
    await hear(analysis(2), deps)
    client = await client_for(SERVICE, deps)
    for number in (1, 2):
        assert await _get(client, f"/v1/photos/{photo_id(number)}/similar") == {"items": [], "by": "nothing"}
