"""The route that turns the words of a query into a vector."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from pictopy_contracts.ids import ModelId
from pictopy_contracts.vectors import Embedding
from pictopy_runtime.errors import AppError
from pictopy_runtime.http import deps_of
from pictopy_vision.deps import Deps
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.phrases import NoTextError
from pictopy_vision.phrases import NoTowerError

router = APIRouter(tags=["search"])


class PhraseBody(BaseModel):
    text: Annotated[str, Field(max_length=20_000)]
    image_model: ModelId | None = None
    """Whose pictures it will be compared with; without one those of the model in use."""


class PhraseView(BaseModel):
    """`vector.model` is the image model with whose vectors it may be compared."""

    model: ModelId
    vector: Embedding
    threshold: float


@router.post("/v1/embed-text")
async def embed_text(body: PhraseBody, deps: Annotated[Deps, Depends(deps_of)]) -> PhraseView:
    """The embedding of a query, for search by meaning; 501 with a sentence where no text model fits."""
    try:
        found = await deps.phrases.embed(body.text, body.image_model)
    except NoTextError as error:
        raise AppError(422, str(error)) from error
    except NoTowerError as error:
        raise AppError(501, str(error)) from error
    except ModelError as error:
        raise AppError(503, str(error)) from error
    return PhraseView(model=found.text_model, vector=found.embedding, threshold=found.threshold)
