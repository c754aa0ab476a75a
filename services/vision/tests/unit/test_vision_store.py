"""The store of model files: several files, several versions, folders of others."""

import hashlib
from pathlib import Path

import pytest

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import CHECKOUT, Catalogue, read_catalogue
from pictopy_vision.domain.entry import Companion, Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.fakes import FakeEngine, session_for
from pictopy_vision.model_folder import LICENCE, RECORD, ModelFolder
from pictopy_vision.shelf import Shelf

SHIPPED = read_catalogue(CHECKOUT)
OLD_BYTES, NEW_BYTES, WORDS = b"old" * 100, b"newer" * 100, b"tokens"


def sized(entry: Entry, content: bytes) -> Entry:
    return entry.model_copy(update={"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})


def put(folder: ModelFolder, entry: Entry, *contents: bytes) -> None:
    for file, content in zip(entry.every_file, contents, strict=True):
        folder.start_part(entry, file).write_bytes(content)
        folder.accept_part(entry, file)


YOLOX = SHIPPED.entries[ModelId("yolox_nano")]
OLD, NEW = sized(YOLOX, OLD_BYTES), sized(YOLOX, NEW_BYTES)
TOKENIZER = Companion(
    role="tokenizer",
    file="tokenizer.json",
    bytes=len(WORDS),
    sha256=hashlib.sha256(WORDS).hexdigest(),
    mirror="words/tokenizer.json",
)
PAIR = OLD.model_copy(update={"files": (TOKENIZER,)})


def test_a_model_of_two_files_is_there_with_both(tmp_path: Path) -> None:
    """One of two is nothing; with the second it is installed, and each is verified."""
    folder = ModelFolder(tmp_path)
    folder.start_part(PAIR).write_bytes(OLD_BYTES)
    folder.accept_part(PAIR)
    assert folder.installed([PAIR]) == frozenset()
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing"):
        folder.verify(PAIR)
    folder.start_part(PAIR, TOKENIZER).write_bytes(WORDS)
    folder.accept_part(PAIR, TOKENIZER)
    assert folder.installed([PAIR]) == {PAIR.id}
    folder.verify(PAIR)
    folder.path_of(PAIR, TOKENIZER).write_bytes(b"spoilt")
    with pytest.raises(ModelError, match=r"tokenizer\.json is not the file"):
        folder.verify(PAIR)


def test_another_companion_is_another_version() -> None:
    """The same weights with another tokenizer give other answers, so they have another name in the store."""
    other = TOKENIZER.model_copy(update={"sha256": "0" * 64})
    assert PAIR.digest != PAIR.model_copy(update={"files": (other,)}).digest
    assert OLD.digest == OLD.sha256[:16]


def test_a_version_explains_itself(tmp_path: Path) -> None:
    """Entry and licence lie beside the files, and read back they are the entry."""
    folder = ModelFolder(tmp_path, texts=SHIPPED.licences)
    put(folder, OLD, OLD_BYTES)
    assert folder.stored() == [OLD]
    home = folder.path_of(OLD).parent
    assert "Apache License" in (home / LICENCE).read_text(encoding="utf-8")
    (home / RECORD).write_text("{}", encoding="utf-8")
    assert folder.stored() == []
    assert folder.installed([OLD]) == {OLD.id}


def test_after_an_update_the_old_version_works_on(tmp_path: Path) -> None:
    """A catalogue with a newer file turns nothing off; once the new one is here it is used, and both can be seen."""
    folder = ModelFolder(tmp_path)
    put(folder, OLD, OLD_BYTES)
    updated = Catalogue({NEW.id: NEW}, SHIPPED.labels)
    engine = FakeEngine({NEW.id: session_for(NEW, lambda feed: [])})
    shelf = Shelf(updated, folder, engine, lambda: 0.0)
    assert shelf.lineup.entries["objects"] == OLD
    shelf.session(shelf.lineup.entries["objects"])
    put(folder, NEW, NEW_BYTES)
    assert shelf.refresh()
    assert shelf.lineup.entries["objects"] == NEW
    assert {version.digest for version in folder.versions(NEW.id)} == {OLD.digest, NEW.digest}
    folder.remove(NEW, OLD.digest)
    assert [version.digest for version in folder.versions(NEW.id)] == [NEW.digest]


def test_folders_of_others_are_read_and_never_changed(tmp_path: Path) -> None:
    """What a model container laid down is used while it is there, and is not ours to delete."""
    put(ModelFolder(tmp_path / "container"), OLD, OLD_BYTES)
    folder = ModelFolder(tmp_path / "own", [tmp_path / "container"])
    assert folder.installed([OLD]) == {OLD.id}
    assert folder.path_of(OLD).is_relative_to(tmp_path / "container")
    with pytest.raises(ModelError, match="take its model container away"):
        folder.remove(OLD)
    assert folder.installed([OLD]) == {OLD.id}
    for path in (tmp_path / "container").glob("*/*/*"):
        path.unlink()
    assert folder.installed([OLD]) == frozenset()


def test_a_size_in_whole_mebibytes_leaves_the_word_to_the_hash(tmp_path: Path) -> None:
    """Where the publisher rounds, other sizes are no reason to refuse, other bytes are."""
    rounded = OLD.model_copy(update={"bytes": 1 << 20, "is_size_rounded": True})
    folder = ModelFolder(tmp_path)
    put(folder, rounded, OLD_BYTES)
    assert folder.installed([rounded]) == {rounded.id}
    folder.start_part(rounded).write_bytes(NEW_BYTES)
    with pytest.raises(ModelError, match="not the file of the catalogue"):
        folder.accept_part(rounded)


def test_an_unknown_model_explains_itself_too(tmp_path: Path) -> None:
    """A model that the catalogue lacks is offered by the entry beside it, if its labels are known here."""
    own = OLD.model_copy(update={"id": ModelId("my_yolox")})
    foreign = OLD.model_copy(
        update={"id": ModelId("strange"), "output": OLD.output.model_copy(update={"labels": "strange.txt"})}
    )
    folder = ModelFolder(tmp_path)
    put(folder, own, OLD_BYTES)
    put(folder, foreign, OLD_BYTES)
    shelf = Shelf(SHIPPED, folder, FakeEngine(), lambda: 0.0)
    assert shelf.lineup.models["objects"] == "my_yolox"
    assert "strange" not in shelf.entries
