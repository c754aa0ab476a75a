"""The model catalogue on disk: one YAML file an entry, class names beside them."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry

SHIPPED = Path(__file__).parent / "catalogue"  # where a wheel has it
CHECKOUT = (SHIPPED.parent / "../../../../models/catalogue").resolve()  # where an editable install finds it


class CatalogueError(Exception):
    """The catalogue itself is wrong; the service does not start on it."""


@dataclass(frozen=True)
class Catalogue:
    entries: dict[ModelId, Entry]
    labels: dict[str, tuple[str, ...]]
    """File name to class names, in the order of the outputs."""

    def labels_of(self, entry: Entry) -> tuple[str, ...]:
        return self.labels[entry.output.labels] if entry.output.labels else ()


def catalogue_folder(chosen: Path | None) -> Path:
    """The folder that a setting names, else the one shipped in the package, else the one of the checkout."""
    return chosen or (SHIPPED if SHIPPED.is_dir() else CHECKOUT)


def read_catalogue(folder: Path) -> Catalogue:
    """Raises CatalogueError, naming the file."""
    entries = {entry.id: entry for entry in map(_read_entry, sorted(folder.glob("*.yaml")))}
    if not entries:
        raise CatalogueError(f"no model entries in {folder}")
    names = {entry.output.labels for entry in entries.values()} - {None}
    return Catalogue(entries, {name: _read_labels(folder / "labels" / name) for name in names if name})


def _read_entry(path: Path) -> Entry:
    try:
        entry = Entry.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError, OSError) as error:
        raise CatalogueError(f"{path}: {error}") from error
    if entry.id != path.stem:
        raise CatalogueError(f"{path}: its id is {entry.id}, so the file should be {entry.id}.yaml")
    return entry


def _read_labels(path: Path) -> tuple[str, ...]:
    try:
        return tuple(path.read_text(encoding="utf-8").splitlines())
    except OSError as error:
        raise CatalogueError(f"{path}: {error}") from error
