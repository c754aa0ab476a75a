"""Model files on their way: mirrors, publishers, cuts, wrong bytes, full disks."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.sources import RESERVE_BYTES, FileSource, UrlSource, lacks_space, sources_of
from pictopy_vision.fakes import FakeStore
from pictopy_vision.fetch import Fetcher
from pictopy_vision.model_folder import ModelFolder
from pictopy_vision.ports import ModelStore

CONTENT = bytes(range(256)) * 40
SHIPPED = read_catalogue(CHECKOUT).entries[ModelId("yolox_nano")]
ENTRY = SHIPPED.model_copy(
    update={
        "bytes": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "sources": ("https://publisher.test/one.onnx",),
    }
)
ORPHAN = ENTRY.model_copy(update={"sources": ()})
Answer = Callable[[httpx.Request], httpx.Response]


def fetcher(root: Path, answer: Answer, mirror: str = "") -> Fetcher:
    return Fetcher(ModelFolder(root), httpx.AsyncClient(transport=httpx.MockTransport(answer)), mirror)


def whole(request: httpx.Request) -> httpx.Response:
    """A server that knows ranges."""
    wanted = request.headers.get("Range")
    if wanted is None:
        return httpx.Response(200, content=CONTENT)
    return httpx.Response(206, content=CONTENT[int(wanted.removeprefix("bytes=").rstrip("-")) :])


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no network", request=request)


def ignore(done_bytes: int) -> None:
    assert done_bytes >= 0


async def test_a_pull_ends_with_the_verified_file(tmp_path: Path) -> None:
    """Progress grows to the whole size, the file has its name, and no part is left."""
    progress: list[int] = []
    await fetcher(tmp_path, whole).fetch(ENTRY, progress.append)
    folder = ModelFolder(tmp_path)
    assert folder.path_of(ENTRY).read_bytes() == CONTENT
    assert not folder.part_of(ENTRY).exists()
    assert progress == sorted(progress)
    assert progress[-1] == len(CONTENT)


async def test_a_cut_pull_goes_on_where_it_was(tmp_path: Path) -> None:
    """The part of a pull that broke is asked for no second time."""
    folder = ModelFolder(tmp_path)
    folder.start_part(ENTRY).write_bytes(CONTENT[:5000])
    asked: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("Range"))
        return whole(request)

    await fetcher(tmp_path, answer).fetch(ENTRY, ignore)
    assert asked == ["bytes=5000-"]
    assert folder.path_of(ENTRY).read_bytes() == CONTENT


async def test_a_server_without_ranges_starts_over(tmp_path: Path) -> None:
    """An answer of 200 to a range holds the whole file."""
    ModelFolder(tmp_path).start_part(ENTRY).write_bytes(b"stale" * 100)
    await fetcher(tmp_path, lambda _: httpx.Response(200, content=CONTENT)).fetch(ENTRY, ignore)
    assert ModelFolder(tmp_path).path_of(ENTRY).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (CONTENT[:-1] + b"x", "is not the file of the catalogue"),
        (CONTENT[:-100], "the catalogue says"),
        (CONTENT + b"more", "more than"),
        (b"<html>not found</html>", "the catalogue says"),
    ],
    ids=["changed", "truncated", "longer", "a web page"],
)
async def test_wrong_bytes_never_get_the_name(tmp_path: Path, content: bytes, reason: str) -> None:
    """A file that is not the catalogue's is refused, and a sentence names model and difference."""
    with pytest.raises(ModelError, match=reason) as raised:
        await fetcher(tmp_path, lambda _: httpx.Response(200, content=content)).fetch(ENTRY, ignore)
    assert "yolox_nano" in str(raised.value)
    assert not ModelFolder(tmp_path).path_of(ENTRY).exists()


async def test_a_refused_part_is_no_beginning(tmp_path: Path) -> None:
    """After wrong bytes the next pull starts clean and succeeds."""
    with pytest.raises(ModelError):
        await fetcher(tmp_path, lambda _: httpx.Response(200, content=b"x" * len(CONTENT))).fetch(ENTRY, ignore)
    await fetcher(tmp_path, whole).fetch(ENTRY, ignore)
    assert ModelFolder(tmp_path).installed([ENTRY]) == {ENTRY.id}


async def test_a_mirror_folder_is_copied(tmp_path: Path) -> None:
    """A mirror is asked first, and no network is needed."""
    mirrored = tmp_path / "mirror" / ENTRY.mirror
    mirrored.parent.mkdir(parents=True)
    mirrored.write_bytes(CONTENT)
    await fetcher(tmp_path / "store", unreachable, str(tmp_path / "mirror")).fetch(ORPHAN, ignore)
    assert ModelFolder(tmp_path / "store").installed([ENTRY]) == {ENTRY.id}


