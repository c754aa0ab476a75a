"""The command's forms."""

from pathlib import Path

import pytest

from pictopy_local.cli import main
from pictopy_local.data_dir import DataDir
from pictopy_local.say import answer

FORMS = [[name] for name in ("up", "demo", "once", "export", "status", "token", "doctor", "rebuild", "ledger", "undo")]


@pytest.mark.parametrize("form", FORMS)
def test_each_form_explains_itself(form: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """`pictopy FORM --help` exits with 0."""
    with pytest.raises(SystemExit) as ended:
        main([*form, "--help"])
    assert ended.value.code == 0
    assert "--data" in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped library is an error before anything starts."""
    with pytest.raises(SystemExit) as ended:
        main(["once", "--library", str(tmp_path / "nowhere"), "--data", str(tmp_path / "data")])
    assert ended.value.code == 2
    assert "is not a folder" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_what_never_ran_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Looking at a data folder that does not exist makes nothing and exits with 1."""
    for form in (["export"], ["status"], ["token"], ["ledger"], ["undo", "--all", "--yes"]):
        assert main([*form, "--data", str(tmp_path / "data")]) == 1
    assert not (tmp_path / "data").exists()


def test_a_rebuild_is_careful(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says that files are its only source, names its data folder, and leaves databases and newer journals alone."""
    library, data = tmp_path / "photos", tmp_path / "data"
    library.mkdir()
    form = ["rebuild", "--from-files", "--library", str(library)]
    assert main(form) == 1
    assert "--data" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["rebuild", "--library", str(library), "--data", str(data)])
    DataDir(data).make()
    assert main([*form, "--data", str(data)]) == 1
    assert "--again" in capsys.readouterr().err
    journal = library / ".pictopy" / "journal.jsonl"
    journal.parent.mkdir()
    journal.write_text('{"format":"pictopy-journal","version":99}\n', encoding="utf-8")
    assert main([*form, "--data", str(tmp_path / "new")]) == 1
    assert "newer PictoPy" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_undo_needs_to_be_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With nobody at the keyboard it does nothing without --yes."""
    data = tmp_path / "data"
    DataDir(data).make()
    assert main(["undo", "--all", "--data", str(data)]) == 1
    assert "--yes" in capsys.readouterr().err
    assert not (data / "postgres").exists()


def test_doctor_looks_without_a_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The engines are found and named with their versions, and what to do next is said."""
    assert main(["doctor", "--data", str(tmp_path / "data")]) == 0
    told = capsys.readouterr().out
    assert "PostgreSQL" in told
    assert "nats-server" in told
    assert "pictopy up" in told


def test_names_that_are_not_utf8_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A byte that is no text comes out as the escape that JSON has for it."""
    answer('{"path": "caf\udce9.jpg"}')
    assert capsys.readouterr().out == '{"path": "caf\\udce9.jpg"}\n'
