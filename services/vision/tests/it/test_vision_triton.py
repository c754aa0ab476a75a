"""A real tritonserver runs our models: the same answers as in this process, and no harm when it goes and comes back."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_testing.shared import models, photos
from pictopy_testing.triton import TritonServer
from pictopy_vision import heads
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import EngineAwayError, ModelError
from pictopy_vision.domain.picture import Picture, decode
from pictopy_vision.engine_fallback import FallbackEngine
from pictopy_vision.engine_onnx import OnnxEngine
from pictopy_vision.engine_triton import TritonEngine
from pictopy_vision.ports import Session
from pictopy_vision.triton_repository import write_model

pytestmark = pytest.mark.photos
ENTRIES = read_catalogue(CHECKOUT).entries
YUNET, REID, YOLOX, MOBILENET = (
    ENTRIES[ModelId(name)]
    for name in ("yunet_n_dynamic", "face-reidentification-retail-0095", "yolox_nano", "mobilenet_v2")
)
SERVED = (YUNET, REID, YOLOX, MOBILENET)
PLACE, COSINE, SCORE = 1e-4, 0.9999, 1e-3
"""Tolerances: places in the picture, likeness of embeddings, scores; one ONNX Runtime against another, on the CPU."""
BROKEN = {  # what `execute` of a server that has gone wrong does with its answers
    "slow": "import time; time.sleep(3)",
    "nan": "answers = [one * float('nan') for one in answers]",
    "cut": "answers = [one[..., :-1] for one in answers]",
    "ill": "raise ValueError('out of memory')",
}


def file_of(entry: Entry) -> Path:
    return models() / entry.mirror


def group() -> Picture:
    return decode((photos("faceapi_bbt") / "bbt1.jpg").read_bytes())


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our models for the server's Python backend."""
    folder = tmp_path_factory.mktemp("repository")
    for entry in SERVED:
        write_model(entry, file_of(entry), folder, "python")
    return folder


@pytest.fixture(scope="module")
def server(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TritonServer]:
    with TritonServer(repository, tmp_path_factory.mktemp("log") / "triton.log") as running:
        yield running


@pytest.fixture
def engine(server: TritonServer) -> Iterator[TritonEngine]:
    opened = TritonEngine(server.url, deadline_s=20)
    yield opened
    opened.close()


def both(engine: TritonEngine, entry: Entry) -> tuple[Session, Session]:
    far, near = engine.open(entry, file_of(entry)), OnnxEngine(1).open(entry, file_of(entry))
    heads.check_fit(far, entry)
    return far, near


def test_the_server_says_how_it_is(engine: TritonEngine) -> None:
    """Its version and readiness are the sentence that a person reads."""
    assert engine.server.why == "Not asked yet."
    engine.look()
    assert engine.server.ready
    assert engine.server.why.endswith("is ready.")


def test_it_finds_the_same_faces(engine: TritonEngine) -> None:
    """Boxes, scores and landmarks of a group are those of the engine in this process."""
    far, near = (heads.find_faces(session, YUNET, group()) for session in both(engine, YUNET))
    assert len(far) == len(near) >= 3
    assert far.landmarks is not None
    assert near.landmarks is not None
    np.testing.assert_allclose(far.boxes, near.boxes, atol=PLACE)
    np.testing.assert_allclose(far.landmarks, near.landmarks, atol=PLACE)
    np.testing.assert_allclose(far.scores, near.scores, atol=SCORE)


def test_it_gives_the_same_embeddings(engine: TritonEngine) -> None:
    """A batch of faces: each embedding has a cosine of 0.9999 or more with the one made here."""
    rng = np.random.default_rng(4)
    crops = list(rng.integers(0, 255, (5, 128, 128, 3), dtype=np.uint8))
    far, near = (heads.embed_faces(session, REID, crops) for session in both(engine, REID))
    assert ((far * near).sum(axis=1) >= COSINE).all()


def test_it_finds_the_same_objects_and_tags(engine: TritonEngine) -> None:
    """A model without batches and one with two outputs agree too."""
    objects = [heads.find_objects(session, YOLOX, group()) for session in both(engine, YOLOX)]
    np.testing.assert_array_equal(objects[0].classes, objects[1].classes)
    np.testing.assert_allclose(objects[0].boxes, objects[1].boxes, atol=PLACE)
    far, near = (heads.look_at(session, MOBILENET, group()) for session in both(engine, MOBILENET))
    assert far.scores is not None
    assert near.scores is not None
    assert far.feature is not None
    assert near.feature is not None
    np.testing.assert_allclose(far.scores, near.scores, atol=SCORE)
    assert far.feature @ near.feature >= COSINE


def test_pictures_travel_by_shared_memory_and_without(engine: TritonEngine, server: TritonServer) -> None:
    """Both ways give the same bits; the second is what a server on another host gets."""
    plain = TritonEngine(server.url, deadline_s=20)
    plain._memory = None  # the address is of this host, so it would share
    tensor = np.random.default_rng(1).random((1, 3, 416, 416), dtype=np.float32) * 255
    one, other = (each.open(YOLOX, file_of(YOLOX)).run({"images": tensor})[0] for each in (engine, plain))
    np.testing.assert_array_equal(one, other)
    assert engine._memory is not None
    assert engine._memory.is_usable
    plain.close()


