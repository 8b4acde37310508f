"""Writes the software bills of materials of the Python package and the extension, as CycloneDX 1.6 in JSON.
The extension's lists its npm packages and the wheels that its .vsix files carry.

    python scripts/sbom.py FOLDER PLUGIN_FOLDER

Versions and hashes come from the lock files, licences from THIRD_PARTY_NOTICES, and the dependencies of
Python packages from the installed ones. The time is SOURCE_DATE_EPOCH: the same commit gives the same bytes.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from locked import EXTENSION, ROOT, Package, locked_npm, locked_python
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import modgo_lsp

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HOME = "https://github.com/GeertJohan/aerospike-mod-go"


def licences(notices: Path) -> dict[str, str]:
    """The licence of each "NAME VERSION" in a THIRD_PARTY_NOTICES."""
    return dict(re.findall(r"^=+\n(\S+ \S+)\n(.*)\n=+$", notices.read_text("utf-8"), re.MULTILINE))


def component(package: Package, kind: str, licence: str) -> Component:
    namespace, _, name = package.name.rpartition("/")
    url = PackageURL(kind, namespace or None, name, package.version)
    hashes = [HashType(alg=HashAlgorithm(package.algorithm), content=each) for each in package.hashes]
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION, url=XsUri(url.to_string()), hashes=hashes
    )
    return Component(
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        group=namespace or None,
        name=name,
        version=package.version,
        purl=url,
        licenses=[_licence(licence)],
        external_references=[files],
    )


def _licence(text: str) -> LicenseExpression | DisjunctiveLicense:
    text = text.strip("()")
    if text.startswith("LicenseRef-"):
        return DisjunctiveLicense(name=text.removeprefix("LicenseRef-"))
    return LicenseExpression(text)


Parts = Sequence[tuple[Component, Iterable[str]]]


def bill(name: str, version: str, kind: str, direct: Iterable[str], parts: Parts) -> Bom:
    """`parts` are the components with the names of their dependencies; `direct` are the names of ours."""
    own = Component(
        type=ComponentType.APPLICATION,
        bom_ref=f"{name}@{version}",
        name=name,
        version=version,
        purl=PackageURL(kind, None, name, version),
        licenses=[LicenseExpression("Apache-2.0")],
        supplier=OrganizationalEntity(name="The modgo authors"),
        external_references=[ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(HOME))],
    )
    time = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), timezone.utc)
    bom = Bom(components=[part for part, _ in parts], serial_number=uuid5(NAMESPACE_URL, f"{own.purl}{time}"))
    bom.metadata.component, bom.metadata.timestamp = own, time
    for part, needs in [(own, direct), *parts]:
        names = set(needs)
        bom.register_dependency(part, [each for each, _ in parts if _full_name(each) in names])
    return bom


def _full_name(part: Component) -> str:
    return f"{part.group}/{part.name}" if part.group else part.name


def python_parts() -> Parts:
    licence_of = licences(ROOT / "THIRD_PARTY_NOTICES")
    return [
        (component(package, "pypi", licence_of[f"{package.name} {package.version}"]), _needs(package.name))
        for package in locked_python("runtime")
    ]


def wheel_parts(name: str, version: str, direct: Iterable[str]) -> Parts:
    """The wheels that a .vsix carries: modgo's, those of its dependencies, and pip, which installs them. The
    hashes are of the wheels as their projects publish them: the .vsix has the same files packed again."""
    url = PackageURL("pypi", None, name, version)
    own = Component(
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        name=name,
        version=version,
        purl=url,
        licenses=[LicenseExpression("Apache-2.0")],
    )
    (pip,) = locked_python("extension")
    return [(own, direct), *python_parts(), (component(pip, "pypi", "MIT"), [])]


def _needs(name: str) -> list[str]:
    """The dependencies of an installed package on any platform; none if it is for another platform."""
    try:
        return _names(importlib.metadata.requires(name) or ())
    except importlib.metadata.PackageNotFoundError:
        return []


def _names(requirements: Iterable[str]) -> list[str]:
    """The packages that are required without any extra."""
    return [
        canonicalize_name(each.name)
        for each in map(Requirement, requirements)
        if each.marker is None or "extra" not in str(each.marker)
    ]


def plugin_parts(plugin: Path) -> Parts:
    """The libraries in the server plugin, if the wheel contains the plugin."""
    if not list(plugin.glob("*/lib/libmod_go_asd.so")):
        return []
    header = Path("/usr/include/lzma/version.h").read_text("utf-8")
    numbers = [
        re.search(rf"#define LZMA_VERSION_{each} (\d+)", header) for each in ("MAJOR", "MINOR", "PATCH")
    ]
    version = ".".join(number[1] for number in numbers if number is not None)
    licence = "0BSD" if tuple(map(int, version.split("."))) >= (5, 6) else "LicenseRef-public-domain"
    liblzma = Component(
        type=ComponentType.LIBRARY,
        bom_ref=f"liblzma@{version}",
        name="liblzma",
        version=version,
        purl=PackageURL("generic", None, "xz", version),
        licenses=[_licence(licence)],
    )
    return [(liblzma, [])]


def extension_parts() -> Parts:
    licence_of = licences(EXTENSION / "THIRD_PARTY_NOTICES")
    return [
        (component(package, "npm", licence_of[f"{package.name} {package.version}"]), package.needs)
        for package in locked_npm()
    ]


def main(folder: Path, plugin: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extension = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    name, version = project["name"], modgo_lsp.__version__
    direct = _names(project["dependencies"])
    package = bill(name, version, "pypi", [*direct, "liblzma"], [*python_parts(), *plugin_parts(plugin)])
    parts = [*extension_parts(), *wheel_parts(name, version, direct)]
    needs = [*extension["dependencies"], name, "pip"]
    number = extension["version"]
    vsix = bill(extension["name"], number, "vscode-extension", needs, parts)
    boms = {f"modgo_lsp-{version}": package, f"modgo-vscode-{number}": vsix}
    for name, bom in boms.items():
        text = JsonV1Dot6(bom).output_as_string(indent=2)
        (folder / f"{name}.cdx.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
