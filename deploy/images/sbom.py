"""List what an image holds as a CycloneDX 1.5 document: sbom.py SITE NAME VERSION, JSON to stdout."""

import json
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path


def component(found: Distribution) -> dict[str, object]:
    """One Python package: name, version, package URL and licence as its own metadata says it."""
    name, version = found.metadata["Name"], found.version
    stated = [*found.metadata.get_all("License-Expression", []), *found.metadata.get_all("License", []), ""]
    licence, classifiers = stated[0], found.metadata.get_all("Classifier", [])
    classified = [line for line in classifiers if line.startswith("License ::")]
    named = (
        licence if licence and "\n" not in licence else " / ".join(line.rpartition(" :: ")[2] for line in classified)
    )
    url = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
    found_licence = {"licenses": [{"license": {"name": named}}]} if named else {}
    return {"type": "library", "bom-ref": url, "name": name, "version": version, "purl": url, **found_licence}


def debian(status: Path) -> list[dict[str, object]]:
    """The system's packages, from dpkg's own list."""
    components: list[dict[str, object]] = []
    for block in status.read_text(encoding="utf-8").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != " ")
        if "installed" in fields.get("Status", ""):
            name, version = fields["Package"], fields["Version"]
            url = f"pkg:deb/debian/{name}@{version}?arch={fields['Architecture']}"
            components.append({"type": "library", "bom-ref": url, "name": name, "version": version, "purl": url})
    return components


def document(site: Path, name: str, version: str) -> dict[str, object]:
    packages = sorted(
        (component(found) for found in distributions(path=[str(site)])), key=lambda each: str(each["purl"])
    )
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": name, "version": version}},
        "components": [*packages, *debian(Path("/var/lib/dpkg/status"))],
    }


if __name__ == "__main__":
    print(json.dumps(document(Path(sys.argv[1]), sys.argv[2], sys.argv[3]), indent=1))  # noqa: T201  # its whole output
