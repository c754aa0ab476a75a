"""What the service knows of a photo, of a write it did, and of what is still to be written."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pictopy_contracts.ids import LibraryId, PersonId, PhotoId
from pictopy_contracts.messages import AssignedFace, FileRef, PersonChanged, Photo, PhotoAnalysed
from pictopy_contracts.paths import FilePath
from pictopy_exif.domain.digest import digest_of
from pictopy_exif.domain.merge import Change
from pictopy_exif.domain.targets import Policy, Target
from pictopy_exif.domain.wishes import Concepts, Happening, Person, Picture, Stated, Wishes, wishes_of

WriteStatus: TypeAlias = Literal["pending", "written", "failed", "undoing", "undone"]
WishState: TypeAlias = Literal["due", "done", "failed", "muted"]


class Rules(BaseModel):
    """How the user wants files to be written. `paused` keeps the wishes and waits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: Policy = "embedded_else_sidecar"
    paused: bool = False
    concepts: Concepts = Concepts()
    writes_per_s: float | None = Field(default=None, gt=0)
    """None: as the settings have it."""

    def changed_by(self, newer: "Rules") -> "Rules":
        """With all that was given in `newer`, down to the single concept."""
        given = {name: getattr(newer, name) for name in newer.model_fields_set}
        concepts = newer.concepts.model_dump(exclude_unset=True)
        return self.model_copy(update={**given, "concepts": self.concepts.model_copy(update=concepts)})

    @property
    def writes(self) -> bool:
        return self.policy != "off" and not self.paused


@dataclass(frozen=True)
class Wish:
    """Where the wishes of one photo stand. `due_at`: when to look at them; None for not at all."""

    state: WishState = "due"
    written_key: str | None = None
    """Of the wishes and files that were all found fulfilled last."""
    muted_digest: str | None = None
    """Wishes that were undone: not written again while they stay the same."""
    reason: str | None = None
    attempts: int = 0
    due_at: datetime | None = None


def picture_of(photo: Photo) -> Picture:
    return Picture(
        kind=photo.kind,
        format=photo.format,
        width_px=photo.width_px,
        height_px=photo.height_px,
        orientation=photo.orientation,
    )


def said_of(photo: Photo) -> dict[str, Any]:
    """What a person said of it in PictoPy that files can hold; what only stands in its files is not ours to spread."""
    names = {name for name in Stated.model_fields if name in photo.stated}
    said = Stated.model_validate({name: getattr(photo, name) for name in names})
    return said.model_dump(mode="json", include=names)


def machine_tags_of(analysed: PhotoAnalysed) -> list[str]:
    """Labels of the whole picture and of what was found in it, each once."""
    return sorted({each.label for each in analysed.tags} | {each.label for each in analysed.objects})


def event_photos_changed(
    before: Happening, photos_before: Collection[str], now: Happening, photos_now: Collection[PhotoId]
) -> list[PhotoId]:
    """Photos for which what is written of an event is another: only titles by the user are written."""
    old = {PhotoId(each) for each in photos_before} if before.title_source == "user" else set()
    new = set(photos_now) if now.title_source == "user" else set()
    return sorted(old ^ new if before == now else old | new)


def person_of(message: PersonChanged) -> Person:
    return Person(
        name=message.name,
        name_source=message.name_source,
        hidden=message.hidden,
        is_gone=message.is_gone,
        merged_into=message.merged_into,
    )


@dataclass(frozen=True)
class PhotoState:
    """All that the wishes of one photo follow from. `picture` is None until ingest told of it."""

    photo_id: PhotoId
    picture: Picture | None
    files: tuple[FileRef, ...]
    roots: dict[LibraryId, str]
    faces: tuple[AssignedFace, ...]
    people: dict[PersonId, Person]
    happenings: tuple[Happening, ...]
    stated: Stated
    wish: Wish
    machine_tags: tuple[str, ...] = ()
    concepts: Concepts = field(default_factory=Concepts)
    confirmed: Wishes | None = None
    """The wishes of the last plan that the user confirmed."""

    @cached_property
    def said(self) -> Wishes:
        """All that could be written."""
        return wishes_of(self.faces, self.people, self.happenings, self.stated, self.machine_tags)

    @cached_property
    def wishes(self) -> Wishes:
        """What may be written, by the user's choice of concepts."""
        return self.said.chosen(self.concepts, self.confirmed)

    @property
    def as_confirmed(self) -> "PhotoState":
        """The same, if the user confirmed what is said now: what a plan shows."""
        return replace(self, confirmed=self.said)

    @cached_property
    def key(self) -> str:
        """Changes with the wishes and with the files that they can go into."""
        places = sorted(f"{each.library_id}/{each.path}" for each in self.files if each.library_id in self.roots)
        whole = "\0".join([self.wishes.digest, *places])
        return digest_of(whole.encode(errors="surrogateescape"))[:32]


@dataclass(frozen=True)
class JournalState:
    """Where the journal of a library stands; `due_at`: when to look at it, None for not at all."""

    library_id: LibraryId
    state: Literal["due", "done", "failed"] = "done"
    reason: str | None = None
    attempts: int = 0
    due_at: datetime | None = None


class Place(BaseModel):
    """One file of a photo, and the one that carries its metadata: the same, or the sidecar. The journal of a library is
    of no photo, and its `photo_id` is empty."""

    model_config = ConfigDict(frozen=True)

    photo_id: PhotoId
    library_id: LibraryId
    path: FilePath
    target: Target | Literal["journal"]
    written_path: FilePath


class Write(Place):
    """One row of the ledger."""

    write_id: int
    status: WriteStatus
    change: Change
    wishes: Wishes
    hash_before: str | None
    hash_after: str | None
    rest_digest: str | None
    verified: bool
    reason: str | None
    tools: dict[str, str]
    picture_hash: str | None = None
    """Of the coded picture, before and after."""
    found: tuple[str, ...] = ()
    """What the second reader found of the wishes, in words."""
    started_at: AwareDatetime
    written_at: AwareDatetime | None
    undone_at: AwareDatetime | None


@dataclass(frozen=True)
class NewWrite:
    """A write as it is noted before it is done. `undo`: a packed Patch."""

    place: Place
    change: Change
    wishes: Wishes
    hash_before: str | None
    hash_after: str | None
    rest_digest: str | None
    undo: bytes
    tools: dict[str, str]
    picture_hash: str | None = None


def writes_behind(writes: list[Write], place: Place, current: set[tuple[LibraryId, str]]) -> list[Write]:
    """The writes that made what is ours in a file, oldest first: those at its path; where there are none, those at
    paths that hold the photo no longer, since the file may have come from there.

    `current`: (library, path) of all files of the photo now.
    """
    done = [each for each in writes if each.status == "written" and each.target == place.target]
    here = [each for each in done if (each.library_id, each.path) == (place.library_id, place.path)]
    return here or [each for each in done if (each.library_id, each.path) not in current]
