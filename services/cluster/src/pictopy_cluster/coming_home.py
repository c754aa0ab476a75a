"""Names that other programs write into files come home as what a person said: see docs/decisions/0017."""

from collections.abc import Mapping, Sequence
from typing import Any

from pictopy_cluster.deciding import Wish, decide
from pictopy_cluster.domain.coming_home import Difference, differences, own_names
from pictopy_cluster.domain.matching import REGION_IOU, match
from pictopy_cluster.ports import Deps
from pictopy_cluster.records import Conflict, StoredFace
from pictopy_contracts.geometry import Box

Regions = Sequence[Mapping[str, Any]]


def names_in_file(regions: Regions, faces: Sequence[StoredFace]) -> dict[str, str | None]:
    """Face to the name of the region that lies over it; None where that has no name."""
    boxes = [Box.model_validate(region["box"]) for region in regions]
    matched = match({face.face_id: face.box for face in faces}, boxes, REGION_IOU)
    return {face: region["name"] or None for face, region in zip(matched, regions, strict=True) if face}


async def take_home(photo_id: str, revision: int, regions: Regions, deps: Deps) -> None:
    """What changed over faces that a person had spoken of becomes a decision by "file", before the new regions are
    kept: so a crash in between loses nothing, and a second time finds nothing to say."""
    old = await deps.store.photo(photo_id)
    if old is None or revision <= old.revision or old.revision < 0 or old.regions == regions:
        return
    found = await _differences(photo_id, old.regions, regions, deps)
    for one in found:
        if one.theirs:
            await decide(Wish("assign", face_ids=(one.face_id,), name=one.theirs), deps, by="file")
    async with deps.store.unit() as unit:
        await unit.save_conflicts([_conflict(photo_id, one, deps) for one in found])


async def _differences(photo_id: str, before: Regions, now: Regions, deps: Deps) -> list[Difference]:
    faces = await deps.store.faces_of_photo(photo_id)
    people = {person.person_id: person.name for person in await deps.store.list_people() if person.name}
    said = [face for face in faces if face.source == "user" and face.is_face]
    ours = {face.face_id: people[face.person_id] for face in said if face.person_id in people}
    was, theirs = ({face: name for face, name in names_in_file(r, faces).items() if name} for r in (before, now))
    log = [decision for decision, _ in await deps.store.decisions()] if ours else []
    return differences(ours, was, theirs, own_names(log, people, ours))


def _conflict(photo_id: str, one: Difference, deps: Deps) -> Conflict:
    resolved = "theirs" if one.theirs else "ours"
    return Conflict(photo_id, one.face_id, one.ours, one.theirs, resolved, one.rule, deps.now())  # type: ignore[arg-type] # one of the two
