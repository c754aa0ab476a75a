"""Bundles: the same bytes for the same models, and nothing taken that is not the catalogue's."""

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from pictopy_contracts.ids import ModelId
from pictopy_vision.bundles import MANIFEST, BundleError, Bundles
from pictopy_vision.catalogue_files import CHECKOUT, Catalogue, read_catalogue
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.fakes import FakeEngine, session_for
from pictopy_vision.model_folder import ModelFolder
from pictopy_vision.shelf import Shelf

SHIPPED = read_catalogue(CHECKOUT)
CONTENT = bytes(range(256)) * 9  # no multiple of a tar block


def small(name: str) -> Entry:
    digest = hashlib.sha256(CONTENT).hexdigest()
    return SHIPPED.entries[ModelId(name)].model_copy(update={"bytes": len(CONTENT), "sha256": digest})


ENTRIES = {name: small(name) for name in ("yolox_nano", "fastestdet")}
CATALOGUE = Catalogue({entry.id: entry for entry in ENTRIES.values()}, SHIPPED.labels, SHIPPED.licences)


def desk(root: Path, catalogue: Catalogue = CATALOGUE) -> tuple[Bundles, ModelFolder, FakeEngine]:
    folder = ModelFolder(root, texts=catalogue.licences)
    engine = FakeEngine({entry.id: session_for(entry, lambda feed: []) for entry in catalogue.entries.values()})
    return Bundles(Shelf(catalogue, folder, engine, lambda: 0.0), folder), folder, engine


def full(root: Path) -> Bundles:
    bundles, folder, _ = desk(root)
    for entry in ENTRIES.values():
        folder.start_part(entry).write_bytes(CONTENT)
        folder.accept_part(entry)
    return bundles


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    file = tmp_path / "models.tar"
    file.write_bytes(b"".join(full(tmp_path / "here").pack(list(ENTRIES.values()))))
    return file


def test_a_bundle_is_a_tar_that_anyone_can_read(bundle: Path) -> None:
    """The manifest first, then each model with its licence, without times or owners."""
    with tarfile.open(bundle) as tar:
        names, members = tar.getnames(), tar.getmembers()
        licence = tar.extractfile(f"models/fastestdet/{ENTRIES['fastestdet'].digest}/LICENCE.txt")
        assert licence
        assert b"BSD 3-Clause" in licence.read()
    assert names[0] == MANIFEST
    assert sum(name.endswith(".onnx") for name in names) == 2
    assert {(member.mtime, member.uid, member.uname) for member in members} == {(0, 0, "")}


def test_the_same_models_give_the_same_bytes(tmp_path: Path, bundle: Path) -> None:
    """In whatever order they are named, on whichever machine."""
    again = b"".join(full(tmp_path / "elsewhere").pack(list(reversed(ENTRIES.values()))))
    assert again == bundle.read_bytes()


def test_taken_is_installed_and_twice_is_once(tmp_path: Path, bundle: Path) -> None:
    """The files stand verified under their names; a second time changes nothing."""
    bundles, folder, engine = desk(tmp_path / "there")
    assert sorted(bundles.take(bundle)) == ["fastestdet", "yolox_nano"]
    for entry in ENTRIES.values():
        folder.verify(entry)
    opened = list(engine.opened)
    bundles.take(bundle)
    assert engine.opened == opened


def changed(bundle: Path, name: str, content: bytes) -> Path:
    """The bundle with other bytes in the members whose names end so."""
    with tarfile.open(bundle) as old, tarfile.open(bundle.with_name("changed.tar"), "w") as new:
        for member in old.getmembers():
            source = old.extractfile(member)
            data = content if member.name.endswith(name) else source.read() if source else b""
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return bundle.with_name("changed.tar")


def test_wrong_bytes_are_refused_with_the_models_name(tmp_path: Path, bundle: Path) -> None:
    """A bundle is believed in nothing: changed and longer files, and files that are no model."""
    for content, reason in ((b"x" * len(CONTENT), "is not the file"), (CONTENT * 400, "too many")):
        bundles, folder, _ = desk(tmp_path / "there")
        with pytest.raises(ModelError, match=reason) as raised:
            bundles.take(changed(bundle, "FastestDet.onnx", content))
        assert "fastestdet" in str(raised.value)
        assert ModelId("fastestdet") not in folder.installed(ENTRIES.values())
    bundles, folder, engine = desk(tmp_path / "there")
    engine.sessions.clear()
    with pytest.raises(ModelError, match="it is no model"):
        bundles.take(bundle)
    assert folder.installed(ENTRIES.values()) == frozenset()


def test_a_cut_bundle_is_no_bundle(tmp_path: Path, bundle: Path) -> None:
    """Cut anywhere it is refused with a sentence, and no half model is left under a name."""
    whole = bundle.read_bytes()
    for length in (0, 100, 700, len(whole) // 2, len(whole) - 3000):
        (tmp_path / "cut.tar").write_bytes(whole[:length])
        bundles, folder, _ = desk(tmp_path / str(length))
        with pytest.raises((BundleError, ModelError)):
            bundles.take(tmp_path / "cut.tar")
        assert all(
            not path.name.endswith(".onnx") or path.read_bytes() == CONTENT for path in folder.root.rglob("*.onnx")
        )


def test_what_the_catalogue_here_does_not_know_is_told(tmp_path: Path, bundle: Path) -> None:
    """An unknown model, another version, another format, a manifest that is none."""
    other = small("yolox_nano").model_copy(update={"sha256": "0" * 64})
    less = Catalogue({other.id: other}, SHIPPED.labels, SHIPPED.licences)
    bundles, _, _ = desk(tmp_path / "there", less)
    with pytest.raises(BundleError, match="does not know"):
        bundles.take(bundle)
    manifest = {
        "format": "pictopy-models",
        "version": 1,
        "models": [{"id": "yolox_nano", "digest": "1" * 16, "files": []}],
    }
    for content, reason in (
        (json.dumps(manifest), "use the same version of PictoPy"),
        (json.dumps(manifest | {"version": 2}), "not a pictopy-models 1"),
        ("[]", "cannot be read"),
    ):
        with pytest.raises(BundleError, match=reason):
            bundles.take(changed(bundle, MANIFEST, content.encode()))
