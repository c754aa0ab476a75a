"""One atomic write or its undoing, step by step, with the proof before the file is replaced."""

from pathlib import Path

from pictopy_exif.domain.digest import digest_of, digests_of
from pictopy_exif.domain.patch import Patch
from pictopy_exif.domain.readout import lost, unmet
from pictopy_exif.domain.records import Write
from pictopy_exif.domain.statements import in_words
from pictopy_exif.domain.targets import temp_name
from pictopy_exif.places import Refused
from pictopy_exif.ports import Disk, MetadataReader
from pictopy_exif.preparing import Prepared, Proof, front_of


class ChangedMeanwhile(Refused):
    """Somebody else wrote the file after it was read; it has to be read again."""


def perform(prepared: Prepared, write_id: int, disk: Disk, reader: MetadataReader) -> list[str]:
    """The file says what was wished, or is as it was; its folder is still to be synced. Returns what the second reader
    found of the wishes, in words. Raises: OSError, ValueError, Refused."""
    if prepared.built.data is None:
        _take_away(prepared.path, prepared.hash_before, disk)
        return []
    is_same_file = prepared.hash_before is not None
    temp = prepared.path.with_name(temp_name(prepared.path.name, write_id))
    like = prepared.path if is_same_file else prepared.photo
    try:
        tail_from = None if prepared.proof is None else prepared.proof.tail_from
        disk.write_temp(temp, prepared.built.data, like, is_same_file=is_same_file, tail_from=tail_from)
        try:
            found = _prove(prepared, temp, disk, reader)
        finally:
            _refuse_changed(prepared.path, prepared.hash_before, disk)
        disk.replace(temp, prepared.path)
        return found
    finally:
        sweep(temp, disk)


def undo(write: Write, path: Path, packed: bytes, disk: Disk) -> None:
    """The file is byte for byte what it was before the write; its folder is still to be synced. Raises: OSError,
    ValueError, Refused."""
    if write.hash_before is None:
        _take_away(path, write.hash_after, disk)
        return
    patch, is_there = Patch.unpack(packed), write.hash_after is not None
    temp = path.with_name(temp_name(path.name, write.write_id))
    like = path if is_there else path.parent / Path(write.path).name
    try:
        old = patch.undo(disk.read(path, patch.end) if is_there else b"")
        disk.write_temp(temp, old, like, is_same_file=is_there, tail_from=patch.end if is_there else None)
        is_restored = hash_at(temp, disk) == write.hash_before
        _refuse_changed(path, write.hash_after, disk)
        if not is_restored:
            raise Refused("the kept bytes do not give back the file as it was")
        disk.replace(temp, path)
    finally:
        sweep(temp, disk)


def hash_at(path: Path, disk: Disk) -> str | None:
    """None where no file is. Raises: OSError."""
    try:
        [digest] = digests_of(disk.tail(path), ())
    except FileNotFoundError:
        return None
    return digest


def _prove(prepared: Prepared, temp: Path, disk: Disk, reader: MetadataReader) -> list[str]:
    """What was written is on the disk, says every wish, keeps what others wrote, and holds the same picture."""
    proof = prepared.proof
    front = disk.read(temp) if proof is None else front_of(proof.container, temp, disk)
    if proof is None:
        after, digest = None, digest_of(front)
    else:
        after, [digest] = Proof.of(proof.container, temp, disk, front)
    if digest != prepared.hash_after:
        raise Refused("the temporary file reads back differently")
    found = reader.read(front)
    if missing := unmet(prepared.built.wanted, found):
        raise Refused(f"the second reader does not find {'; '.join(missing)}")
    if gone := lost(prepared.before, found, prepared.built.change):
        raise Refused(f"the second reader finds changed what is not ours: {'; '.join(gone)}")
    if proof is not None and after is not None:
        if after.picture != proof.picture:
            raise Refused("the coded picture would change")
        if after.rest != proof.rest:
            raise Refused("more than the metadata that we write would change")
    return [in_words(said) for said in prepared.built.wanted]


def put_in_place(temp: Path, path: Path, expected: str | None, disk: Disk) -> None:
    _refuse_changed(path, expected, disk)
    disk.replace(temp, path)
    disk.sync_folder(path.parent)


def _take_away(path: Path, expected: str | None, disk: Disk) -> None:
    _refuse_changed(path, expected, disk)
    disk.remove(path)


def _refuse_changed(path: Path, expected: str | None, disk: Disk) -> None:
    """Raises: ChangedMeanwhile."""
    if hash_at(path, disk) != expected:
        raise ChangedMeanwhile("the file was changed by someone else meanwhile")


def sweep(temp: Path, disk: Disk) -> None:
    """What cannot be swept now is swept at the next start, by the ledger's row."""
    try:
        disk.remove(temp)
    except OSError:
        return
