"""Which model does which task."""

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.domain.lineup import Lineup, choose

ENTRIES = list(read_catalogue(CHECKOUT).entries.values())
YUNET, RFB, REID = (
    ModelId(name) for name in ("yunet_n_dynamic", "version_rfb_320", "face-reidentification-retail-0095")
)


def lineup(*installed: str) -> Lineup:
    return choose(ENTRIES, [ModelId(name) for name in installed])


def test_nothing_installed_is_all_off_but_likeness() -> None:
    """Each task that is off has a sentence that names what the catalogue offers; similar pictures always work."""
    none = lineup()
    assert none.models == {"image_embedding": "layout-v1"}
    faces, likeness = none.state_of("faces", ENTRIES), none.state_of("image_embedding", ENTRIES)
    assert not faces.on
    assert "yunet_n_dynamic" in faces.why
    assert likeness.on
    assert likeness.model == "layout-v1"


def test_the_preferred_of_several_is_used() -> None:
    """A second model of a task waits until the first is removed."""
    assert lineup("fastestdet", "yolox_nano").models["objects"] == "yolox_nano"
    assert lineup("fastestdet").models["objects"] == "fastestdet"


def test_one_model_may_do_two_tasks() -> None:
    """Tags and the picture's feature come from one file."""
    models = lineup("mobilenet_v2").models
    assert models["tags"] == models["image_embedding"] == "mobilenet_v2"


def test_faces_are_told_apart_only_with_landmarks() -> None:
    """Without a face model, or with one that gives no landmarks, the embedding is off and says why."""
    for installed, reason in (((REID,), "none is installed"), ((REID, RFB), "gives no landmarks")):
        state = lineup(*installed).state_of("face_embedding", ENTRIES)
        assert not state.on
        assert reason in state.why
    assert lineup(REID, YUNET).state_of("face_embedding", ENTRIES).on


def test_version_is_of_the_set_alone() -> None:
    """The same models give the same version in any order; another set, or another file, gives another."""
    assert lineup(YUNET, REID).version == lineup(REID, YUNET).version
    assert lineup(YUNET, "fastestdet", "yolox_nano").version == lineup(YUNET, "yolox_nano").version
    versions = {lineup().version, lineup(YUNET).version, lineup(YUNET, REID).version}
    assert len(versions) == 3
    newer = [entry.model_copy(update={"sha256": "0" * 64}) if entry.id == YUNET else entry for entry in ENTRIES]
    assert choose(newer, [YUNET]).version != lineup(YUNET).version
