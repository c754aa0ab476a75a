"""The command's forms."""

from pathlib import Path

import pytest

from pictopy_local.cli import main
from pictopy_local.say import answer


@pytest.mark.parametrize("form", [["up"], ["demo"], ["once"], ["export"], ["status"], ["token"], ["doctor"]])
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
    for form in ("export", "status", "token"):
        assert main([form, "--data", str(tmp_path / "data")]) == 1
    assert not (tmp_path / "data").exists()


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
