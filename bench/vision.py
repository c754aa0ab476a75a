"""How near the whole vision service comes to its models alone, and what memory it takes.

    python bench/vision.py [FOLDER]        (make bench-vision DATA=FOLDER)

FOLDER: pictures; without one, coco128 of PICTOPY_SHARED. Models come from PICTOPY_MODELS_MIRROR, else PICTOPY_SHARED.
The service is its own process, with a real NATS server and previews as ingest makes them; faces, embeddings, objects
and tags are on. Rounds of service and floor take turns. The floor: every run that the service's models make on these
pictures, on the very same tensors, as many side by side as there are cores; the median of each run over the rounds.
`efficiency` is the ratio by the clock; `efficiency_cpu` the same by the processors' own time, for a busy machine.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import cv2
import httpx
import numpy as np
import onnxruntime
import psutil
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_contracts.messages import Photo, PhotoAdded, VisionFinished
from pictopy_engines.nats import NatsEngine
from pictopy_engines.ports import free_port
from pictopy_runtime.bus import NatsBus, connect
from pictopy_vision import heads
from pictopy_vision.analyse import FACES_AT_ONCE
from pictopy_vision.catalogue_files import Catalogue, catalogue_folder, read_catalogue
from pictopy_vision.domain.arrays import Array, Floats, Image
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.picture import Picture, decode, shrink_to
from pictopy_vision.ports import Session, TensorSpec

SHARED = Path(os.environ.get("PICTOPY_SHARED", Path(__file__).resolve().parents[2] / "shared"))
MIRROR = Path(os.environ.get("PICTOPY_MODELS_MIRROR", SHARED / "models"))
TASKS = {
    "faces": "yunet_n_dynamic",
    "face_embedding": "face-reidentification-retail-0095",
    "objects": "yolox_nano",
    "tags": "mobilenet_v2",
}
ROUNDS, MOST_PHOTOS, PREVIEW_PX, TOKEN = 5, 48, 1440, "bench"
CROWD, TILE_PX = 500, 54
UNLOAD_S, WATCH_S = 4.0, 0.1
CORES = len(os.sched_getaffinity(0))


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "photos" / "coco128"
    previews = read_previews(folder)
    with tempfile.TemporaryDirectory() as scratch:
        result = asyncio.run(measure(previews, Path(scratch)))
    for name, value in result.items():
        print(f"{name:24} {value}")
    print(json.dumps(result))


def read_previews(folder: Path) -> list[bytes]:
    """Up to MOST_PHOTOS pictures, evenly from the folder, as ingest's previews are."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"})
    previews = []
    for path in files[:: max(1, len(files) // MOST_PHOTOS)][:MOST_PHOTOS]:
        image = cv2.imread(str(path))
        if image is not None:
            previews.append(coded(shrink_to(np.asarray(image, dtype=np.uint8), PREVIEW_PX)))
    if not previews:
        sys.exit(f"{folder} has no picture that can be read")
    return previews


def coded(image: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])


# --- the floor ----------------------------------------------------------------------------------------------


class Bare:
    """A model as ONNX Runtime has it by default, but for one thread a run, because runs go side by side."""

    def __init__(self, entry: Entry) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path, providers = str(MIRROR / entry.mirror), ["CPUExecutionProvider"]
        self._inner = onnxruntime.InferenceSession(path, options, providers=providers)
        self.inputs = tuple(TensorSpec(one.name, _sizes(one)) for one in self._inner.get_inputs())
        self.outputs = tuple(TensorSpec(one.name, _sizes(one)) for one in self._inner.get_outputs())

    def run(self, feed: Mapping[str, Array]) -> Sequence[Floats]:
        answers: list[Floats] = self._inner.run(None, dict(feed))
        return answers


def _sizes(tensor: onnxruntime.NodeArg) -> tuple[int | None, ...]:
    return tuple(size if isinstance(size, int) else None for size in tensor.shape)


@dataclass
class Recorder:
    """A session that keeps what it was fed."""

    inner: Session
    fed: list[tuple[Session, dict[str, Array]]]

    def __post_init__(self) -> None:
        self.inputs, self.outputs = self.inner.inputs, self.inner.outputs

    def run(self, feed: Mapping[str, Array]) -> Sequence[Floats]:
        self.fed.append((self.inner, dict(feed)))
        return self.inner.run(feed)


@dataclass
class Floor:
    """All runs that the models make on some pictures."""

    runs: list[tuple[Session, dict[str, Array]]] = field(default_factory=list)
    wall_s: list[list[float]] = field(default_factory=list)
    cpu_s: list[list[float]] = field(default_factory=list)

    def time_round(self) -> None:
        with ThreadPoolExecutor(CORES) as pool:
            times = list(pool.map(_time, self.runs))
        self.wall_s.append([wall for wall, _ in times])
        self.cpu_s.append([cpu for _, cpu in times])

    def seconds(self, rounds: list[list[float]]) -> float:
        """Sum of the medians."""
        return float(sum(statistics.median(times) for times in zip(*rounds, strict=True)))


def _time(run: tuple[Session, dict[str, Array]]) -> tuple[float, float]:
    session, feed = run
    wall, cpu = time.perf_counter(), time.thread_time()
    session.run(feed)
    return time.perf_counter() - wall, time.thread_time() - cpu


def floor_of(previews: Sequence[bytes], catalogue: Catalogue) -> tuple[Floor, list[Image]]:
    """The runs, and a crop around each face for a crowd."""
    floor, crops = Floor(), []
    entries = {task: catalogue.entries[ModelId(name)] for task, name in TASKS.items()}
    sessions = {task: Recorder(Bare(entry), floor.runs) for task, entry in entries.items()}
    for picture in map(decode, previews):
        faces = heads.find_faces(sessions["faces"], entries["faces"], picture)
        heads.find_objects(sessions["objects"], entries["objects"], picture)
        heads.look_at(sessions["tags"], entries["tags"], picture)
        landmarks = faces.landmarks if faces.landmarks is not None else np.empty((0, 5, 2), np.float32)
        for start in range(0, len(landmarks), FACES_AT_ONCE):
            embed(sessions["face_embedding"], entries["face_embedding"], picture, landmarks[start:][:FACES_AT_ONCE])
        crops += [around(picture, box) for box in faces.boxes]
    return floor, crops


def embed(session: Session, entry: Entry, picture: Picture, landmarks: Floats) -> None:
    heads.embed_faces(session, entry, [heads.crop_for(entry, picture, five) for five in landmarks])


def around(picture: Picture, box: Floats) -> Image:
    height, width = picture.full.shape[:2]
    x1, y1, x2, y2 = box * [width, height, width, height]
    margin = 0.25 * max(x2 - x1, y2 - y1)
    top, left = int(max(0, y1 - margin)), int(max(0, x1 - margin))
    return picture.full[top : int(y2 + margin) + 1, left : int(x2 + margin) + 1]


def crowd_of(crops: Sequence[Image]) -> bytes | None:
    """One preview of CROWD faces, tiled from those that were found; None where there are none."""
    if not crops:
        return None
    columns = PREVIEW_PX // TILE_PX
    rows = -(-CROWD // columns)
    sheet = np.full((rows * TILE_PX, columns * TILE_PX, 3), 127, dtype=np.uint8)
    for n in range(CROWD):
        row, column = divmod(n, columns)
        tile = cv2.resize(crops[n % len(crops)], (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA)
        sheet[row * TILE_PX : (row + 1) * TILE_PX, column * TILE_PX : (column + 1) * TILE_PX] = tile
    return coded(sheet)


# --- the service --------------------------------------------------------------------------------------------


@dataclass
class Watched:
    """The service's process, the messages it reads and writes, and the most memory it had."""

    process: psutil.Process
    bus: NatsBus
    folder: Path
    sent: int = 0
    peak_mb: float = 0.0

    async def look_at(self, previews: Sequence[bytes]) -> tuple[float, float]:
        """Seconds by the clock and by the processors until all of them are done."""
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.NEW, filter_subject=VisionFinished.SUBJECT, ack_policy=AckPolicy.NONE
        )
        reader = await self.bus.jetstream.pull_subscribe(VisionFinished.SUBJECT, stream="VISION", config=config)
        added = [self._put(preview) for preview in previews]
        watching = asyncio.create_task(self._watch())
        start, cpu = time.perf_counter(), self._cpu_s()
        await asyncio.gather(*(self.bus.publish(_added(photo_id), photo_id) for photo_id in added))
        left = len(added)
        while left:
            for raw in await reader.fetch(left, timeout=300):
                finished = VisionFinished.model_validate_json(raw.data)
                if finished.status != "done":
                    raise RuntimeError(f"a photo failed: {finished.reason}")
                left -= 1
        spent = time.perf_counter() - start, self._cpu_s() - cpu
        watching.cancel()
        return spent

    @property
    def rss_mb(self) -> float:
        return float(self.process.memory_info().rss) / 2**20

    async def _watch(self) -> None:
        while True:
            self.peak_mb = max(self.peak_mb, self.rss_mb)
            await asyncio.sleep(WATCH_S)

    def _cpu_s(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def _put(self, preview: bytes) -> PhotoId:
        self.sent += 1
        photo_id = PhotoId(f"{self.sent:032x}"[::-1])
        path = self.folder / photo_id[:2] / f"{photo_id}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(preview)
        return photo_id


def _added(photo_id: PhotoId) -> PhotoAdded:
    now = datetime.now(UTC)
    return PhotoAdded(
        photo=Photo(photo_id=photo_id, revision=1, format="jpeg", files=(), width_px=1, height_px=1, added_at=now)
    )


async def measure(previews: Sequence[bytes], scratch: Path) -> dict[str, float | str | None]:
    floor, crops = floor_of(previews, read_catalogue(catalogue_folder(None)))
    crowd = crowd_of(crops)
    with NatsEngine(scratch / "nats") as nats:
        bus = await connect(nats.url, "bench")
        await bus.declare_stream("ingest")
        await bus.declare_stream("vision")
        process, url = start_service(scratch, nats.url)
        try:
            await wait_ready(url)
            service = Watched(psutil.Process(process.pid), bus, scratch / "previews")
            walls, cpus = await take_turns(service, floor, previews)
            work_mb = service.peak_mb
            if crowd:
                await service.look_at([crowd] * 3)
            await asyncio.sleep(UNLOAD_S * 2 + 2)
            idle_mb = service.rss_mb
        finally:
            process.terminate()
            process.wait(30)
            await bus.close()
    photos = len(previews)
    floor_s, floor_cpu_s = floor.seconds(floor.wall_s), floor.seconds(floor.cpu_s)
    per_s, floor_per_s = photos / statistics.median(walls), photos * CORES / floor_s
    bare_mb = bare_python_mb()
    return {
        "photos": photos,
        "faces": len(crops),
        "cores": CORES,
        "photos_per_s": round(per_s, 2),
        "floor_photos_per_s": round(floor_per_s, 2),
        "efficiency": round(per_s / floor_per_s, 3),
        "efficiency_cpu": round(floor_cpu_s / statistics.median(cpus), 3),
        "rss_mb_bare": round(bare_mb),
        "rss_mb_idle": round(idle_mb),
        "rss_mb_idle_over_bare": round(idle_mb - bare_mb),
        "rss_mb_work": round(work_mb),
        "rss_mb_crowd": round(service.peak_mb) if crowd else None,
        "engine": "CPUExecutionProvider",
    }


async def take_turns(service: Watched, floor: Floor, previews: Sequence[bytes]) -> tuple[list[float], list[float]]:
    """Seconds of each round of the service, by the clock and by the processors; the first round warms both up."""
    walls, cpus = [], []
    for number in range(ROUNDS + 1):
        wall, cpu = await service.look_at(previews)
        await asyncio.to_thread(floor.time_round)
        if number:
            walls.append(wall)
            cpus.append(cpu)
    del floor.wall_s[0], floor.cpu_s[0]
    return walls, cpus


def start_service(scratch: Path, nats_url: str) -> tuple["subprocess.Popen[bytes]", str]:
    port = free_port()
    environment = os.environ | {
        "PICTOPY_NATS_URL": nats_url,
        "PICTOPY_TOKEN": TOKEN,
        "PICTOPY_MODELS_MIRROR": str(MIRROR),
        "PICTOPY_LOG_LEVEL": "WARNING",
        "VISION_DATA_DIR": str(scratch / "data"),
        "VISION_PREVIEWS_DIR": str(scratch / "previews"),
        "VISION_PORT": str(port),
        "VISION_AUTO_PULL_EXTRA": ",".join(TASKS.values()),
        "VISION_IDLE_UNLOAD_S": str(UNLOAD_S),
        "VISION_DEVICE": "cpu",
        "VISION_THREADS": str(CORES),
        "VISION_PHOTOS_AT_ONCE": str(CORES + 2),
    }
    process = subprocess.Popen([sys.executable, "-m", "pictopy_vision"], env=environment, stdin=subprocess.DEVNULL)
    return process, f"http://127.0.0.1:{port}"


async def wait_ready(url: str) -> None:
    """Until all models are pulled."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, base_url=url) as client:
        for _ in range(600):
            await asyncio.sleep(0.1)
            try:
                tasks = (await client.get("/v1/models")).json()["tasks"]
            except httpx.TransportError:
                continue
            if all(tasks[task]["model"] == model for task, model in TASKS.items()):
                return
    raise TimeoutError("the service is not ready after a minute")


def bare_python_mb() -> float:
    code = "import numpy, onnxruntime, psutil; print(psutil.Process().memory_info().rss / 2**20)"
    return float(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True).stdout)


if __name__ == "__main__":
    main()
