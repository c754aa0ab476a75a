"""A small real image/text pair through the very code that a large one takes: the store's folder, ONNX Runtime, the
tokenizer, the route."""

from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.vectors import Embedding
from pictopy_testing.pair import COLOURS, IMAGE, MEANINGS, TEXT, made_pair
from pictopy_testing.plugin import ClientFactory
from pictopy_vision.analyse import analyse
from pictopy_vision.app import SERVICE
from pictopy_vision.catalogue_files import Catalogue
from pictopy_vision.deps import Deps
from pictopy_vision.domain.entry import Entry
from pictopy_vision.engine_onnx import OnnxEngine
from pictopy_vision.fakes import FakeShop
from pictopy_vision.model_folder import ModelFolder
from pictopy_vision.shelf import Shelf


class Made:
    """A vision service with the pair in its real folder. `tokens` and `meanings` may be spoilt."""

    def __init__(self, root: Path, tokens: bytes | None = None, meanings: np.ndarray[Any, Any] = MEANINGS) -> None:
        pair = made_pair(tokens, meanings)
        image, text = Entry.model_validate(pair.image), Entry.model_validate(pair.text)
        store = ModelFolder(root)
        for one, content in ((image, pair.image_file), (text, pair.text_file)):
            store.start_part(one).write_bytes(content)
            store.accept_part(one)
        store.start_part(text, text.files[0]).write_bytes(pair.tokenizer)
        store.accept_part(text, text.files[0])
        self.seconds = 0.0
        catalogue = Catalogue({image.id: image, text.id: text}, {})
        shelf = Shelf(catalogue, store, OnnxEngine(1), lambda: self.seconds)
        given = vars(FakeShop(catalogue).deps()) | {"shelf": shelf, "store": store}
        self.deps = Deps(**{name: value for name, value in given.items() if name != "phrases"})

    async def picture(self, colour: tuple[int, int, int]) -> Embedding:
        image = np.full((60, 90, 3), colour, dtype=np.uint8)
        seen = await analyse(PhotoId("1" * 32), cv2.imencode(".png", image)[1].tobytes(), self.deps)
        assert seen.embedding is not None
        return seen.embedding

    async def client(self, client_for: ClientFactory) -> httpx.AsyncClient:
        return await client_for(SERVICE, self.deps)


async def asked(client: httpx.AsyncClient, text: str, status: int = 200, **given: str) -> Any:
    answer = await client.post("/v1/embed-text", json={"text": text, **given})
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize(("text", "colour"), [("a red rose", "red"), ("Grass", "green"), ("the SKY", "blue")])
async def test_words_are_nearest_to_their_picture(
    tmp_path: Path, client_for: ClientFactory, text: str, colour: str
) -> None:
    """Photo and query through both towers, compared by cosine: the right one first, and only it passes."""
    made = Made(tmp_path)
    told = await asked(await made.client(client_for), text)
    query = Embedding.model_validate(told["vector"])
    pictures = {name: await made.picture(bgr) for name, bgr in COLOURS.items()}
    assert {query.model, *(one.model for one in pictures.values())} == {IMAGE}
    cosines = {name: float(np.dot(query.values(), one.values())) for name, one in pictures.items()}
    assert [name for name, cosine in cosines.items() if cosine >= told["threshold"]] == [colour]
    assert told["model"] == TEXT


async def test_the_towers_rest_apart(tmp_path: Path, client_for: ClientFactory) -> None:
    """A text tower and its tokenizer are given back when no query came for a while; pictures go on."""
    made = Made(tmp_path)
    await asked(await made.client(client_for), "red")
    made.seconds = 100.0
    await made.picture((0, 0, 255))
    assert made.deps.shelf.loaded == [IMAGE, TEXT]
    assert made.deps.phrases.tokenizers.loaded == [TEXT]
    made.deps.shelf.unload_idle(50.0)
    assert made.deps.shelf.loaded == [IMAGE]
    assert made.deps.phrases.tokenizers.loaded == []
    await asked(await made.client(client_for), "red")


@pytest.mark.parametrize(
    ("text", "status", "why"),
    [("", 422, "empty"), (" \n\t\x00 ", 422, "empty"), ("🏖️", 503, "no direction"), ("犬", 503, "no direction")],
)
async def test_what_has_no_meaning_is_told(
    tmp_path: Path, client_for: ClientFactory, text: str, status: int, why: str
) -> None:
    """With a sentence; an unknown word has no direction in a tower of eight words."""
    assert why in (await asked(await Made(tmp_path).client(client_for), text, status))["detail"]


async def test_a_long_text_is_cut(tmp_path: Path, client_for: ClientFactory) -> None:
    """Ten thousand characters are read from their beginning."""
    client = await Made(tmp_path).client(client_for)
    assert await asked(client, "red " * 2500) == await asked(client, "red " * 8)


async def test_another_image_model_has_no_tower(tmp_path: Path, client_for: ClientFactory) -> None:
    """501: pictures of one model are never compared with words of another."""
    told = await asked(await Made(tmp_path).client(client_for), "red", 501, image_model="other")
    assert "No text model that belongs to other" in told["detail"]


@pytest.mark.parametrize("tokens", [b"{}", b"no json", b"\xff\xfe\x00", b'{"model": 1}'])
async def test_a_broken_tokenizer_is_told(tmp_path: Path, client_for: ClientFactory, tokens: bytes) -> None:
    """With the model's id and the file's name."""
    detail = (await asked(await Made(tmp_path, tokens=tokens).client(client_for), "red", 503))["detail"]
    assert "colours_text" in detail
    assert "tokenizer.json" in detail


async def test_a_tower_that_gives_no_numbers_is_told(tmp_path: Path, client_for: ClientFactory) -> None:
    """NaN is no vector."""
    client = await Made(tmp_path, meanings=np.full_like(MEANINGS, np.nan)).client(client_for)
    assert "no direction" in (await asked(client, "red", 503))["detail"]
