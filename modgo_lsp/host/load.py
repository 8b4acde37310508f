"""Loads a module in a child process and says what it is, or why it won't do.

Not for: calling its functions (call.py uses `open_module` here), or building it.
"""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import msgspec

from modgo_lsp.build.toolchain import discover_cc
from modgo_lsp.host.native import libmod_go
from modgo_lsp.host.places import place_of, place_of_frame
from modgo_lsp.host.result import Failure, FailureKind, FunctionInfo, LoadResult
from modgo_lsp.host.session import ChildDiedError, ChildTooSlowError, HostError, Session
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package

LOAD_SECONDS = 30.0

# Asked of every module, and shown. The manifest comes apart, as functions.
PROPERTIES = (
    "conn-name",
    "conn-version",
    "go-version",
    "suports-dlclose",
    "supports-dlclose",
    "dispatch",
    "build",
)

_CODES = {"missing-symbol": "MG403", "abi-mismatch": "MG402", "setup-failed": "MG404"}


class LoadFailedError(Exception):
    """A module that could not be opened or set up. `setup` is its setup's answer, None before that."""

    def __init__(self, failure: Failure, findings: tuple[Finding, ...], setup: int | None) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.findings = findings
        self.setup = setup


class Opened(msgspec.Struct, frozen=True):
    """A module that is open and set up in a session's child."""

    abi: tuple[int, int]
    properties: dict[str, str]
    functions: tuple[FunctionInfo, ...] | None  # None where it has no manifest that can be read


async def load_module(
    path: Path, *, cc: str | None = None, timeout: float = LOAD_SECONDS, package: Package | None = None
) -> LoadResult:
    """Loads the module at `path` and lets go of it. `package` is its source, for the places of findings.

    Raises ToolchainError where libmod_go cannot be had, and HostError where no child can be started; all
    that is wrong with the module is in the result.
    """
    library = await libmod_go(await discover_cc(cc))
    session = Session()
    try:
        async with session:
            opened = await open_module(session, library, path, timeout, package)
    except LoadFailedError as error:
        return LoadResult(
            str(path),
            setup=error.setup,
            failure=error.failure,
            findings=error.findings,
            logs=tuple(session.logs),
        )
    return LoadResult(
        path=str(path),
        abi=opened.abi,
        properties=opened.properties,
        setup=0,
        functions=opened.functions or (),
        logs=tuple(session.logs),
    )


async def open_module(
    session: Session, library: Path, path: Path, timeout: float, package: Package | None
) -> Opened:
    """Opens the module in the child and sets it up. Raises LoadFailedError and HostError."""
    until = time.monotonic() + timeout
    setup: int | None = None

    async def ask(operation: str, **fields: Any) -> dict[str, Any]:
        return await session.ask(operation, max(0.1, until - time.monotonic()), **fields)

    try:
        # Absolute, for libmod_go hands it to the dynamic linker, which looks up bare names elsewhere.
        absolute = await asyncio.to_thread(path.absolute)
        answer = _checked(await ask("open", library=str(library), path=str(absolute)), path, package)
        _checked(await ask("setup"), path, package)
        setup = 0
        names = (*PROPERTIES, "functions")
        properties = _checked(await ask("properties", names=names), path, package)["properties"]
    except ChildDiedError as error:
        frame = error.words.place
        place = (place_of_frame(*frame) if frame else None) or place_of(package, path)
        failure = Failure("crash", error.words.message, error.words.frames)
        raise LoadFailedError(failure, _finding("MG407", failure.message, place), setup) from None
    except ChildTooSlowError:
        message = f"the module's setup did not end within {timeout:g} s, so its process was stopped"
        failure = Failure("timeout", message, remedy="look for work or waiting in init functions")
        finding = _finding("MG404", f"{message}; {failure.remedy}", place_of(package, path))
        raise LoadFailedError(failure, finding, setup) from None
    manifest = properties.pop("functions")
    return Opened((answer["major"], answer["minor"]), properties, _functions(manifest))


def _checked(answer: dict[str, Any], path: Path, package: Package | None) -> dict[str, Any]:
    """The answer, unless it is a refusal: that raises LoadFailedError."""
    if answer["ok"]:
        return answer
    status, message = answer["status"], answer["message"]
    if status == "library":
        raise HostError(message)
    code = _CODES.get(status)
    usage = status in ("no-file", "not-a-module", "wrong-machine")
    kind: FailureKind = "usage" if usage else "udf" if status == "setup-failed" else "abi"
    failure = Failure(kind, message)  # libmod_go says in its messages what to do
    place = _mentioned(message, package) or place_of(package, path)
    setup = 3 if status == "setup-failed" else None
    raise LoadFailedError(failure, _finding(code, message, place) if code else (), setup)


def _mentioned(message: str, package: Package | None) -> Location | None:
    """The first "file.go:12" of the message that is a place in the package."""
    for match in re.finditer(r"([^\s()\"/]+\.go):(\d+)", message):
        if package is not None and (place := place_of_frame(match[1], int(match[2]), package)):
            return place
    return None


def _finding(code: str, message: str, place: Location) -> tuple[Finding, ...]:
    return (Finding(code=code, severity="error", message=message, location=place),)


def _functions(manifest: str) -> tuple[FunctionInfo, ...] | None:
    try:
        return msgspec.json.decode(manifest, type=tuple[FunctionInfo, ...])
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
