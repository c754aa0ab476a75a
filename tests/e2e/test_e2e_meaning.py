"""From a photo to the answer to a question in words: vision's towers, Qdrant's engine, search's API."""

from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import ModelsChanged, PhotoAdded
from pictopy_search.app import SERVICE as SEARCH
from pictopy_search.fake_deps import fake_deps, hear
from pictopy_search.vision_tower import VisionTower
from pictopy_testing.pair import COLOURS, IMAGE, made_pair
from pictopy_testing.photo_messages import photo, photo_id
from pictopy_testing.plugin import ClientFactory
from pictopy_vectors.edge import EdgeVectors
from pictopy_vision.analyse import analyse
from pictopy_vision.app import SERVICE as VISION
from pictopy_vision.catalogue_files import Catalogue
from pictopy_vision.deps import Deps
from pictopy_vision.domain.entry import Entry
from pictopy_vision.engine_onnx import OnnxEngine
from pictopy_vision.fakes import FakeShop
from pictopy_vision.model_folder import ModelFolder
from pictopy_vision.shelf import Shelf


def vision_with_the_pair(root: Path) -> Deps:
    pair = made_pair()
    image, text = Entry.model_validate(pair.image), Entry.model_validate(pair.text)
    store = ModelFolder(root)
    for one, file, content in (
        (image, image, pair.image_file),
        (text, text, pair.text_file),
        (text, text.files[0], pair.tokenizer),
    ):
        store.start_part(one, file).write_bytes(content)
        store.accept_part(one, file)
    catalogue = Catalogue({image.id: image, text.id: text}, {})
    shelf = Shelf(catalogue, store, OnnxEngine(1), lambda: 0.0)
    return Deps(**vars(FakeShop(catalogue).deps()) | {"shelf": shelf, "store": store})


@pytest.mark.e2e
async def test_words_find_the_picture_that_they_describe(tmp_path: Path, client_for: ClientFactory) -> None:
    """Photo, vision, Qdrant, query: the right photo first, and the answer says how it was found."""
    vision = vision_with_the_pair(tmp_path / "models")
    vectors = EdgeVectors(tmp_path / "qdrant")
    search = fake_deps(vectors=vectors, tower=VisionTower(await client_for(VISION, vision), "http://test"))
    await hear(ModelsChanged(revision=1, model_version="v1", models={"image_embedding": ModelId(IMAGE)}), search)
    for number, colour in enumerate(COLOURS.values(), 1):
        preview = cv2.imencode(".png", np.full((40, 60, 3), colour, np.uint8))[1].tobytes()
        await hear(PhotoAdded(photo=photo(number)), search)
        await hear(await analyse(photo_id(number), preview, vision), search)
    client = await client_for(SEARCH, search)
    for query, number in (("rose", 1), ("green grass", 2), ("a blue sky", 3)):
        page = await _page(client, query)
        assert [item["photo_id"] for item in page["items"]] == [photo_id(number)]
        assert page["by"]["mode"] == "pictures"
    assert (await _page(client, "🏖️"))["by"] is None
    await vectors.close()


async def _page(client: httpx.AsyncClient, query: str) -> Any:
    answer = await client.get("/v1/search", params={"q": query})
    assert answer.status_code == 200, answer.text
    return answer.json()
