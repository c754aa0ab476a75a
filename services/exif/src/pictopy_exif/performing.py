"""One atomic write or its undoing, step by step, with the proof before the file is replaced."""

from pathlib import Path

from pictopy_exif.domain.digest import digest_of
from pictopy_exif.domain.patch import Patch
from pictopy_exif.domain.readout import lost, seen, unmet
from pictopy_exif.domain.records import Write
from pictopy_exif.domain.targets import temp_name
from pictopy_exif.places import Refused
from pictopy_exif.ports import Disk, MetadataReader
from pictopy_exif.preparing import Prepared


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
        disk.write_temp(temp, prepared.built.data, like, is_same_file=is_same_file)
        found = _prove(prepared, disk.read(temp), reader)
        _exchange(temp, prepared.path, prepared.hash_before, disk)
        return found
    finally:
        sweep(temp, disk)


def undo(write: Write, path: Path, packed: bytes, disk: Disk) -> None:
    """The file is byte for byte what it was before the write. Raises: OSError, ValueError, Refused."""
    old = old_bytes(write, path, packed, disk)
    if old is None:
        _take_away(path, write.hash_after, disk)
        return
    temp = path.with_name(temp_name(path.name, write.write_id))
    like = path if write.hash_after is not None else path.parent / Path(write.path).name
    try:
        disk.write_temp(temp, old, like, is_same_file=write.hash_after is not None)
        if digest_of(disk.read(temp)) != write.hash_before:
            raise Refused("the restored file reads back differently")
        put_in_place(temp, path, write.hash_after, disk)
    finally:
        sweep(temp, disk)


def old_bytes(write: Write, path: Path, packed: bytes, disk: Disk) -> bytes | None:
    """None: there was no file. Raises: Refused if the file is not as the write left it."""
    new = disk.read(path) if disk.exists(path) else None
    if (None if new is None else digest_of(new)) != write.hash_after:
        raise Refused("the file was changed by someone else since")
    if write.hash_before is None:
        return None
    old = Patch.unpack(packed).undo(new or b"")
    if digest_of(old) != write.hash_before:
        raise Refused("the kept bytes do not give back the file as it was")
    return old


def hash_at(path: Path, disk: Disk) -> str | None:
    """None where no file is. Raises: OSError."""
    try:
        return digest_of(disk.read(path))
    except FileNotFoundError:
        return None


def _prove(prepared: Prepared, data: bytes, reader: MetadataReader) -> list[str]:
    """What was written is on the disk, says every wish, keeps what others wrote, and holds the same picture."""
    if digest_of(data) != prepared.hash_after:
        raise Refused("the temporary file reads back differently")
    found = reader.read(data)
    if missing := unmet(prepared.built.wanted, found):
        raise Refused(f"the second reader does not find {'; '.join(missing)}")
    if gone := lost(prepared.before, found, prepared.built.change):
        raise Refused(f"the second reader finds changed what is not ours: {'; '.join(gone)}")
    proof = prepared.proof
    if proof is not None and proof.container.picture_digest(data) != proof.picture:
        raise Refused("the coded picture would change")
    if proof is not None and proof.container.rest_digest(data, proof.picture) != proof.rest:
        raise Refused("more than the metadata that we write would change")
    return seen(prepared.built.wanted, found)


def put_in_place(temp: Path, path: Path, expected: str | None, disk: Disk) -> None:
    _exchange(temp, path, expected, disk)
    disk.sync_folder(path.parent)


def _exchange(temp: Path, path: Path, expected: str | None, disk: Disk) -> None:
    if hash_at(path, disk) != expected:
        raise ChangedMeanwhile("the file was changed by someone else meanwhile")
    disk.replace(temp, path)


def _take_away(path: Path, expected: str | None, disk: Disk) -> None:
    if hash_at(path, disk) != expected:
        raise ChangedMeanwhile("the file was changed by someone else meanwhile")
    disk.remove(path)
    disk.sync_folder(path.parent)


def sweep(temp: Path, disk: Disk) -> None:
    """What cannot be swept now is swept at the next start, by the ledger's row."""
    try:
        disk.remove(temp)
    except OSError:
        return
