"""What a person chose, and what a change from one embedding to another keeps."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.choice_keeper import ChoiceKeeper, ChoicesError
from pictopy_vision.domain.choices import Choices
from pictopy_vision.domain.layout import LAYOUT_MODEL
from pictopy_vision.domain.lineup import Lineup, choose

ENTRIES = list(read_catalogue(CHECKOUT).entries.values())
NOW = datetime(2026, 5, 1, tzinfo=UTC)
YUNET, REID, SFACE, NANO, MOBILE, IMAGE, WORDS = (
    ModelId(name)
    for name in (
        "yunet_n_dynamic",
        "face-reidentification-retail-0095",
        "sface_2021dec",
        "yolox_nano",
        "mobilenet_v2",
        "siglip2_base_image",
        "siglip2_base_text",
    )
)
FACES = (YUNET, REID, SFACE)
SEEN = Choices().with_analysed("face_embedding", REID)


def lineup(choices: Choices, *installed: ModelId) -> Lineup:
    return choose(ENTRIES, installed, choices)


def test_the_chosen_model_does_the_task() -> None:
    """Whatever the catalogue would prefer; once it is not installed the next best stands in."""
    chosen = Choices().using("objects", ModelId("fastestdet"), NANO, NOW)
    assert lineup(chosen, NANO, ModelId("fastestdet")).models["objects"] == "fastestdet"
    assert lineup(chosen, NANO).models["objects"] == "yolox_nano"


def test_off_is_off_until_on() -> None:
    """A task that is off has no model and says why; what rests on it is off too; on brings the same model back."""
    off = SEEN.turned_off("faces")
    dark = lineup(off, *FACES)
    assert not dark.entries
    assert "Turned off" in dark.state_of("faces", ENTRIES).why
    assert "none is on" in dark.state_of("face_embedding", ENTRIES).why
    assert lineup(off.turned_on("faces"), *FACES) == lineup(SEEN, *FACES)


def test_a_download_alone_changes_no_embedding() -> None:
    """Photos have SFace's embeddings, so a preferred model that is pulled later waits until a person chooses it."""
    seen = Choices().with_analysed("face_embedding", SFACE)
    assert lineup(seen, *FACES).models["face_embedding"] == SFACE
    assert lineup(Choices(), *FACES).models["face_embedding"] == REID


def test_a_change_keeps_the_old_beside() -> None:
    """Both are there, each under its own name, and others see by the version that photos wait for a new look."""
    changed = SEEN.using("face_embedding", SFACE, REID, NOW)
    both = lineup(changed, *FACES)
    assert both.models["face_embedding"] == SFACE
    assert both.beside_models == {"face_embedding": (REID,)}
    assert both.version not in {
        lineup(SEEN, *FACES).version,
        lineup(changed.finished("face_embedding"), *FACES).version,
    }
    assert both.every_model == {YUNET, SFACE, REID}


def test_a_change_ends_forward_or_back() -> None:
    """Finished, only the new one is left; taken back, only the old one, as if nothing had been."""
    changed = SEEN.using("face_embedding", SFACE, REID, NOW)
    finished = lineup(changed.finished("face_embedding"), *FACES)
    assert (finished.models["face_embedding"], finished.beside_models) == (SFACE, {})
    back = lineup(changed.taken_back("face_embedding"), *FACES)
    assert back.version == lineup(SEEN, *FACES).version
    for end in (SEEN.finished, SEEN.taken_back):
        with pytest.raises(KeyError):
            end("face_embedding")


def test_choosing_the_old_again_is_taking_back() -> None:
    """There is nothing to keep beside the model that all photos have already."""
    again = SEEN.using("face_embedding", SFACE, REID, NOW).using("face_embedding", REID, SFACE, NOW)
    assert lineup(again, *FACES).version == lineup(SEEN, *FACES).version


def test_a_second_change_before_the_first_is_done_keeps_both() -> None:
    """Nobody here knows which of them the others still use, so neither is dropped."""
    third = ModelId("third")
    first = SEEN.using("face_embedding", SFACE, REID, NOW).with_analysed("face_embedding", SFACE)
    second = first.using("face_embedding", third, SFACE, NOW)
    assert second.changes["face_embedding"].beside == (REID, SFACE)
    assert second.changes["face_embedding"].before == SFACE


def test_choosing_twice_is_choosing_once() -> None:
    """The same choice again changes nothing, and keeps the change that it began."""
    once = SEEN.using("face_embedding", SFACE, REID, NOW)
    assert once.using("face_embedding", SFACE, SFACE, NOW) == once


def test_without_photos_there_is_nothing_to_carry_over() -> None:
    """Before the first photo, and for tasks that keep no vectors, a choice is only a choice."""
    assert Choices().using("face_embedding", SFACE, REID, NOW).changes == {}
    assert SEEN.using("objects", ModelId("fastestdet"), NANO, NOW).changes == {}


def test_the_built_in_embedding_can_be_the_old_one() -> None:
    """The first image model that is installed where photos have the built-in layout embedding keeps that beside."""
    seen = Choices().with_analysed("image_embedding", LAYOUT_MODEL)
    changed = lineup(seen.using("image_embedding", MOBILE, LAYOUT_MODEL, NOW), MOBILE)
    back = seen.using("image_embedding", MOBILE, LAYOUT_MODEL, NOW).taken_back("image_embedding")
    assert lineup(back, MOBILE).models == {"image_embedding": LAYOUT_MODEL, "tags": MOBILE}
    assert changed.keeps_layout
    assert changed.beside_models == {"image_embedding": (LAYOUT_MODEL,)}


def test_words_follow_their_pictures() -> None:
    """The tower for words is of use only beside the tower for pictures that it belongs to, in use or kept beside."""
    assert lineup(Choices(), IMAGE, WORDS).models["text_embedding"] == WORDS
    assert "text_embedding" not in lineup(Choices(), MOBILE, WORDS).models
    seen = Choices().with_analysed("image_embedding", IMAGE)
    during = lineup(seen.using("image_embedding", MOBILE, IMAGE, NOW), MOBILE, IMAGE, WORDS)
    assert during.models["image_embedding"] == MOBILE
    assert during.models["text_embedding"] == WORDS


def test_a_removed_model_is_not_waited_for() -> None:
    """What is beside and gone from the disk is left out; the rest goes on."""
    changed = SEEN.using("face_embedding", SFACE, REID, NOW)
    assert lineup(changed, YUNET, SFACE).beside_models == {}


def test_choices_outlive_the_process(tmp_path: Path) -> None:
    """Kept in a file, whole or not at all; one that cannot be read stops the start instead of being forgotten."""
    file = tmp_path / "vision" / "choices.json"
    ChoiceKeeper(file).put(SEEN.using("face_embedding", SFACE, REID, NOW).turned_off("objects"))
    assert ChoiceKeeper(file).choices == SEEN.using("face_embedding", SFACE, REID, NOW).turned_off("objects")
    assert [path.name for path in file.parent.iterdir()] == ["choices.json"]
    file.write_text("{", encoding="utf-8")
    with pytest.raises(ChoicesError, match=r"choices\.json"):
        ChoiceKeeper(file)
