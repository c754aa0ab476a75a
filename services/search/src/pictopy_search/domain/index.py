"""What of a message goes into the index, and under which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import PersonId
from pictopy_contracts.messages import AssignedFace, PersonChanged, Photo, PhotoAnalysed
from pictopy_search.domain.text import joined, key_of, plain, words_of

LabelSource = Literal["keyword", "tag", "object"]


@dataclass(frozen=True)
class Label:
    """`key`: its folded words; two labels with one key are the same to a filter."""

    source: LabelSource
    label: str
    key: str
    score: float | None = None
    box: Box | None = None


def keywords_of(photo: Photo) -> list[Label]:
    return [Label("keyword", plain(word), key_of(word)) for word in dict.fromkeys(photo.keywords)]


RESULTS = {"faces": "faces", "objects": "objects", "tags": "tags", "ocr": "text"}
"""Task to the field of an analysis that holds what it found."""


def age_of(analysis: PhotoAnalysed) -> tuple[int, str]:
    """Microseconds, then the version: the later of two looks at one photo is the greater."""
    return round(analysis.analysed_at.timestamp() * 1_000_000), analysis.model_version


def looked_for(analysis: PhotoAnalysed) -> set[str]:
    """Tasks of this look. One that is absent was off: what an earlier look found for it stays."""
    return {task for task, field in RESULTS.items() if task in analysis.models or getattr(analysis, field)}


def labels_of(analysis: PhotoAnalysed) -> list[Label]:
    tags = [Label("tag", plain(tag.label), key_of(tag.label), tag.score) for tag in analysis.tags]
    objects = [Label("object", plain(one.label), key_of(one.label), one.score, one.box) for one in analysis.objects]
    return tags + objects


def camera_of(photo: Photo) -> str | None:
    """Make and model as one name; many models repeat the make («Canon», «Canon EOS 5D»)."""
    make, model = (plain(part or "").strip() for part in (photo.camera_make, photo.camera_model))
    if model.casefold().startswith(make.casefold()):
        return model or None
    return f"{make} {model}".strip()


def words_of_photo(photo: Photo) -> str:
    """Of title, caption, camera, and the names that other programs wrote into the file."""
    return joined((photo.title, photo.caption, camera_of(photo), *(region.name for region in photo.regions)))


def written_words(photo: Photo) -> list[str]:
    """Each word that a person wrote about the photo, once."""
    return sorted({word for text in (photo.title, photo.caption) if text for word in words_of(text)})


def read_words(analysis: PhotoAnalysed) -> list[str]:
    """Each word that can be read in the picture, once."""
    return sorted({word for line in analysis.text for word in words_of(line.text)})


def people_in(faces: Sequence[AssignedFace]) -> list[PersonId]:
    return sorted({face.person_id for face in faces if face.is_face and face.person_id is not None})


def shown_words(person: PersonChanged) -> str:
    """The words under which a person's photos are found: none while hidden, gone or unnamed."""
    return "" if person.hidden or person.is_gone else key_of(person.name or "")


def phash_bits(phash: str | None) -> str | None:
    """The 64 bits as text of 0 and 1; None for what is no perceptual hash."""
    try:
        return None if phash is None or len(phash) != 16 else f"{int(phash, 16):064b}"
    except ValueError:
        return None