async def test_a_spoilt_mirror_gives_way_to_the_publisher(tmp_path: Path) -> None:
    """Each source is tried in turn until one has the right bytes."""
    mirrored = tmp_path / "mirror" / ENTRY.mirror
    mirrored.parent.mkdir(parents=True)
    mirrored.write_bytes(b"spoilt")
    await fetcher(tmp_path / "store", whole, str(tmp_path / "mirror")).fetch(ENTRY, ignore)
    assert ModelFolder(tmp_path / "store").installed([ENTRY]) == {ENTRY.id}


async def test_each_source_tells_why_not(tmp_path: Path) -> None:
    """Nothing to be had: the sentence has what the mirror and the publisher answered."""
    with pytest.raises(ModelError, match=r"there is no such file; https://publisher.*no network"):
        await fetcher(tmp_path, unreachable, str(tmp_path / "nowhere")).fetch(ENTRY, ignore)


async def test_a_mirror_that_is_no_address_is_told(tmp_path: Path) -> None:
    """A mistyped setting fails the pull with a sentence, not the service."""
    with pytest.raises(ModelError, match="http://nas:port"):
        await fetcher(tmp_path, unreachable, "http://nas:port/").fetch(ORPHAN, ignore)


async def test_without_a_publisher_the_mirror_is_named(tmp_path: Path) -> None:
    """A model that only a mirror has says so and how to set one."""
    with pytest.raises(
        ModelError, match=r"only from a mirror: set PICTOPY_MODELS_MIRROR .* yolox_nano/yolox_nano.onnx"
    ):
        await fetcher(tmp_path, whole).fetch(ORPHAN, ignore)


def test_a_full_disk_is_told_before_the_pull() -> None:
    """What is still to come, and a reserve, must fit; what is there already counts."""
    assert lacks_space(ENTRY, 0, RESERVE_BYTES + ENTRY.bytes) is None
    assert "the disk has" in (lacks_space(ENTRY, 0, RESERVE_BYTES + ENTRY.bytes - 1) or "")
    assert lacks_space(ENTRY, 10, RESERVE_BYTES + ENTRY.bytes - 10) is None


def test_mirrors_by_folder_and_by_address() -> None:
    """A folder, a file: address and an http address all put the entry's path below their root."""
    assert sources_of(ORPHAN, "/srv/m") == (FileSource(Path("/srv/m/yolox_nano/yolox_nano.onnx")),)
    assert sources_of(ORPHAN, "file:///srv/m") == sources_of(ORPHAN, "/srv/m")
    assert sources_of(ENTRY, "http://nas/m/") == (
        UrlSource("http://nas/m/yolox_nano/yolox_nano.onnx"),
        UrlSource("https://publisher.test/one.onnx"),
    )


class TestStores:
    """The contract of a model store, on the disk and on the fake."""

    @pytest.fixture(params=["disk", "fake"])
    def store(self, request: pytest.FixtureRequest, tmp_path: Path) -> ModelStore:
        if request.param == "fake":
            return FakeStore({ENTRY.id})
        folder = ModelFolder(tmp_path)
        folder.start_part(ENTRY).write_bytes(CONTENT)
        folder.accept_part(ENTRY)
        return folder

    def spoil(self, store: ModelStore, entry: Entry) -> None:
        if isinstance(store, FakeStore):
            store.spoilt.add(entry.id)
        else:
            store.path_of(entry).write_bytes(b"x" * entry.bytes)

    def test_what_is_there_is_installed_and_verified(self, store: ModelStore) -> None:
        """A whole file is installed, and its hash is right."""
        assert store.installed([ENTRY]) == {ENTRY.id}
        store.verify(ENTRY)

    def test_a_file_that_changed_fails_verification(self, store: ModelStore) -> None:
        """Bytes that changed after the pull are found by `verify`."""
        self.spoil(store, ENTRY)
        with pytest.raises(ModelError, match="not the file of the catalogue"):
            store.verify(ENTRY)

    def test_removed_is_gone(self, store: ModelStore) -> None:
        """Removing twice is no error; then nothing is installed and verification says so."""
        store.remove(ENTRY)
        store.remove(ENTRY)
        assert store.installed([ENTRY]) == frozenset()
        with pytest.raises(ModelError, match="is not installed"):
            store.verify(ENTRY)
