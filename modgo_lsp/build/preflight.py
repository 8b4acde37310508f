"""Plans a build and checks it before any compiler runs.

The rules' errors stop a build here, so that lint and build cannot disagree. Suppressions don't count.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import msgspec

from modgo_lsp.build.build_sources import members_of
from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.main_package import MAIN_FOLDER
from modgo_lsp.build.module_file import check_module_place
from modgo_lsp.build.sdk import Sdk, SumMismatchError, complete_sum
from modgo_lsp.build.target_platform import OLDEST_GLIBC, TRIPLES, Target, is_newer
from modgo_lsp.build.toolchain import Toolchain
from modgo_lsp.build.wrappers import Dispatch, Generated, quoted
from modgo_lsp.file_writer import explain
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.modules.build_constraints import KNOWN_ARCH, KNOWN_OS, BuildContext
from modgo_lsp.golang.modules.go_mod import DEFAULT_GO
from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.modules.versions import go_version
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.rules.mg103_duplicate_name import check as duplicate_names
from modgo_lsp.rules.mg406_toolchain import RULE as TOOLCHAIN
from modgo_lsp.rules.rule import Check
from modgo_lsp.user_error import UserError

_TARGETS = "choose linux/amd64 or linux/arm64, with a glibc where it matters: linux/arm64-glibc2.17"
_TARGET = re.compile(r"(?P<system>[a-z0-9]+)/(?P<arch>[a-z0-9]+)(?:-glibc(?P<glibc>\d{1,3}\.\d{1,3}))?")


class RequestError(UserError):
    """A build that cannot start, for a reason outside the Go files."""


class Plan(msgspec.Struct, frozen=True):
    """`packages` are the requested ones, `members` also their imports in the Go module. go runs in `folder`.
    `main_folder`, which does not exist, is below it, so that it may import internal packages. The main
    package imports `imports`; `forwarders` are files through which it reaches other internal packages.
    `clause` is the location of findings that have no other."""

    name: str
    dispatch: Dispatch
    packages: tuple[Package, ...]
    members: tuple[Package, ...]
    output: Path
    folder: Path
    main_folder: Path
    imports: tuple[str, ...]
    forwarders: tuple[Generated, ...]
    clause: Location

    @property
    def module(self) -> Module | None:
        return self.packages[0].module

    def toolchain_finding(self, message: str, place: Location | None = None) -> Finding:
        return TOOLCHAIN.finding(message, place or self.clause)

    def too_old(self, toolchain: Toolchain) -> Finding | None:
        """A finding at go.mod's go line if it requires a newer Go. GOTOOLCHAIN=local downloads none."""
        required = self.module.go_version if self.module is not None else None
        if self.module is None or required is None or go_version(required) <= toolchain.go.release:
            return None
        message = (
            f"go.mod requires Go {required}, but {toolchain.go.path} is Go {toolchain.go.version}; "
            f"install Go {required}, name one with --go, or lower the go line of go.mod"
        )
        return self.toolchain_finding(message, _go_line(self.module))

    def old_go_line(self, sdk: Sdk) -> Finding | None:
        """A finding at go.mod's go line if it is older than the SDK needs, which Go refuses."""
        if self.module is None or go_version(self.module.go_version or DEFAULT_GO) >= go_version(sdk.go):
            return None
        has = f"has go {self.module.go_version}" if self.module.go_version else "has no go line"
        message = (
            f"go.mod {has}, and the SDK needs {sdk.go}; run `modgo sdk install --write`, which raises it"
        )
        return self.toolchain_finding(message, _go_line(self.module))

    def go_sum_overlay(self, sdk: Sdk) -> dict[Path, bytes]:
        """An overlay that adds missing lines of the SDK to go.sum; the user's file is not changed."""
        path, text = self._go_sum()
        if not self.requires(sdk):
            return {}
        try:
            completed = complete_sum(text, sdk)
        except SumMismatchError:
            return {}
        return {} if completed is None else {path: completed}

    def uses_shipped_sdk(self, sdk: Sdk) -> bool:
        """Whether the module cache must hold the shipped SDK: go.mod requires its version, and go.sum has no
        other checksum for it. With another checksum the user has the SDK from elsewhere."""
        if not self.requires(sdk):
            return False
        try:
            complete_sum(self._go_sum()[1], sdk)
        except SumMismatchError:
            return False
        return True

    def requires(self, sdk: Sdk) -> bool:
        return self.module is not None and self.module.required(SDK_PATH) == sdk.version

    def _go_sum(self) -> tuple[Path, bytes]:
        assert self.module is not None
        path = Path(self.module.directory) / "go.sum"
        return path, path.read_bytes() if path.exists() else b""


