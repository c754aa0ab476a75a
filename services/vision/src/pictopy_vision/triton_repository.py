"""Make a Triton model repository from the models that are installed.

    python -m pictopy_vision.triton_repository TO [--models FOLDER] [--backend onnxruntime|python] [MODEL ...]

TO gets `<id>/config.pbtxt` and `<id>/1/model.onnx` for each. FOLDER: a mirror of model files, or the `models` folder of
the vision service's data. Without MODEL all that are there.
"""

import argparse
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from pictopy_vision.catalogue_files import Catalogue, catalogue_folder, read_catalogue
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.triton import Backend, config_of
from pictopy_vision.engine_onnx import OnnxEngine
from pictopy_vision.model_folder import ModelFolder

PYTHON_MODEL = Path(__file__).with_name("triton_model.py")


def write_model(entry: Entry, path: Path, to: Path, backend: Backend) -> Path:
    """The model's folder below `to`. The file is the one that the entry names, or ModelError is raised."""
    session = OnnxEngine(1, cpu_only=True).open(entry, path)
    folder = to / entry.id
    version = folder / "1"
    version.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, version / "model.onnx")
    for companion in entry.files:
        shutil.copyfile(path.with_name(companion.file), version / companion.file)
    if backend == "python":
        shutil.copyfile(PYTHON_MODEL, version / "model.py")
    (folder / "config.pbtxt").write_text(config_of(entry, session.inputs, session.outputs, backend), encoding="utf-8")
    return folder


def found(catalogue: Catalogue, models: Path, wanted: Sequence[str]) -> Iterator[tuple[Entry, Path]]:
    """Entries with their files, which may lie as in a mirror or as in the service's store."""
    store = ModelFolder(models)
    for entry in catalogue.entries.values():
        path = next((one for one in (models / entry.mirror, store.path_of(entry)) if one.is_file()), None)
        if path and (not wanted or entry.id in wanted):
            yield entry, path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("to", type=Path)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--backend", choices=("onnxruntime", "python"), default="onnxruntime")
    parser.add_argument("model", nargs="*")
    given = parser.parse_args()
    for entry, path in found(read_catalogue(catalogue_folder(None)), given.models, given.model):
        print(write_model(entry, path, given.to, given.backend))  # noqa: T201  a command tells what it made


if __name__ == "__main__":
    main()
