"""The data folder: one user at a time, one token for ever, few logs."""

import stat
from pathlib import Path

import pytest

from pictopy_local.data_dir import LARGE_LOG_BYTES, LOGS_KEPT, AlreadyRunning, DataDir, default_data_dir
from pictopy_local.state import ProcessState, State


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    folder = DataDir(tmp_path / "data")
    folder.make()
    return folder


def test_the_token_is_made_once_and_kept_private(data: DataDir) -> None:
    """The same token for ever, readable by its owner only."""
    token = data.token()
    assert len(token) >= 32
    assert DataDir(data.root).token() == token
    assert stat.S_IMODE((data.root / "token").stat().st_mode) == 0o600


def test_one_launcher_at_a_time(data: DataDir) -> None:
    """A second lock on the same folder is refused while the first is held, and possible afterwards."""
    assert not data.is_running()
    with data.locked():
        assert DataDir(data.root).is_running()
        with pytest.raises(AlreadyRunning), DataDir(data.root).locked():
            pass
    with DataDir(data.root).locked():
        pass


def test_logs_are_rotated_and_few(data: DataDir) -> None:
    """Each start begins a fresh log and keeps the last three."""
    for number in range(6):
        data.log_of("vision").write_text(str(number))
        data.rotate_log("vision")
    kept = sorted(data.logs.iterdir())
    assert [log.name for log in kept] == [f"vision.log.{number + 1}" for number in range(LOGS_KEPT)]
    assert [log.read_text() for log in kept] == ["5", "4", "3"]


def test_a_large_log_is_put_aside(data: DataDir) -> None:
    """A service that talks for months does not fill the disk, and its writer notices nothing."""
    log = data.log_of("vision")
    with log.open("ab") as writer:
        writer.truncate(LARGE_LOG_BYTES + 1)
        data.trim_logs()
        writer.write(b"on we go")
    assert log.read_bytes() == b"on we go"
    assert log.with_name("vision.log.1").stat().st_size == LARGE_LOG_BYTES + 1


def test_the_state_tells_where_each_part_is(data: DataDir) -> None:
    """What a launcher wrote is what others read; a torn or absent file is an empty state."""
    assert data.read_state() == State()
    ui = ProcessState(name="ui", pid=7, started_at=1.0, url="http://127.0.0.1:8700", log="x")
    nats = ProcessState(name="nats", pid=8, started_at=1.0, log="x")
    data.write_state(State(launcher_pid=1, processes=(ui, nats)))
    assert data.read_state().ui_url == "http://127.0.0.1:8700"
    assert data.read_state().urls == {"ui": "http://127.0.0.1:8700"}
    data.state_file.write_text('{"launcher')
    assert data.read_state() == State()


def test_the_default_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """$PICTOPY_DATA wins over the XDG place, which wins over the home folder."""
    monkeypatch.setenv("XDG_DATA_HOME", "/xdg")
    monkeypatch.delenv("PICTOPY_DATA", raising=False)
    assert default_data_dir() == Path("/xdg/pictopy")
    monkeypatch.setenv("PICTOPY_DATA", "/mine")
    assert default_data_dir() == Path("/mine")