def parse_target(text: str | None) -> Target | None:
    """Parses a target. None stands for this machine and its glibc. Raises RequestError."""
    host = BuildContext()
    if text is None:
        if host.goos != "linux":
            problem = f"this machine runs {host.goos}, but UDF modules run on Linux, as Aerospike does"
            raise RequestError(problem, "name the servers' machine: --target linux/amd64 or linux/arm64")
        return None
    match = _TARGET.fullmatch(text)
    if match is None:
        raise RequestError(f"the target {text} cannot be read", _TARGETS)
    system, arch, glibc = match["system"], match["arch"], match["glibc"]
    if system != "linux" or arch not in TRIPLES:
        if system in KNOWN_OS - {"linux"}:
            raise RequestError(f"there are no UDF modules for {system}: Aerospike runs on Linux", _TARGETS)
        what = f"for linux on {arch}" if system == "linux" and arch in KNOWN_ARCH else f"named {text}"
        raise RequestError(f"there is no target {what}", _TARGETS)
    if glibc is None and (host.goos, host.goarch) == (system, arch):
        return None
    if glibc is not None and is_newer(OLDEST_GLIBC, glibc):
        raise RequestError(f"glibc {glibc} is older than modgo builds for", f"choose {OLDEST_GLIBC} or newer")
    return Target(arch, glibc or OLDEST_GLIBC)


def make_plan(
    folders: Sequence[Path],
    output: Path | None,
    dispatch: str,
    go: str | None,
    context: BuildContext | None = None,
    force: bool = False,
) -> Plan:
    """Plans a build for `context` (default: this machine) with the Go of the settings (`go`) or the one
    found. With `force` the output may replace any file. Raises RequestError."""
    if dispatch not in ("registry", "exported", "reflect"):
        raise RequestError(f"there is no dispatch {dispatch}", "choose registry, exported or reflect")
    if not folders:
        raise RequestError("no package was named", "name its folder")
    environment = find_go_environment(go)
    if context is not None and environment.release is not None:
        context = msgspec.structs.replace(context, release=environment.release)
    loader = Loader(DiskFiles(), context, environment=environment, cache=DiskFactsCache())
    read = (_package(loader, folder) for folder in folders)
    packages = tuple({package.directory: package for package in read}.values())
    target = _output(packages, output, force)
    modules = {package.module.directory for package in packages if package.module is not None}
    if len(modules) > 1:
        raise RequestError(
            "packages of several Go modules cannot become one UDF module", "build each Go module for itself"
        )
    folder = Path(packages[0].directory)
    imports, forwarders = _imports(packages)
    main_folder = folder / MAIN_FOLDER
    while main_folder.exists():
        main_folder = main_folder.with_name(f"{main_folder.name}_")
    return Plan(
        name=target.name.split(".")[0] or target.name,
        dispatch=cast(Dispatch, dispatch),
        packages=packages,
        members=members_of(packages),
        output=target,
        folder=folder,
        main_folder=main_folder,
        imports=imports,
        forwarders=forwarders,
        clause=packages[0].files[0].package_name_location,
    )


def refusals(plan: Plan) -> tuple[Finding, ...]:
    """The findings that prevent the build, as far as they are known without running Go: missing entries of
    go.mod and the rules' errors, by path and position."""
    found: list[Finding] = []
    for package in plan.packages:
        found += _missing(plan, package)
    for package in plan.members:
        for check in _refusing():
            found += check(package)
    # The names of all packages must differ, as if the first one imported the others.
    joined = plan.packages[0].joined(plan.members[1:])
    if len(plan.packages) > 1:
        found += duplicate_names(joined)
    unique = {(finding.code, finding.location, finding.message): finding for finding in found}
    return tuple(sorted(unique.values(), key=lambda one: (one.location.path, one.location.span, one.code)))


def _refusing() -> Iterator[Check]:
    """The rules that find what makes a build or a load fail."""
    for rule in RULES.values():
        refuses = rule.severity == "error" and rule.group in ("registration", "signature")
        if refuses and rule.check is not None:
            yield rule.check


