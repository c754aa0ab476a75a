"""Split the pinned requirements into image layers: what several services need is one layer that they share.

layers.py REQUIREMENTS_DIR OUT_DIR writes `<layer>.txt` for each. Nothing is resolved here: each line, with its hashes,
comes from `requirements/<service>.txt`, so that an image holds just what was pinned for its service.
"""

import sys
from pathlib import Path

UNDER = {
    "ingest": ("common", "pictures"),
    "vision": ("common", "pictures"),
    "cluster": ("common", "vectors"),
    "search": ("common", "vectors"),
    "memories": ("common",),
    "exif": ("common",),
    "ui": ("common",),
}
"""Service to the shared layers below its own. A layer has what all services above it need."""

COMMON_TOO = frozenset({"numpy", "blake3", "pyexiv2", "piexif"})
"""Needed by most services only; one copy below costs less than one in each."""

Pins = dict[str, str]
"""Requirement line without hashes (`numpy==2.5.5 ; python_full_version >= '3.12'`) to the whole block."""


def read(path: Path) -> Pins:
    """The blocks of a requirements file: a line that starts a package, and its `--hash` lines."""
    pins: Pins = {}
    first = ""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line[:1] not in (" ", "#", "\n"):
            first = line.rstrip("\\\n ")
            pins[first] = ""
        if first and not line.startswith("#"):
            pins[first] += line
    return pins


def name_of(pin: str) -> str:
    return pin.partition("==")[0].partition("[")[0].strip()


def split(services: dict[str, Pins]) -> dict[str, Pins]:
    """Layer to its pins; a service's own layer is called like it. The layers of one service never overlap."""
    everything = {pin: block for pins in services.values() for pin, block in pins.items()}
    layers: dict[str, Pins] = {}
    for layer in ("common", "pictures", "vectors"):
        above = [pins for service, pins in services.items() if layer in UNDER[service]]
        shared = set.intersection(*map(set, above))
        if layer == "common":
            shared |= {pin for pin in everything if name_of(pin) in COMMON_TOO}
        else:
            shared -= layers["common"].keys()
        layers[layer] = {pin: everything[pin] for pin in sorted(shared)}
    for service, pins in services.items():
        below = {pin for layer in UNDER[service] for pin in layers[layer]}
        layers[service] = {pin: block for pin, block in pins.items() if pin not in below}
    return layers


def main(requirements: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    services = {service: read(requirements / f"{service}.txt") for service in UNDER}
    for layer, pins in split(services).items():
        (out / f"{layer}.txt").write_text("".join(pins.values()), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
