"""Opening the model desk on a data folder."""

import hashlib
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from pictopy_vision.catalogue_files import CHECKOUT, CatalogueError, read_catalogue
from pictopy_vision.choice_keeper import ChoicesError
from pictopy_vision.desk import Desk, open_desk
from pictopy_vision.model_folder import RECORD
from pictopy_vision.settings import VisionSettings

CONTENT = b"no real model, never opened"


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """Ours, with files that a test can write: all have the same few bytes."""
    folder = tmp_path / "catalogue"
    (folder / "licences").mkdir(parents=True)
    for name in ("yunet_n_dynamic", "face-reidentification-retail-0095", "sface_2021dec"):
        text = (CHECKOUT / f"{name}.yaml").read_text(encoding="utf-8")
        entry = read_catalogue(CHECKOUT).entries[name]  # type: ignore[index]  # an id is a plain text here
        text = text.replace(f"bytes: {entry.bytes}", f"bytes: {len(CONTENT)}")
        text = text.replace(f"sha256: {entry.sha256}", f"sha256: {hashlib.sha256(CONTENT).hexdigest()}")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        (folder / "licences" / entry.licence.text).write_text("A licence.", encoding="utf-8")
    return folder


async def opened(tmp_path: Path, catalogue: Path, stack: AsyncExitStack) -> Desk:
    settings = VisionSettings(token=SecretStr("x"), data_dir=tmp_path / "data", catalogue_dir=catalogue)
    return await open_desk(settings, stack)


def installed(desk: Desk, tmp_path: Path, *, with_records: bool) -> None:
    for entry in desk.shelf.entries.values():
        home = tmp_path / "data" / "models" / entry.id / entry.digest
        home.mkdir(parents=True)
        (home / entry.file).write_bytes(CONTENT)
        if with_records:
            (home / RECORD).write_text(entry.model_dump_json(exclude_defaults=True), encoding="utf-8")


async def test_a_library_of_an_older_version_has_something_to_carry_over(tmp_path: Path, catalogue: Path) -> None:
    """Its photos have embeddings though nobody wrote down which: a choice after the update begins a change."""
    async with AsyncExitStack() as stack:
        installed(await opened(tmp_path, catalogue, stack), tmp_path, with_records=False)
        desk = await opened(tmp_path, catalogue, stack)
        assert desk.shelf.choices.analysed["face_embedding"] == "face-reidentification-retail-0095"
        sface = next(entry for entry in desk.shelf.entries.values() if entry.id == "sface_2021dec")
        desk.shelf.use(sface, ("face_embedding",), desk.now())
        again = await opened(tmp_path, catalogue, stack)
        assert again.shelf.lineup.beside_models["face_embedding"] == ("face-reidentification-retail-0095",)


async def test_a_new_library_has_nothing_to_carry_over(tmp_path: Path, catalogue: Path) -> None:
    """Models that were only pulled so far leave the first choice free."""
    async with AsyncExitStack() as stack:
        installed(await opened(tmp_path, catalogue, stack), tmp_path, with_records=True)
        desk = await opened(tmp_path, catalogue, stack)
        assert desk.shelf.choices.analysed == {}
        assert desk.shelf.lineup.models["face_embedding"] == "face-reidentification-retail-0095"


async def test_what_is_wrong_stops_the_start_with_a_sentence(tmp_path: Path, catalogue: Path) -> None:
    """A catalogue that is none and choices that cannot be read are named, not guessed around."""
    async with AsyncExitStack() as stack:
        with pytest.raises(CatalogueError, match="no model entries"):
            await opened(tmp_path, tmp_path, stack)
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "choices.json").write_text("[]", encoding="utf-8")
        with pytest.raises(ChoicesError, match=r"choices\.json"):
            await opened(tmp_path, catalogue, stack)