def _missing(plan: Plan, package: Package) -> list[Finding]:
    clause = package.files[0].package_name_location
    if package.module is None:
        name = re.sub(r"[^\w.-]", "-", Path(package.directory).name) or package.name
        message = (
            f"there is no go.mod in {package.directory} or above it; "
            f"run `go mod init example.com/{name}` there, then `modgo sdk install --write`"
        )
        return [plan.toolchain_finding(message, clause)]
    if package.module.required(SDK_PATH) is None and package.module.path != SDK_PATH:
        place = next((file.sdk_import for file in package.files if file.sdk_import is not None), clause)
        message = f"go.mod does not require the SDK {SDK_PATH}; run `modgo sdk install --write`"
        return [plan.toolchain_finding(message, place)]
    return []


def _package(loader: Loader, folder: Path) -> Package:
    directory = Path(os.path.abspath(folder))  # noqa: PTH100 (links stay links: Go sees the folder as the user does)
    if "..." in folder.parts:
        raise RequestError(
            f"{folder} is a pattern, but a module is built from named packages",
            "name their folders, and the module with -o if there are several",
        )
    try:
        os.scandir(directory).close()  # a package is empty if its folder cannot be read
    except (FileNotFoundError, ValueError):  # the latter for a NUL in the name
        raise RequestError(f"{folder} does not exist", "name the folder of a Go package") from None
    except NotADirectoryError:
        remedy = f"name its folder, {directory.parent}" if directory.suffix == ".go" else "name a folder"
        raise RequestError(f"{folder} is not a folder", remedy) from None
    except OSError as error:
        raise RequestError(f"{folder} cannot be read ({error.strerror})", "check its permissions") from None
    package = loader.package(str(directory))
    if package is None or not package.files:
        raise RequestError(f"there are no Go files to build in {folder}", "name the folder of a Go package")
    if not any(one.imports_sdk for one in (package, *package.dependencies)):
        raise RequestError(
            f"the package in {folder} does not import {SDK_PATH}, so it has no UDFs",
            "register its functions with udf.Register",
        )
    return package


def _output(packages: Sequence[Package], output: Path | None, force: bool) -> Path:
    folder = Path(packages[0].directory)
    name = f"{folder.name or packages[0].name}.so"
    if output is None:
        if len(packages) > 1:
            raise RequestError("a module of several packages needs a name", "name it: -o NAME.so")
        output = folder / name
    elif os.path.isdir(output):  # noqa: PTH112 (Path.is_dir raises for names that are too long)
        if len(packages) > 1:
            raise RequestError(f"{output} is a folder", "name the module's file: -o FOLDER/NAME.so")
        output = output / name
    output = Path(os.path.abspath(output))  # noqa: PTH100
    try:
        check_module_place(output, force)
    except OSError as error:
        remedy = "choose another place with -o, or make it writable"
        raise RequestError(*explain(error, remedy, force=True)) from None
    return output


def _imports(packages: Sequence[Package]) -> tuple[tuple[str, ...], tuple[Generated, ...]]:
    """The main package's imports and the forwarders. It is below the first package's folder, so it may import
    that one even if it is internal. It imports another internal package through a forwarder beside it."""
    imports, forwarders = [packages[0].import_path], []
    for index, package in enumerate(packages[1:], 1):
        parts = package.import_path.split("/")
        if "internal" not in parts or package.module is None:
            imports.append(package.import_path)
            continue
        below = len(parts) - parts[::-1].index("internal") - 1
        up = len(parts) - below
        name = f"zz_modgo_to_{index}"
        text = f"package {name}\n\nimport _ {quoted(package.import_path)}\n"
        forwarders.append(Generated(Path(package.directory).parents[up - 1] / name / "to.go", text.encode()))
        imports.append("/".join([*parts[:below], name]))
    return tuple(imports), tuple(forwarders)


def _go_line(module: Module) -> Location | None:
    """The go line of go.mod, or its module line if it has none."""
    path = Path(module.directory) / "go.mod"
    text = path.read_bytes()
    lines = (re.search(rb"^%s[ \t]+\S+" % word, text, re.MULTILINE) for word in (b"go", b"module"))
    match = next((line for line in lines if line is not None), None)
    return Location(str(path), Span(match.start(), match.end())) if match else None
