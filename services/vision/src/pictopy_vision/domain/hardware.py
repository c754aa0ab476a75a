"""The machine, as far as the choice of models depends on it."""

from pydantic import BaseModel, ConfigDict

USEFUL_INSTRUCTIONS = (
    "sse4_2",
    "avx",
    "avx2",
    "fma",
    "avx512f",
    "avx512_vnni",
    "avx_vnni",
    "amx_int8",
    "asimd",
    "i8mm",
)
"""Of those that a processor lists, what changes how fast a network runs; asimd and i8mm are ARM's."""


class Hardware(BaseModel):
    model_config = ConfigDict(frozen=True)

    cores: int
    """That this process may use, after affinity and the limits of a container."""
    memory_mb: int
    gpu: str | None
    """Its name; None where the engine could not use it, also if one is built in."""
    gpu_memory_mb: int | None = None
    instructions: tuple[str, ...]
    disk_free_mb: int
    """Where models are kept."""


def useful_instructions(cpuinfo: str) -> tuple[str, ...]:
    """`cpuinfo`: text of /proc/cpuinfo; the line is called flags on x86 and Features on ARM."""
    for line in cpuinfo.splitlines():
        name, _, words = line.partition(":")
        if name.strip().lower() in ("flags", "features"):
            has = set(words.split())
            return tuple(each for each in USEFUL_INSTRUCTIONS if each in has)
    return ()


def cores_of_quota(cpu_max: str) -> float | None:
    """`cpu_max`: text of a cgroup's cpu.max, as in «150000 100000»; None where there is no limit."""
    quota, _, period = cpu_max.strip().partition(" ")
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() and int(period) else None


def gpu_of_listing(listing: str) -> tuple[str, int] | None:
    """`listing`: what `nvidia-smi --query-gpu=name,memory.total --format=csv,noheader,nounits` prints; the first."""
    name, _, memory = next(iter(listing.strip().splitlines()), "").rpartition(",")
    return (name.strip(), int(memory)) if name and memory.strip().isdigit() else None
