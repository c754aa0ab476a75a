"""Keeps a person's choices in the data folder, so that a restart and a new version of PictoPy know them."""

import os
from pathlib import Path

from pydantic import ValidationError

from pictopy_vision.domain.choices import Choices


class ChoicesError(Exception):
    """The file is there and cannot be read; starting without it would undo what a person chose."""


class ChoiceKeeper:
    def __init__(self, file: Path | None = None) -> None:
        """`file`: None keeps them in memory only. Raises ChoicesError."""
        self._file = file
        self.choices = _read(file) if file else Choices()

    @property
    def is_kept(self) -> bool:
        """Whether anything was ever written down."""
        return self._file is not None and self._file.is_file()

    def put(self, choices: Choices) -> None:
        """Atomic: after a crash either the old or the new choices are there."""
        if choices != self.choices and self._file:
            _write(self._file, choices)
        self.choices = choices


def _read(file: Path) -> Choices:
    try:
        return Choices.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return Choices()
    except (OSError, ValidationError) as error:
        raise ChoicesError(f"{file} cannot be read ({error}); mend it, or remove it to choose models anew") from error


def _write(file: Path, choices: Choices) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as handle:
        handle.write(choices.model_dump_json(indent=1) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(file)
