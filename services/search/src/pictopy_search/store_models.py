"""The Postgres adapter: which photos have vectors of which image models."""

from collections.abc import Sequence
from typing import Any, LiteralString

from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_runtime.database import Connection, Database
from pictopy_search.domain.change import ImageModels


async def put_embeddings(connection: Connection, photo_id: PhotoId, models: Sequence[ModelId]) -> None:
    if not models:
        return
    await connection.execute(
        "INSERT INTO embeddings (model, photo_id) SELECT model, %s FROM unnest(%s::text[]) AS model"
        " ON CONFLICT DO NOTHING",
        (photo_id, list(models)),
    )


async def put_failure(connection: Connection, photo_id: PhotoId, model_version: str) -> None:
    await connection.execute(
        "INSERT INTO failed_looks (photo_id, model_version) VALUES (%s, %s)"
        " ON CONFLICT (photo_id) DO UPDATE SET model_version = excluded.model_version",
        (photo_id, model_version),
    )


async def read_models(connection: Connection) -> ImageModels:
    row = await (await connection.execute("SELECT * FROM image_models")).fetchone()
    return _models_of(row) if row else ImageModels()


async def put_models(connection: Connection, models: ImageModels) -> None:
    await connection.execute(PUT_MODELS, vars(models) | {"beside": list(models.beside)})


class PostgresModels:
    """Reads, outside of a unit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def models(self) -> ImageModels:
        async with self._database.transaction() as connection:
            return await read_models(connection)

    async def models_of(self, photo_id: PhotoId) -> list[ModelId]:
        rows = await self._read("SELECT model FROM embeddings WHERE photo_id = %s ORDER BY model", photo_id)
        return [row["model"] for row in rows]

    async def every_model(self) -> list[ModelId]:
        return [row["model"] for row in await self._read("SELECT DISTINCT model FROM embeddings ORDER BY model")]

    async def coverage(self, model: ModelId, model_version: str) -> tuple[int, int]:
        rows = await self._read(COVERAGE, model, model_version)
        return rows[0]["done"], rows[0]["total"]

    async def sample(self, model: ModelId, size: int) -> list[PhotoId]:
        rows = await self._read(
            "SELECT photo_id FROM embeddings WHERE model = %s ORDER BY photo_id LIMIT %s", model, size
        )
        return [row["photo_id"] for row in rows]

    async def forget_model(self, model: ModelId) -> None:
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM embeddings WHERE model = %s", (model,))

    async def _read(self, query: LiteralString, *values: object) -> list[dict[str, Any]]:
        async with self._database.transaction() as connection:
            return await (await connection.execute(query, values)).fetchall()


def _models_of(row: dict[str, Any]) -> ImageModels:
    fields = {name: value for name, value in row.items() if name != "is_only"}
    return ImageModels(**fields | {"beside": tuple(row["beside"])})


PUT_MODELS = """
    INSERT INTO image_models (revision, model_version, in_use, beside, active, previous, is_held)
    VALUES (%(revision)s, %(model_version)s, %(in_use)s, %(beside)s, %(active)s, %(previous)s, %(is_held)s)
    ON CONFLICT (is_only) DO UPDATE SET revision = excluded.revision, model_version = excluded.model_version,
        in_use = excluded.in_use, beside = excluded.beside, active = excluded.active, previous = excluded.previous,
        is_held = excluded.is_held
"""

# A photo that is not shown cannot be looked at again, and one that vision gave up on has had its look.
COVERAGE = """
    SELECT count(*) FILTER (WHERE e.photo_id IS NOT NULL OR f.photo_id IS NOT NULL) AS done, count(*) AS total
    FROM photos p
    JOIN (SELECT DISTINCT photo_id FROM embeddings) any_model USING (photo_id)
    LEFT JOIN embeddings e ON e.photo_id = p.photo_id AND e.model = %s
    LEFT JOIN failed_looks f ON f.photo_id = p.photo_id AND f.model_version = %s
    WHERE p.is_shown
"""
