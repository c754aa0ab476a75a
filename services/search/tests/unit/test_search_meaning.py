"""Search by meaning through the service's real app: words compared with words, or with pictures."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import ModelsChanged, PhotoAdded, TextLine
from pictopy_contracts.vectors import Embedding
from pictopy_search.app import SERVICE
from pictopy_search.fake_deps import fake_deps, hear
from pictopy_search.fake_meaning import FakeTower
from pictopy_search.meant import MOST_FOUND
from pictopy_search.ports import Deps
from pictopy_search.vision_tower import VisionTower
from pictopy_testing.photo_messages import analysis, event, photo, photo_id
from pictopy_testing.plugin import ClientFactory

CLIP = ModelId("clip-s")
BOX = Box(x1=0, y1=0, x2=1, y2=1)


def used(model: str = CLIP) -> ModelsChanged:
    return ModelsChanged(revision=1, model_version="v1", models={"image_embedding": ModelId(model)})


async def found(client: httpx.AsyncClient, **params: Any) -> tuple[list[int], dict[str, str] | None]:
    answer = await client.get("/v1/search", params=params)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    return [int(item["photo_id"], 16) for item in page["items"]], page["by"]


async def library(deps: Deps, *vectors: Sequence[float]) -> None:
    """Photo 1 a dog, 2 a beach, 3 a receipt that can be read, 4 a party with a caption."""
    await hear(used(), deps)
    for number in range(1, 5):
        caption = "Fireworks over the river" if number == 4 else None
        await hear(PhotoAdded(photo=photo(number, caption=caption)), deps)
    given = [*vectors, *[None] * 4]
    await hear(analysis(1, ["golden retriever"], ["dog"], vector=given[0]), deps)
    await hear(analysis(2, ["seashore"], vector=given[1]), deps)
    lines = (TextLine(text="Total amount 42.50", score=0.9, box=BOX),)
    await hear(analysis(3, ["web site"], vector=given[2], text=lines), deps)
    await hear(analysis(4, vector=given[3]), deps)
    await hear(event("e-1", "Birthday of a friend", [4]), deps)


class TestWords:
    """Without an image/text pair."""

    @pytest.mark.parametrize(
        ("query", "number"), [("puppy", 1), ("ocean", 2), ("celebration", 4), ("creek", 4), ("total", 3)]
    )
    async def test_words_are_found_by_what_they_mean(self, client_for: ClientFactory, query: str, number: int) -> None:
        """Of labels, event titles, captions and text in pictures; none of these queries is spelled so anywhere but
        the last."""
        deps = fake_deps()
        await library(deps)
        numbers, by = await found(await client_for(SERVICE, deps), q=query)
        assert numbers[:1] == [number]
        assert by is not None
        assert by["mode"] == "words"
        assert "compared by meaning" in by["why"]

    async def test_filters_hold(self, client_for: ClientFactory) -> None:
        """A date beside a word narrows what the word means."""
        deps = fake_deps()
        await library(deps)
        client = await client_for(SERVICE, deps)
        assert (await found(client, q="puppy 2023"))[0] == [1]
        assert (await found(client, q="puppy 2019"))[0] == []

    async def test_facets_and_timeline_count_the_same_photos(self, client_for: ClientFactory) -> None:
        """What the list shows."""
        deps = fake_deps()
        await library(deps)
        client = await client_for(SERVICE, deps)
        assert (await client.get("/v1/facets", params={"q": "puppy"})).json()["total"] == 1
        assert (await client.get("/v1/timeline", params={"q": "puppy"})).json()["total"] == 1

    async def test_what_was_understood_can_be_taken_back(self, client_for: ClientFactory) -> None:
        """Then only the spelling counts."""
        deps = fake_deps()
        await library(deps)
        assert await found(await client_for(SERVICE, deps), q="puppy", understand=False) == ([], None)

    async def test_text_in_a_picture_is_a_filter(self, client_for: ClientFactory) -> None:
        """Of its own, and in the query; the caption of another photo does not count."""
        deps = fake_deps()
        await library(deps)
        client = await client_for(SERVICE, deps)
        for params in ({"text": "amount"}, {"q": "text:amount"}, {"q": 'text: "total amount"'}, {"text": "tot"}):
            assert (await found(client, **params))[0] == [3]
        assert (await found(client, text="fireworks"))[0] == []
        told = (await client.get(f"/v1/photos/{photo_id(3)}")).json()
        assert [line["text"] for line in told["text"]] == ["Total amount 42.50"]

    @pytest.mark.parametrize("query", ["🏖️", "собака", "x" * 500, "'; DROP TABLE photos; --", "%", "text:"])
    async def test_odd_queries_find_nothing_and_break_nothing(self, client_for: ClientFactory, query: str) -> None:
        """No error, no photo that has nothing to do with it."""
        deps = fake_deps()
        await library(deps)
        numbers, _ = await found(await client_for(SERVICE, deps), q=query)
        assert numbers in ([], [4, 3, 2, 1])

    async def test_a_query_of_ten_thousand_characters_is_refused(self, client_for: ClientFactory) -> None:
        """With a sentence."""
        client = await client_for(SERVICE, fake_deps())
        assert (await client.get("/v1/search", params={"q": "dog " * 2500})).status_code == 422


VECTORS = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.6, 0.8, 0.0])


class TestPictures:
    """With an image/text pair."""

    async def test_words_are_compared_with_pictures(self, client_for: ClientFactory) -> None:
        """Nearest first, none below the threshold, and the answer says how."""
        tower = FakeTower(CLIP, {"somebody happy": [0.0, 1.0, 0.0]}, threshold=0.5)
        deps = fake_deps(tower=tower)
        await library(deps, *VECTORS)
        numbers, by = await found(await client_for(SERVICE, deps), q="somebody happy")
        assert numbers == [2, 4]
        assert by == {
            "mode": "pictures",
            "why": "Your words are compared with the pictures themselves, by words-s and clip-s.",
        }

    async def test_filters_hold_and_stay_out_of_the_vector(self, client_for: ClientFactory) -> None:
        """The tower is given the words that are left."""
        tower = FakeTower(CLIP, {"happy": [0.0, 1.0, 0.0]}, threshold=0.5)
        deps = fake_deps(tower=tower)
        await library(deps, *VECTORS)
        client = await client_for(SERVICE, deps)
        assert (await found(client, q="happy 2023", has_faces=False))[0] == [2, 4]
        assert (await found(client, q="happy 2019"))[0] == []
        assert set(tower.asked) == {"happy"}

    async def test_few_photos_are_found_behind_very_many(self, client_for: ClientFactory) -> None:
        """More pictures fit than are ranked, and none of them is under the filters."""
        deps = fake_deps(tower=FakeTower(CLIP, {"happy": [0.0, 1.0, 0.0]}, threshold=0.5))
        await library(deps, *VECTORS)
        for number in range(100, 100 + MOST_FOUND):
            await deps.pictures.put(photo_id(number), Embedding.of(CLIP, [0.0, 1.0, 0.0]))
        assert (await found(await client_for(SERVICE, deps), q="happy"))[0] == [2, 4]

    async def test_who_has_the_words_comes_first(self, client_for: ClientFactory) -> None:
        """A caption is what a person said; the picture is what a model thinks."""
        tower = FakeTower(CLIP, {"fireworks": [0.0, 1.0, 0.0]}, threshold=0.5)
        deps = fake_deps(tower=tower)
        await library(deps, *VECTORS)
        assert (await found(await client_for(SERVICE, deps), q="fireworks"))[0] == [4, 2]

    @pytest.mark.parametrize(
        ("tower", "reason"),
        [
            (FakeTower(why="No text model is installed."), "No text model is installed."),
            (FakeTower(CLIP, {"puppy": [0.0, 0.0, 0.0]}), "length zero"),
            (FakeTower(CLIP, {"puppy": [float("nan"), 1.0, 0.0]}), "numbers that are none"),
            (FakeTower(CLIP, {"puppy": [1.0, 0.0]}), "gives 2 numbers, clip-s does not"),
        ],
    )
    async def test_a_tower_that_cannot_be_used_leaves_the_search_by_words(
        self, client_for: ClientFactory, tower: FakeTower, reason: str
    ) -> None:
        """And the answer says why."""
        deps = fake_deps(tower=tower)
        await library(deps, *VECTORS)
        numbers, by = await found(await client_for(SERVICE, deps), q="puppy")
        assert numbers == [1]
        assert by is not None
        assert by["mode"] == "words"
        assert reason in by["why"]


class TestVisionTower:
    """The call to vision."""

    @staticmethod
    def tower(*answers: httpx.Response | httpx.HTTPError) -> tuple[VisionTower, list[httpx.Request]]:
        asked: list[httpx.Request] = []
        waiting = list(answers)

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            given = waiting.pop(0)
            if isinstance(given, httpx.HTTPError):
                raise given
            return given

        return VisionTower(httpx.AsyncClient(transport=httpx.MockTransport(answer)), "http://vision/"), asked

    @staticmethod
    def vector(model: str) -> httpx.Response:
        embedding = Embedding.of(model, [1.0, 0.0]).model_dump()
        return httpx.Response(200, json={"model": "t", "vector": embedding, "threshold": 0.1})

    async def test_a_query_is_asked_for_once(self) -> None:
        """A page, its facets and its timeline share it."""
        tower, asked = self.tower(self.vector(CLIP))
        first, second = await tower.embed("dog", CLIP), await tower.embed("dog", CLIP)
        assert first == second
        assert len(asked) == 1

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            (httpx.Response(501, json={"detail": "No text model is installed."}), "No text model is installed."),
            (httpx.Response(503, text="busy"), "status 503"),
            (httpx.Response(200, json={"nonsense": 1}), "no vector"),
            (httpx.ConnectError("refused"), "does not answer"),
        ],
    )
    async def test_a_refusal_is_a_sentence_and_is_believed_for_a_while(
        self, answer: httpx.Response | httpx.HTTPError, why: str
    ) -> None:
        """Each letter that is typed would ask again."""
        tower, asked = self.tower(answer)
        for text in ("d", "do"):
            refusal = await tower.embed(text, CLIP)
            assert why in getattr(refusal, "why", "")
        assert len(asked) == 1

    async def test_a_vector_of_another_pair_is_not_compared(self) -> None:
        """Cosines between models mean nothing."""
        tower, _ = self.tower(self.vector("other"))
        refusal = await tower.embed("dog", CLIP)
        assert "belongs to other, not clip-s" in getattr(refusal, "why", "")
