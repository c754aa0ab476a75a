"""Bring a model's files, each checked against the catalogue, into a folder: stage.py ID OUT [MIRROR].

Runs where the vision service is installed, which also means: inside its image. Prints version, title and licence, each
on a line of its own.
"""

import asyncio
import sys
from pathlib import Path

import httpx

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import catalogue_folder, read_catalogue
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.fetch import Fetcher
from pictopy_vision.model_folder import ModelFolder


async def stage(model_id: ModelId, out: Path, mirror: str) -> None:
    """`out`/<id>/<version>/ then holds the files, `entry.json` and `LICENCE.txt`. Raises ModelError."""
    catalogue = read_catalogue(catalogue_folder(None))
    if model_id not in catalogue.entries:
        raise ModelError(model_id, f"is not in the catalogue, which has {', '.join(sorted(catalogue.entries))}")
    entry = catalogue.entries[model_id]
    async with httpx.AsyncClient(follow_redirects=True, timeout=60) as client:
        await Fetcher(ModelFolder(out, texts=catalogue.licences), client, mirror).fetch(entry, lambda _: None)
    print(entry.digest, entry.title, entry.licence.name, sep="\n")  # noqa: T201  # what the caller reads


if __name__ == "__main__":
    try:
        asyncio.run(stage(ModelId(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else ""))
    except ModelError as error:
        sys.exit(str(error))
