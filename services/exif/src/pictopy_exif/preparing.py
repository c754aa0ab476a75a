"""What a write would do to each file of a photo, worked out without writing anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pictopy_contracts.messages import FileRef
from pictopy_exif.domain import build
from pictopy_exif.domain.build import Built
from pictopy_exif.domain.containers import Container, Unsafe, container_of
from pictopy_exif.domain.digest import digest_of, digests_of
from pictopy_exif.domain.mapping import statements_of
from pictopy_exif.domain.merge import Ours, ours_after
from pictopy_exif.domain.packet import is_silent
from pictopy_exif.domain.readout import Readout
from pictopy_exif.domain.records import PhotoState, Place, Write, writes_behind
from pictopy_exif.domain.statements import Statement
from pictopy_exif.domain.targets import FileFacts, Policy, Target, is_as_imported, target_of, why_not_embedded
from pictopy_exif.places import Refused, in_words, inside, relative_to, sidecar_of
from pictopy_exif.ports import Disk, MetadataReader, Unreadable

FRONT_BYTES = 1 << 18  # that the header of a JPEG mostly fits into
TRIES_FOR_INGEST = 4  # the fourth try is 36 minutes after the first; ingest scans even unwatched folders within 15


@dataclass(frozen=True)
class Job:
    """One file of a photo, and all earlier writes for the photo."""

    state: PhotoState
    file: FileRef
    writes: list[Write]

    @property
    def root(self) -> str:
        return self.state.roots[self.file.library_id]

    @cached_property
    def wanted(self) -> tuple[Statement, ...]:
        return statements_of(self.state.wishes, self.state.picture) if self.state.picture else ()

    @property
    def held_bytes(self) -> int:
        """How much of the file is in memory at most, while it waits to be written."""
        is_jpeg = self.state.picture is not None and self.state.picture.format == "jpeg"
        return min(self.file.size_bytes, FRONT_BYTES) if is_jpeg else self.file.size_bytes

    def ours(self, target: Target) -> Ours:
        places = {(each.library_id, each.path) for each in self.state.files}
        return ours_after(each.change for each in writes_behind(self.writes, self.place(target, ""), places))

    def place(self, target: Target, written_path: str) -> Place:
        return Place(
            photo_id=self.state.photo_id,
            library_id=self.file.library_id,
            path=self.file.path,
            target=target,
            written_path=written_path,
        )


@dataclass(frozen=True)
class Proof:
    """Of a file that is written into: its picture, and all that must stay as it is. Only the front of a long file is
    ever in memory."""

    container: Container
    picture: str
    rest: str
    tail_from: int
    """How long its front is."""

    @classmethod
    def of(
        cls, container: Container, path: Path, disk: Disk, front: bytes, *fronts: bytes
    ) -> tuple["Proof", list[str]]:
        """And the digests of the file, and of those that had one of `fronts` instead of its own. Raises: Unsafe."""
        wholes = ([each] for each in (front, *fronts))
        picture, *digests = digests_of(disk.tail(path, len(front)), container.picture(front), *wholes)
        return cls(container, picture, container.rest_digest(front, picture), len(front)), digests


@dataclass(frozen=True)
class Prepared:
    """`path` is what will be written, `photo` the file of the picture; `proof`: None for a sidecar."""

    place: Place
    path: Path
    photo: Path
    built: Built
    before: Readout
    hash_before: str | None
    hash_after: str | None
    proof: Proof | None
    note: str | None
    """Why it is not embedded, where that is what the user might expect."""

    @property
    def picture(self) -> str | None:
        return None if self.proof is None else self.proof.picture


class Preparer:
    def __init__(self, disk: Disk, reader: MetadataReader, max_embed_bytes: int) -> None:
        self._disk = disk
        self._reader = reader
        self._max_embed_bytes = max_embed_bytes

    def prepare(self, job: Job, policy: Policy, picture: str | None = None) -> list[Prepared]:
        """One for each place that does not say what it should: where the policy points to, and where something of
        ours stands from earlier. `picture`: of the file when it was read first. Raises: Refused."""
        if not job.wanted and not any(job.ours(target).statements for target in ("embedded", "sidecar")):
            return []
        try:
            return self._prepare(job, policy, picture)
        except (OSError, ValueError) as error:
            raise Refused(in_words(error)) from error

    def _prepare(self, job: Job, policy: Policy, picture: str | None) -> list[Prepared]:
        photo = inside(job.root, job.file.path)
        facts = self._disk.facts(photo)
        self._refuse_another(job, photo, facts, picture)
        container = container_of(facts.head, facts.name)
        reason = why_not_embedded(facts, self._max_embed_bytes)
        target = target_of(policy, reason)
        done: list[Prepared | None] = []
        if container is not None and reason is None and (target == "embedded" or job.ours("embedded").statements):
            try:
                done.append(self._embedded(job, photo, container))
            except Unsafe as error:
                reason, target = str(error), target_of(policy, str(error))
        if target == "sidecar" or job.ours("sidecar").statements:
            done.append(self._sidecar(job, photo, facts, None if policy == "sidecar" else reason))
        return [each for each in done if each is not None]

    def _refuse_another(self, job: Job, photo: Path, facts: FileFacts, picture: str | None) -> None:
        """Names must not go into a picture that took the place of theirs before ingest saw it. Raises: Refused.

        Ingest tells of another picture, but not of a file whose picture and known facts are the same: after some time
        of silence that is what it is.
        """
        if is_as_imported(facts, job.file) or job.state.wish.attempts >= TRIES_FOR_INGEST:
            return
        data = self._disk.read(photo)
        known = {known for each in job.writes for known in (each.hash_before, each.hash_after)}
        if digest_of(data) in known or (picture is not None and _picture_of(data, facts) == picture):
            return
        raise Refused("the file is not as it was imported; it waits for the next scan")

    def _embedded(self, job: Job, photo: Path, container: Container) -> Prepared | None:
        front = front_of(container, photo, self._disk)
        before = self._readout(front)
        built = build.embedded(container, front, job.wanted, job.ours("embedded"), before.iim_keywords)
        if built is None or built.data is None:
            return None
        proof, (hash_before, hash_after) = Proof.of(container, photo, self._disk, front, built.data)
        return Prepared(
            place=job.place("embedded", relative_to(job.root, photo)),
            path=photo,
            photo=photo,
            built=built,
            before=before,
            hash_before=hash_before,
            hash_after=hash_after,
            proof=proof,
            note=None,
        )

    def _sidecar(self, job: Job, photo: Path, facts: FileFacts, note: str | None) -> Prepared | None:
        path = sidecar_of(photo, self._disk)
        old = self._disk.read(path) if self._disk.exists(path) else None
        seed, iim_keywords = self._said_in_file(job, photo, facts)
        built = build.sidecar(old, seed, job.wanted, job.ours("sidecar"), iim_keywords)
        if built is None:
            return None
        stood = seed if old is None else old
        return Prepared(
            place=job.place("sidecar", relative_to(job.root, path)),
            path=path,
            photo=photo,
            built=built,
            before=Readout() if stood is None else self._readout(stood),
            hash_before=None if old is None else digest_of(old),
            hash_after=None if built.data is None else digest_of(built.data),
            proof=None,
            note=note,
        )

    def _said_in_file(self, job: Job, photo: Path, facts: FileFacts) -> tuple[bytes | None, tuple[str, ...]]:
        """XMP and keywords of the picture's own file; nothing of a video, or of what is not understood."""
        is_small = facts.size_bytes <= self._max_embed_bytes
        if job.state.picture is None or job.state.picture.kind != "photo" or not is_small:
            return None, ()
        container = container_of(facts.head, facts.name)
        try:
            data = self._disk.read(photo) if container is None else front_of(container, photo, self._disk)
            xmp = None if container is None else container.blocks(data).xmp
            found = self._readout(data)
            return (found.packet if container is None else xmp), found.iim_keywords
        except Unsafe:
            return None, ()

    def _readout(self, data: bytes) -> Readout:
        """Raises: Unsafe where a write could not be proven, since the second reader does not understand the file."""
        try:
            found = self._reader.read(data)
        except Unreadable as error:
            raise Unsafe(str(error)) from error
        if found.packet and not found.xmp and not is_silent(found.packet):
            raise Unsafe("the second reader cannot make sense of the XMP that is there")
        return found


def front_of(container: Container, path: Path, disk: Disk) -> bytes:
    """As much of the file as has to be in memory: all of it where a short look does not tell. Raises: OSError."""
    if container.front is None:
        return disk.read(path)
    start = disk.read(path, FRONT_BYTES)
    try:
        return start[: container.front(start)]
    except Unsafe:
        return disk.read(path)


def _picture_of(data: bytes, facts: FileFacts) -> str | None:
    container = container_of(facts.head, facts.name)
    try:
        return None if container is None else container.picture_digest(data)
    except Unsafe:
        return None


def jobs_of(state: PhotoState, writes: Iterable[Write]) -> list[Job]:
    """One a file, in libraries that are still there."""
    return [Job(state, file, list(writes)) for file in state.files if file.library_id in state.roots]
