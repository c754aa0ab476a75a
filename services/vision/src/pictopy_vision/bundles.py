"""Bundles: installed models in one tar file, made on one machine and taken on another that has no network.

`manifest.json` comes first, then `models/<id>/<digest>/<file>` with the licence's text beside it. The same models give
the same bytes: names in order, no times, no owners. A bundle is believed in nothing: its files are verified against
the catalogue of the machine that takes it.
"""

import json
import logging
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.sources import lacks_space
from pictopy_vision.model_folder import CHUNK_BYTES, LICENCE, RECORD, ModelFolder
from pictopy_vision.shelf import Shelf

log = logging.getLogger(__name__)
MANIFEST, FORMAT, VERSION = "manifest.json", "pictopy-models", 1
BLOCK_BYTES = tarfile.BLOCKSIZE


class BundleError(Exception):
    """The file is no bundle, or has something that does not belong there."""


class Packed(BaseModel):
    id: ModelId
    digest: str
    files: list[str]


class Manifest(BaseModel):
    format: str = FORMAT
    version: int = VERSION
    models: list[Packed]


class Bundles:
    def __init__(self, shelf: Shelf, folder: ModelFolder) -> None:
        self._shelf = shelf
        self._folder = folder

    def landing(self) -> Path:
        """Folder for a bundle on its way in: on the disk that its files will lie on."""
        self._folder.root.mkdir(parents=True, exist_ok=True)
        return self._folder.root

    def pack(self, entries: Sequence[Entry]) -> Iterator[bytes]:
        """The tar in chunks; blocks while it reads. Verify the entries first: a bundle of spoilt files helps nobody."""
        chosen = sorted(entries, key=lambda entry: entry.id)
        packed = [
            Packed(id=each.id, digest=each.digest, files=[file.file for file in each.every_file]) for each in chosen
        ]
        yield from _member(MANIFEST, (json.dumps(Manifest(models=packed).model_dump(), indent=1) + "\n").encode())
        for entry in chosen:
            home = f"models/{entry.id}/{entry.digest}"
            yield from _member(f"{home}/{LICENCE}", self._shelf.catalogue.licences.get(entry.licence.text, "").encode())
            yield from _member(
                f"{home}/{RECORD}", (entry.model_dump_json(indent=1, exclude_defaults=True) + "\n").encode()
            )
            for file in entry.every_file:
                yield from _file_member(f"{home}/{file.file}", self._folder.path_of(entry, file))
        yield bytes(2 * BLOCK_BYTES)

    def take(self, bundle: Path) -> list[ModelId]:
        """Install what the bundle has, but for what is here already; gives all ids. Blocks.

        Raises BundleError for what is no bundle, ModelError for a file that is not the catalogue's.
        """
        try:
            with tarfile.open(bundle, "r:") as tar:
                entries = [self._known(packed) for packed in _manifest(tar).models]
                for entry in entries:
                    self._take(tar, entry)
        except (tarfile.TarError, EOFError) as error:
            raise BundleError(f"this is no whole bundle: {error}") from error
        return [entry.id for entry in entries]

    def _known(self, packed: Packed) -> Entry:
        entry = self._shelf.catalogue.entries.get(packed.id)
        if entry is None:
            raise BundleError(f"the bundle has model {packed.id}, which the catalogue here does not know")
        if entry.digest != packed.digest:
            raise BundleError(
                f"the bundle has version {packed.digest} of model {packed.id}, the catalogue here has {entry.digest}; "
                "use the same version of PictoPy on both machines"
            )
        return entry

    def _take(self, tar: tarfile.TarFile, entry: Entry) -> None:
        if self._folder.installed([entry]):
            return
        for file in entry.every_file:
            member = _find(tar, f"models/{entry.id}/{entry.digest}/{file.file}")
            reason = lacks_space(file, 0, self._folder.free_bytes())
            if reason or member.size > file.most_bytes:
                raise ModelError(entry.id, reason or f"{file.file} has {member.size:,} bytes, too many")
            source = tar.extractfile(member)
            if source is None:
                raise BundleError(f"{member.name} is no file")
            with source, self._folder.start_part(entry, file).open("wb") as part:
                shutil.copyfileobj(source, part, CHUNK_BYTES)
            self._folder.accept_part(entry, file)
        self._try_out(entry)

    def _try_out(self, entry: Entry) -> None:
        try:
            self._shelf.try_out(entry)
        except ModelError:
            self._folder.remove(entry, entry.digest)
            raise
        log.info("model %s is installed from a bundle", entry.id)


def _manifest(tar: tarfile.TarFile) -> Manifest:
    source = tar.extractfile(_find(tar, MANIFEST))
    try:
        manifest = Manifest.model_validate_json(source.read(CHUNK_BYTES) if source else b"")
    except ValidationError as error:
        raise BundleError(f"its {MANIFEST} cannot be read: {error}") from error
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise BundleError(f"it is a {manifest.format} {manifest.version}, not a {FORMAT} {VERSION}")
    return manifest


def _find(tar: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    try:
        return tar.getmember(name)
    except KeyError:
        raise BundleError(f"the bundle has no {name}") from None


def _member(name: str, content: bytes) -> Iterator[bytes]:
    yield _header(name, len(content))
    yield content + _padding(len(content))


def _file_member(name: str, path: Path) -> Iterator[bytes]:
    size = path.stat().st_size
    yield _header(name, size)
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK_BYTES):
            yield chunk
    yield _padding(size)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK_BYTES)