def test_a_model_of_another_file_is_refused(engine: TritonEngine) -> None:
    """A server whose model is not the one of the catalogue would make embeddings that fit nothing."""
    stranger = REID.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(ModelError, match="face-reidentification-retail-0095: the server has another file"):
        engine.open(stranger, file_of(REID))
    unknown = REID.model_copy(update={"id": ModelId("never-heard-of")})
    with pytest.raises(ModelError, match="never-heard-of: the server did not run it"):
        engine.open(unknown, file_of(REID))


def embed(session: Session, count: int = 1) -> Floats:
    crops = list(np.random.default_rng(9).integers(0, 255, (count, 128, 128, 3), dtype=np.uint8))
    return heads.embed_faces(session, REID, crops)


def test_a_server_that_is_killed_and_comes_back(repository: Path, tmp_path: Path) -> None:
    """Every run of a row succeeds with the same answer while the server is shot, stays away and returns."""
    clock = [0.0]
    with TritonServer(repository, tmp_path / "triton.log") as server:
        engine = FallbackEngine(TritonEngine(server.url, deadline_s=10), OnnxEngine(1), lambda: clock[0])
        engine.look()
        assert used(engine)
        session = engine.open(REID, file_of(REID))
        truth = embed(session)
        server.kill()
        np.testing.assert_allclose(embed(session), truth, atol=1e-4)
        assert not used(engine)
        assert engine.server is not None
        assert "looked at again in 10 s" in engine.server.why
        engine.look()
        assert not used(engine)
        server.start()
        clock[0] += 11
        found = look_until_used(engine)
        np.testing.assert_allclose(embed(session, 8)[:1], truth, atol=1e-4)
        assert found
        engine.close()


def used(engine: FallbackEngine) -> bool:
    """Read anew each time."""
    return engine.is_used


def look_until_used(engine: FallbackEngine) -> bool:
    """A channel that lost its server tries again each second."""
    deadline = time.monotonic() + 30
    while not engine.is_used and time.monotonic() < deadline:
        engine.look()
        time.sleep(0.1)
    return engine.is_used


def test_a_server_that_falls_asleep(server: TritonServer) -> None:
    """It holds the line and says nothing: after the deadline the work is done here, and the next is not held up."""
    engine = FallbackEngine(TritonEngine(server.url, deadline_s=2), OnnxEngine(1), time.monotonic)
    engine.look()
    session = engine.open(REID, file_of(REID))
    truth = embed(session)
    server.freeze()
    try:
        np.testing.assert_allclose(embed(session), truth, atol=1e-4)
        assert not used(engine)
        assert engine.server is not None
        assert "DEADLINE" in engine.server.why.upper()
        started = time.monotonic()
        embed(session)
        assert time.monotonic() - started < 1.5
    finally:
        server.thaw()
    engine.close()


@pytest.fixture(scope="module")
def sick_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TritonServer]:
    """The same model under four ids, each answering in a wrong way of its own."""
    folder = tmp_path_factory.mktemp("sick")
    for name, fault in BROKEN.items():
        made = write_model(sick(name), file_of(REID), folder, "python")
        code = (made / "1" / "model.py").read_text()
        mark = "        if len(requests) == 1:\n"
        assert mark in code
        (made / "1" / "model.py").write_text(code.replace(mark, f"        {fault}\n{mark}"))
        if name == "cut":
            config = made / "config.pbtxt"
            config.write_text(config.read_text().replace("dims: [ 256 ]", "dims: [ -1 ]"))
    with TritonServer(folder, tmp_path_factory.mktemp("log") / "triton.log") as running:
        yield running


def sick(name: str) -> Entry:
    return REID.model_copy(update={"id": ModelId(name)})


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("slow", EngineAwayError, "Deadline"),
        ("nan", ModelError, "output embedding holds numbers that are not finite"),
        ("cut", ModelError, "gives 255 numbers"),
        ("ill", ModelError, "out of memory"),
    ],
)
def test_wrong_answers_name_the_model(
    sick_server: TritonServer, name: str, kind: type[ModelError], reason: str
) -> None:
    """Slow, not finite, of another size, or a fault inside: each is an error with the model's id and a reason."""
    engine = TritonEngine(sick_server.url, deadline_s=1)
    with pytest.raises(ModelError, match=f"model {name}: .*{reason}") as raised:
        embed_as(engine.open(sick(name), file_of(REID)), sick(name))
    assert type(raised.value) is kind
    engine.close()


def embed_as(session: Session, entry: Entry) -> Floats:
    return heads.embed_faces(session, entry, [np.zeros((128, 128, 3), dtype=np.uint8)])


@pytest.mark.parametrize("name", ["slow", "nan", "ill"])
def test_wrong_answers_are_done_again_here(sick_server: TritonServer, name: str) -> None:
    """The photo gets its embedding all the same, and only a server that is late counts as gone."""
    engine = FallbackEngine(TritonEngine(sick_server.url, deadline_s=1), OnnxEngine(1), time.monotonic)
    engine.look()
    session = engine.open(sick(name), file_of(REID))
    truth = embed_as(OnnxEngine(1).open(REID, file_of(REID)), REID)
    np.testing.assert_allclose(embed_as(session, sick(name)), truth, atol=1e-5)
    assert engine.is_used == (name != "slow")
    engine.close()
