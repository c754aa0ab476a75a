"""Asks vision for the vector of a query: the one call that search makes to another service."""

import time
from collections import OrderedDict

import httpx
from pydantic import BaseModel, ValidationError

from pictopy_contracts.ids import ModelId
from pictopy_contracts.vectors import Embedding
from pictopy_search.towers import NoVector, QueryVector

TIMEOUT_S = 15.0  # a text tower that rests has to be loaded first
REMEMBERED = 256  # a page, its facets and its timeline ask for the same query
REFUSAL_S = 20.0  # so long a «no» is believed, so that not each letter of a query pays for another


class Answered(BaseModel):
    model: ModelId
    vector: Embedding
    threshold: float


class VisionTower:
    def __init__(self, client: httpx.AsyncClient, vision_url: str) -> None:
        self._client = client
        self._url = vision_url.rstrip("/")
        self._known: OrderedDict[tuple[str, ModelId], QueryVector] = OrderedDict()
        self._refused: dict[ModelId, tuple[float, NoVector]] = {}

    async def embed(self, text: str, image_model: ModelId) -> QueryVector | NoVector:
        known = self._known.get((text, image_model))
        if known is not None:
            return known
        since, refusal = self._refused.get(image_model, (0.0, None))
        if refusal is not None and time.monotonic() - since < REFUSAL_S:
            return refusal
        answer = await self._ask(text, image_model)
        if isinstance(answer, NoVector):
            self._refused[image_model] = time.monotonic(), answer
            return answer
        self._known[text, image_model] = answer
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return answer

    async def _ask(self, text: str, image_model: ModelId) -> QueryVector | NoVector:
        asked = {"text": text, "image_model": image_model}
        try:
            response = await self._client.post(f"{self._url}/v1/embed-text", json=asked, timeout=TIMEOUT_S)
        except httpx.HTTPError:
            return NoVector("Vision does not answer at the moment.")
        if response.status_code != httpx.codes.OK:
            return NoVector(_reason(response))
        try:
            answered = Answered.model_validate_json(response.content)
        except ValidationError:
            return NoVector("Vision answered with something that is no vector.")
        if answered.vector.model != image_model:
            return NoVector(f"The text model {answered.model} belongs to {answered.vector.model}, not {image_model}.")
        return QueryVector(answered.model, answered.vector, answered.threshold)


def _reason(response: httpx.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"Vision answered with status {response.status_code}."
