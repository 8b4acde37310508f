"""From a folder to a UDF module: reads the package, refuses what the rules refuse, generates, compiles.

Not for: how each step is done (the neighbours), or loading the result (host).
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from modgo_lsp.build.cache import write_file
from modgo_lsp.build.compile import Compilation, CompileFailedError, Progress, compile_module
from modgo_lsp.build.compiler_errors import findings_of, generated_by_path, registrations_at_fault
from modgo_lsp.build.main_package import main_file
from modgo_lsp.build.overlay import write_overlay
from modgo_lsp.build.preflight import Plan, RequestError, make_plan, parse_target, refusals
from modgo_lsp.build.sdk import Sdk, install, shipped_sdk
from modgo_lsp.build.symbols import compile_symbols, symbols_source
from modgo_lsp.build.target import Target
from modgo_lsp.build.toolchain import Toolchain, ToolchainError, discover, discover_cross
from modgo_lsp.build.wrappers import Generated, bind_file, descriptor, static_registrations
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package

# A wrapper that the compiler refuses is left to reflection; a few rounds find them all.
_ROUNDS = 4


class BuildRequest(msgspec.Struct, frozen=True):
    """What to build. `packages` are folders; several become one module. `output` is the .so to write, or an
    existing folder for it; without it the module goes into the first package's folder. `dispatch` is
    "registry", "exported" or "reflect". `go` and `cc` are the user's settings. `keep_generated` gets the
    generated files; `target` is like "linux/arm64-glibc2.17", None for this machine."""

    packages: tuple[Path, ...]
    output: Path | None = None
    dispatch: str = "registry"
    release: bool = False
    target: str | None = None
    go: str | None = None
    cc: str | None = None
    keep_generated: Path | None = None


class BuildResult(msgspec.Struct, frozen=True):
    """A module that was built (`ok`), or why not (`findings`). `functions` are objects as in the property
    `functions`. `toolchain_at_fault` says that it is the set-up, not the code. `package` is the source."""

    ok: bool
    module: str
    output: str = ""
    bytes: int = 0
    sha256: str = ""
    dispatch: str = ""
    target: str = ""
    functions: tuple[dict[str, Any], ...] = ()
    findings: tuple[Finding, ...] = ()
    elapsed_ms: int = 0
    package: Package | None = None

    @property
    def toolchain_at_fault(self) -> bool:
        return any(finding.code == "MG406" for finding in self.findings)


async def build_module(request: BuildRequest, progress: Progress = lambda _: None) -> BuildResult:
    """Builds. What is wrong with code or set-up is in the result; only what no file can be blamed for (a
    folder that does not exist, an output that can't be written) raises RequestError."""
    start = time.monotonic()
    target = parse_target(request.target)
    context = None if target is None else target.context
    plan = await asyncio.to_thread(
        make_plan, request.packages, request.output, request.dispatch, request.go, context
    )
    result = await _build(request, plan, target, progress)
    elapsed = round((time.monotonic() - start) * 1000)
    return msgspec.structs.replace(result, elapsed_ms=elapsed, package=plan.packages[0])


async def _build(request: BuildRequest, plan: Plan, target: Target | None, progress: Progress) -> BuildResult:
    refused = await asyncio.to_thread(refusals, plan)
    if refused:
        return BuildResult(False, plan.name, findings=refused)
    try:
        if target is None:
            toolchain = await discover(request.go, request.cc)
        else:
            toolchain = await discover_cross(target, request.go)
        sdk = await asyncio.to_thread(shipped_sdk)
        too_old = plan.too_old(toolchain)
        if too_old is not None:
            return BuildResult(False, plan.name, findings=(too_old,))
        if plan.uses_shipped_sdk(sdk):
            await install(toolchain.go, sdk)
        return await _compile(request, plan, target, toolchain, sdk, progress)
    except ToolchainError as error:
        return BuildResult(False, plan.name, findings=(plan.toolchain_finding(str(error)),))
    except OSError as error:
        message = f"{error.filename or 'a file'} cannot be written ({error.strerror or error})"
        raise RequestError(message, "choose another place with -o, or make it writable") from error


async def _compile(
    request: BuildRequest,
    plan: Plan,
    target: Target | None,
    toolchain: Toolchain,
    sdk: Sdk,
    progress: Progress,
) -> BuildResult:
    progress(f"building {plan.name} with Go {toolchain.go.version}")
    without: frozenset[Location] = frozenset()
    symbols = symbols_source(_functions(plan))
    objects = (await compile_symbols(toolchain, symbols),) if symbols else ()
    for last in (*[False] * (_ROUNDS - 1), True):
        generated = await asyncio.to_thread(_generate, request, plan, toolchain, without)
        files = {file.path: file.text for file in generated} | plan.go_sum_overlay(sdk)
        overlay, seen = await asyncio.to_thread(write_overlay, files)
        shown = generated_by_path(generated, seen)
        if request.keep_generated is not None:
            await asyncio.to_thread(_keep, plan, generated, symbols, request.keep_generated)
        what = Compilation(
            folder=plan.folder,
            main=plan.main_folder.name,
            overlay=overlay,
            output=plan.output,
            release=request.release,
            objects=objects,
            target=target,
        )
        try:
            await compile_module(toolchain, what, progress)
        except CompileFailedError as error:
            at_fault = registrations_at_fault(error.stderr, plan.folder, shown)
            if at_fault <= without or last:
                findings = findings_of(error.stderr, plan.folder, shown, plan.clause)
                return BuildResult(False, plan.name, findings=findings)
            without |= at_fault
            continue
        return await asyncio.to_thread(_built, request, plan, toolchain)
    raise AssertionError("the last round returns")


def _generate(
    request: BuildRequest, plan: Plan, toolchain: Toolchain, without: frozenset[Location]
) -> list[Generated]:
    binds = [bind_file(package, plan.dispatch, without) for package in plan.members]
    facts = {
        "target": toolchain.target,
        "flags": ["-trimpath", "-ldflags=-s -w"] if request.release else [],
        "source": _source_hash(plan.members),
    }
    main = main_file(plan.main_folder, plan.imports, plan.dispatch, facts, _functions(plan))
    return [*(file for file in binds if file is not None), main, *plan.forwarders]


def _built(request: BuildRequest, plan: Plan, toolchain: Toolchain) -> BuildResult:
    data = plan.output.read_bytes()
    return BuildResult(
        ok=True,
        module=plan.name,
        output=str(plan.output),
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        dispatch=request.dispatch,
        target=toolchain.target,
        functions=_functions(plan),
    )


def _functions(plan: Plan) -> tuple[dict[str, Any], ...]:
    """The descriptors of all static registrations, by name."""
    functions = [
        descriptor(package, registration, plan.dispatch)
        for package in plan.members
        for registration in static_registrations(package)
    ]
    return tuple(sorted(functions, key=lambda function: str(function["name"])))


def _source_hash(packages: Sequence[Package]) -> str:
    """Over the Go files of the module, by import path and name; the same on every machine."""
    digest = hashlib.sha256()
    for package in sorted(packages, key=lambda package: package.import_path):
        for file in package.files:
            name = f"{package.import_path}/{Path(file.document.path).name}"
            digest.update(f"{name}\0{len(file.document.text)}\0".encode() + file.document.text)
    return digest.hexdigest()


def _keep(plan: Plan, generated: Sequence[Generated], symbols: str, folder: Path) -> None:
    """Copies for people to read, each where it would lie in the Go module. Raises RequestError."""
    root = Path(plan.module.directory) if plan.module is not None else plan.folder
    texts = {file.path: file.text for file in generated}
    if symbols:
        texts[plan.main_folder / "symbols.c"] = symbols.encode()
    try:
        for path, text in texts.items():
            write_file(folder / path.relative_to(root), text)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"the generated files cannot be written to {folder} ({reason.lower()})"
        raise RequestError(message, "choose another folder with --keep-generated") from error
