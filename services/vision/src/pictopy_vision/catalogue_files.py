"""The model catalogue on disk: one YAML file an entry; class names, licence texts and profiles beside them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.profiles import Profile

SHIPPED = Path(__file__).parent / "catalogue"  # where a wheel has it
CHECKOUT = (SHIPPED.parent / "../../../../models/catalogue").resolve()  # where an editable install finds it
M = TypeVar("M", bound=BaseModel)


class CatalogueError(Exception):
    """The catalogue itself is wrong; the service does not start on it."""


@dataclass(frozen=True)
class Catalogue:
    entries: dict[ModelId, Entry]
    labels: dict[str, tuple[str, ...]]
    """File name to class names, in the order of the outputs."""
    licences: dict[str, str] = field(default_factory=dict)
    """File name to text."""
    profiles: dict[str, Profile] = field(default_factory=dict)
    """From small to large."""

    def labels_of(self, entry: Entry) -> tuple[str, ...]:
        return self.labels[entry.output.labels] if entry.output.labels else ()

    def can_read(self, entry: Entry) -> bool:
        """Whether an entry that came from elsewhere has all that it needs here."""
        return entry.output.labels is None or entry.output.labels in self.labels


def catalogue_folder(chosen: Path | None) -> Path:
    """The folder that a setting names, else the one shipped in the package, else the one of the checkout."""
    return chosen or (SHIPPED if SHIPPED.is_dir() else CHECKOUT)


def read_catalogue(folder: Path) -> Catalogue:
    """Raises CatalogueError, naming the file."""
    entries = {entry.id: entry for entry in (_named(path, Entry) for path in sorted(folder.glob("*.yaml")))}
    if not entries:
        raise CatalogueError(f"no model entries in {folder}")
    labels = {name: tuple(_text(folder / "labels" / name).splitlines()) for name in _label_files(entries.values())}
    licences = {name: _text(folder / "licences" / name) for name in {each.licence.text for each in entries.values()}}
    profiles = [_named(path, Profile) for path in (folder / "profiles").glob("*.yaml")]
    by_order = {profile.id: profile for profile in sorted(profiles, key=lambda profile: profile.order)}
    catalogue = Catalogue(entries, labels, licences, by_order)
    _check_shelf(catalogue)
    return catalogue


def _label_files(entries: Iterable[Entry]) -> set[str]:
    return {entry.output.labels for entry in entries if entry.output.labels}


def _check_shelf(catalogue: Catalogue) -> None:
    """What is offered without being asked for by name may be used by anyone for anything."""
    for profile in catalogue.profiles.values():
        unknown = set(profile.models) - catalogue.entries.keys()
        if unknown:
            raise CatalogueError(f"profile {profile.id} names unknown models: {', '.join(sorted(unknown))}")
    offered = {model_id for profile in catalogue.profiles.values() for model_id in profile.models}
    for entry in catalogue.entries.values():
        if not entry.licence.commercial and (entry.starter or entry.id in offered):
            raise CatalogueError(f"{entry.id}: {entry.licence.name} forbids commercial use, so no set may contain it")


def _named(path: Path, kind: type[M]) -> M:
    try:
        found = kind.model_validate(yaml.safe_load(_text(path)))
    except (yaml.YAMLError, ValidationError) as error:
        raise CatalogueError(f"{path}: {error}") from error
    name = getattr(found, "id", None)
    if name != path.stem:
        raise CatalogueError(f"{path}: its id is {name}, so the file should be {name}.yaml")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: {error}") from error
