"""The services: which, on which port, told what. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ServiceSpec:
    name: str
    default_port: int
    has_database: bool = True
    niceness: int = 0
    """0..19: who waits when all cores are busy. New photos show first, then they can be found, then understood."""

    @property
    def module(self) -> str:
        return f"pictopy_{self.name}"

    def command(self, python: str) -> list[str]:
        return ["nice", "-n", str(self.niceness), python, "-m", self.module]


UI = ServiceSpec("ui", 8700, has_database=False)
BACKEND = (
    ServiceSpec("ingest", 8701),
    ServiceSpec("vision", 8702, has_database=False, niceness=15),
    ServiceSpec("cluster", 8703, niceness=15),
    ServiceSpec("search", 8704, niceness=8),
    ServiceSpec("memories", 8705, niceness=15),
    ServiceSpec("exif", 8706, niceness=15),
)
ALL = (*BACKEND, UI)
EXPORTERS = tuple(spec for spec in BACKEND if spec.name in {"ingest", "cluster", "memories", "exif"})

PASSED_ON = frozenset({"PICTOPY_MODELS_MIRROR", "PICTOPY_MODELS_OFFLINE", "PICTOPY_LOG_LEVEL"})
"""What a user may set for all services; every other PICTOPY_* would be taken for a setting of each of them."""

SMALL_FOOTPRINT = {
    "MALLOC_ARENA_MAX": "2",  # glibc gives each thread an arena that it seldom returns
    "OMP_NUM_THREADS": "1",  # the services bound their own threads
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONFAULTHANDLER": "1",
}

PRIVATE = {"ORT_DISABLE_TELEMETRY": "1"}
"""ONNX Runtime's wheels would report to their maker; nothing of ours reports to anyone."""


@dataclass(frozen=True)
class Wiring:
    """Where everything is. `ports` has one for each service, also for those that are not started, and may change."""

    nats_url: str
    nats_token: str
    token: str
    ports: dict[str, int]
    dsn: Mapping[str, str]
    data_root: Path
    is_quiet: bool = False
    """The services answer and work on nothing."""

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"


def environment(spec: ServiceSpec, wiring: Wiring, inherited: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of one service process."""
    kept = {key: value for key, value in inherited.items() if not key.startswith("PICTOPY_") or key in PASSED_ON}
    prefix = spec.name.upper()
    own = {
        f"{prefix}_HOST": "127.0.0.1",
        f"{prefix}_PORT": str(wiring.ports[spec.name]),
        f"{prefix}_DATA_DIR": str(wiring.data_root / spec.name),
        "PICTOPY_NATS_URL": wiring.nats_url,
        "PICTOPY_NATS_TOKEN": wiring.nats_token,
        "PICTOPY_TOKEN": wiring.token,
        **{f"PICTOPY_{other.name.upper()}_URL": wiring.url(other.name) for other in BACKEND},
    }
    if wiring.is_quiet:
        own["PICTOPY_IS_QUIET"] = "1"
    if spec.has_database:
        own[f"{prefix}_POSTGRES_DSN"] = wiring.dsn[spec.name]
    return {**SMALL_FOOTPRINT, **kept, **PRIVATE, **own, **_EXTRA.get(spec.name, lambda _: {})(wiring)}


def _vision(wiring: Wiring) -> dict[str, str]:
    return {"VISION_PREVIEWS_DIR": str(wiring.data_root / "ingest" / "previews"), "VISION_AUTO_PULL_STARTER": "1"}


def _ui(wiring: Wiring) -> dict[str, str]:
    return {"PICTOPY_INGEST_PUBLIC_URL": wiring.url("ingest")}


_EXTRA = {"vision": _vision, "ui": _ui}
