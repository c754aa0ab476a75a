"""Hardware, profiles, and what each takes."""

import os
from pathlib import Path

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.domain.hardware import Hardware, cores_of_quota, gpu_of_listing, useful_instructions
from pictopy_vision.domain.profiles import SERVICE_MB, budget, recommend, why_unfit
from pictopy_vision.fakes import SMALL_MACHINE
from pictopy_vision.machine import look

CATALOGUE = read_catalogue(CHECKOUT)
PROFILES = list(CATALOGUE.profiles.values())
SMALL, MEDIUM, GPU = PROFILES
BIG = Hardware(cores=8, memory_mb=32_000, gpu="NVIDIA T4", instructions=("avx2",), disk_free_mb=90_000)


def recommended(hardware: Hardware) -> str:
    return recommend([profile for profile in PROFILES if why_unfit(profile, hardware, 100) is None], PROFILES)


def test_each_machine_gets_the_largest_that_fits() -> None:
    """A mini PC, a PC, a PC with a card; and the smallest where nothing fits."""
    assert recommended(SMALL_MACHINE) == "small"
    assert recommended(BIG.model_copy(update={"gpu": None})) == "medium"
    assert recommended(BIG) == "gpu"
    assert recommended(SMALL_MACHINE.model_copy(update={"memory_mb": 900})) == "small"


def test_why_not_is_a_sentence() -> None:
    """Memory, cores, the card and the disk are each told with both numbers."""
    assert why_unfit(SMALL, SMALL_MACHINE, 10) is None
    assert "3,900" in (why_unfit(MEDIUM, SMALL_MACHINE, 10) or "")
    assert "2" in (why_unfit(MEDIUM, BIG.model_copy(update={"cores": 2}), 10) or "")
    assert "GPU" in (why_unfit(GPU, BIG.model_copy(update={"gpu": None}), 10) or "")
    assert "90,000" in (why_unfit(GPU, BIG, 100_000) or "")


def test_a_budget_is_the_sum_of_its_entries() -> None:
    """Disk and memory in full; what is here already needs no download; a measured time counts before the stated one."""
    entries = [CATALOGUE.entries[model_id] for model_id in SMALL.models]
    whole = budget(entries, frozenset(), {})
    assert whole.disk_mb == whole.download_mb == round(sum(entry.bytes for entry in entries) / 1e6, 1)
    assert whole.memory_mb == SERVICE_MB + sum(entry.hardware.memory_mb or 0 for entry in entries)
    yolox = ModelId("yolox_nano")
    later = budget(entries, frozenset({yolox}), {yolox: 9.0})
    assert later.download_mb < later.disk_mb
    assert (whole.ms_per_photo or 0) - (later.ms_per_photo or 0) == (CATALOGUE.entries[yolox].hardware.cpu_ms or 0) - 9


def test_the_smallest_useful_set_is_small() -> None:
    """Faces, telling them apart, and objects: under 15 MB on the disk and 700 MB at work."""
    takes = budget([CATALOGUE.entries[model_id] for model_id in SMALL.models], frozenset(), {})
    assert takes.disk_mb < 15
    assert (takes.memory_mb or 9999) < 700
    assert takes.ms_per_photo


def test_an_unmeasured_time_is_not_guessed() -> None:
    """None where a model was never run; a tower that works once a query costs a photo nothing."""
    image, words = (CATALOGUE.entries[ModelId(name)] for name in ("siglip2_base_image", "siglip2_base_text"))
    assert budget([image], frozenset(), {}).ms_per_photo is None
    assert budget([words], frozenset(), {}).ms_per_photo == 0


def test_what_the_system_says_is_understood() -> None:
    """Flags of x86 and ARM, limits of a container, the list of cards; nonsense is nothing."""
    assert useful_instructions("model name: x\nflags\t\t: fpu avx avx2 vme\n") == ("avx", "avx2")
    assert useful_instructions("Features\t: fp asimd i8mm\n") == ("asimd", "i8mm")
    assert useful_instructions("") == ()
    assert cores_of_quota("150000 100000\n") == 1.5
    assert cores_of_quota("max 100000") is None
    assert cores_of_quota("") is None
    assert gpu_of_listing("NVIDIA H100, 81559\nNVIDIA T4, 15360\n") == ("NVIDIA H100", 81559)
    assert gpu_of_listing("") is None


def test_the_machine_is_looked_at(tmp_path: Path) -> None:
    """This one: cores, memory and disk are as the system tells; a card that the engine cannot use is none."""
    hardware = look(tmp_path / "not" / "yet" / "there", lambda: ("CPUExecutionProvider",))
    assert 1 <= hardware.cores <= (os.cpu_count() or 1)
    assert hardware.memory_mb > 500
    assert hardware.disk_free_mb > 0
    assert hardware.gpu is None
    assert look(tmp_path, lambda: ("OpenVINOExecutionProvider",)).gpu == "OpenVINOExecutionProvider"
