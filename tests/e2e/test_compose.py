"""The stack as containers: `deploy/test-compose.sh` builds the images, brings it up for real and runs these tests."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from pictopy_contracts.signing import Signer
from pictopy_testing import shared

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SERVICES = ("ingest", "vision", "cluster", "search", "ui", "memories", "exif")
TAG = os.environ.get("PICTOPY_VERSION", "0.1.0")
PHOTOS = int(os.environ.get("PICTOPY_TEST_PHOTOS", "100"))
READY_S = 120.0
"""25 s on two idle cores; the machine that tests has other work, too."""
LARGEST_MB = {"ingest": 520, "vision": 350, "cluster": 420, "search": 300, "ui": 520, "memories": 230, "exif": 230}
TOGETHER_MB = 1_050
"""All seven, layers that they share counted once."""

pytestmark = [pytest.mark.e2e, pytest.mark.containers, pytest.mark.timeout(900)]


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    """Skips where nobody asked for containers, or where there is no engine or no images yet."""
    if os.environ.get("PICTOPY_TEST_CONTAINERS") != "1":
        pytest.skip("is run by deploy/test-compose.sh, which builds the images first")
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    ):
        pytest.skip("needs a running container engine")
    built = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split()
    missing = [name for name in SERVICES if f"pictopy/{name}:{TAG}" not in built]
    if missing:
        pytest.skip(f"needs images that deploy/test-compose.sh builds: {', '.join(missing)}")


@dataclass
class Stack:
    """One installation, driven as its owner does: by profiles, and through the proxy's port."""

    environment: dict[str, str]
    base: str
    secrets: Path

    def compose(self, *words: str, profiles: str | None = None) -> str:
        if profiles is not None:
            self.environment["COMPOSE_PROFILES"] = profiles
        done = subprocess.run(
            ["docker", "compose", *words], cwd=DEPLOY, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    def up(self, profiles: str) -> float:
        """Seconds until everything is healthy."""
        began = time.monotonic()
        self.compose("up", "--detach", "--wait", "--wait-timeout", "180", profiles=profiles)
        return time.monotonic() - began

    def client(self) -> httpx.Client:
        token = (self.secrets / "ui" / "pictopy_token").read_text()
        return httpx.Client(base_url=self.base, headers={"Authorization": f"Bearer {token}"}, timeout=20)

    def get(self, path: str) -> Any:
        with self.client() as client:
            answer = client.get(path)
            answer.raise_for_status()
            return answer.json()

    def is_settled(self) -> bool:
        return all(self.get(f"/api/{name}/status")["settled"] for name in ("ingest", "vision", "cluster", "search"))


def wait_until(condition: Callable[[], bool], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except (httpx.HTTPError, KeyError):
            pass  # a container that was killed is on its way back
        time.sleep(1)
    raise AssertionError(f"not so after {timeout_s:.0f} s")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("installation")
    home.chmod(0o755)
    photos = home / "photos"
    photos.mkdir(mode=0o755)
    for picture in sorted(shared.photos("lfw_half").rglob("*.jpg"))[:PHOTOS]:
        shutil.copyfile(picture, photos / picture.name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    files = [DEPLOY / "compose.yaml", *([DEPLOY / "tests/standin.yaml"] if is_standin() else [])]
    environment = {
        **os.environ,
        "COMPOSE_PROJECT_NAME": f"pictopy-test-{port}",
        "COMPOSE_FILE": ":".join(map(str, files)),
        "PICTOPY_LISTEN": f"127.0.0.1:{port}",
        "PICTOPY_PHOTOS": str(photos),
        "PICTOPY_SECRETS": str(home / "secrets"),
    }
    stack = Stack(environment, f"http://127.0.0.1:{port}", home / "secrets")
    try:
        yield stack
    finally:
        stack.compose("--profile", "*", "down", "--volumes", "--timeout", "5")


def is_standin() -> bool:
    """Whether the public images here are local stand-ins, two of which start in another way."""
    return "/qdrant/server.py" in docker("image", "inspect", "qdrant/qdrant:v1.15.5-unprivileged")


def test_a_library_comes_in_by_the_proxy_while_a_container_dies(stack: Stack) -> None:
    """Profiles faces and objects: everything gets healthy soon, and all photos are done although one service
    was killed amid its work."""
    assert stack.up("faces,objects") < READY_S
    with stack.client() as client:
        client.post("/api/ingest/v1/libraries", json={"path": "/photos"}).raise_for_status()
    wait_until(lambda: _done(stack, "vision") > 0, 60)
    vision = stack.compose("ps", "--quiet", "vision").strip()
    docker("kill", vision)
    stack.up("faces,objects")
    wait_until(lambda: _done(stack, "vision") == PHOTOS and stack.is_settled(), 60 + 2 * PHOTOS)
    activity = stack.get("/api/ingest/v1/activity")
    assert (activity["photos"], activity["dead"], activity["failed_files"]) == (PHOTOS, 0, 0)
    assert len(_people(stack)) > 1


def _done(stack: Stack, stage: str) -> int:
    return int(stack.get("/api/ingest/v1/activity")["stages"].get(stage, {}).get("done", 0))


def _people(stack: Stack) -> dict[str, int]:
    return {one["person_id"]: one["face_count"] for one in stack.get("/api/cluster/v1/people?limit=500")["items"]}


def test_only_the_owner_gets_in(stack: Stack) -> None:
    """Pages need the key, the API the token, pictures a signature; what machines measure does not leave the house."""
    key, token = ((stack.secrets / name).read_text() for name in ("proxy/key", "ui/pictopy_token"))
    photo = stack.get("/api/ingest/v1/photos?limit=1")["items"][0]["photo_id"]
    signed = Signer(token).sign(f"/v1/photos/{photo}/preview")
    with httpx.Client(base_url=stack.base, timeout=20) as stranger:
        assert stranger.get("/").status_code == 401
        assert stranger.get("/?key=guess").status_code == 401
        assert stranger.get("/api/ingest/v1/photos").status_code == 401
        assert stranger.get("/api/ingest/metrics").status_code == 404
        assert stranger.get(f"/api/ingest{signed}").headers["content-type"] == "image/jpeg"
        assert stranger.get(f"/api/ingest/v1/photos/{photo}/preview").status_code == 401
        opened = stranger.get(f"/?key={key}")
        assert (opened.status_code, opened.headers["location"]) == (303, "/")
        assert stranger.get("/").status_code == 200
        assert stranger.get("/_stcore/health").text == "ok"


def test_a_profile_taken_away_leaves_what_it_found(stack: Stack) -> None:
    """Without `faces` the capability is off and the people stay; other services come by their profile; back again,
    nobody is there twice."""
    before = _people(stack)
    stack.up("objects,memories")
    wait_until(lambda: not stack.get("/api/vision/v1/models")["tasks"]["faces"]["on"], 60)
    assert stack.get("/api/vision/v1/models")["tasks"]["objects"]["on"]
    wait_until(stack.is_settled, 60 + PHOTOS)
    assert _people(stack) == before
    assert stack.get("/api/memories/status")["ready"]
    stack.up("faces,objects")
    wait_until(lambda: stack.get("/api/vision/v1/models")["tasks"]["faces"]["on"], 60)
    wait_until(stack.is_settled, 60 + 2 * PHOTOS)
    assert sum(_people(stack).values()) == sum(before.values())


def test_containers_may_do_little(stack: Stack) -> None:
    """Each runs without root's powers on a root file system that it cannot write; nothing but the proxy is open."""
    for name in stack.compose("ps", "--quiet").split():
        found = json.loads(docker("inspect", name))[0]
        host = found["HostConfig"]
        assert host["ReadonlyRootfs"], found["Name"]
        assert host["CapDrop"] == ["ALL"], found["Name"]
        assert "no-new-privileges:true" in host["SecurityOpt"], found["Name"]
        assert host["Memory"] > 0, found["Name"]
        service = found["Config"]["Labels"]["com.docker.compose.service"]
        assert bool(host["PortBindings"]) == (service == "proxy"), service
    for service in ("ingest", "vision", "ui", "proxy", "nats", "qdrant"):
        assert stack.compose("exec", "--no-TTY", service, "id", "-u").strip() == "1000", service
    assert "Read-only" in stack.compose("exec", "--no-TTY", "ingest", "sh", "-c", "touch /photos/x 2>&1 || true")


def test_images_stay_small() -> None:
    """No image grows beyond what was promised, nor do all of them together; they carry a list of what is in them."""
    sizes = {
        name: int(docker("image", "inspect", "--format", "{{.Size}}", f"pictopy/{name}:{TAG}")) for name in SERVICES
    }
    assert {name: size for name, size in sizes.items() if size > LARGEST_MB[name] * 1e6} == {}
    layers: dict[tuple[str, ...], int] = {}
    for name in SERVICES:
        history = docker(
            "history", "--no-trunc", "--human=false", "--format", "{{.Size}} {{.CreatedBy}}", f"pictopy/{name}:{TAG}"
        )
        below: tuple[str, ...] = ()
        for line in reversed(history.splitlines()):
            below = (*below, line)
            layers[below] = int(line.partition(" ")[0])
    assert sum(layers.values()) < TOGETHER_MB * 1e6
    for name in SERVICES:
        sbom = docker("run", "--rm", f"pictopy/{name}:{TAG}", "cat", "/usr/share/pictopy/sbom.json")
        assert {"pictopy-contracts", "pydantic"} <= {part["name"] for part in json.loads(sbom)["components"]}
