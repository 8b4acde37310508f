"""The launch request of an editor: what to call, and the request that Delve gets instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.debug.program import DebugProgram, DebugRequest
from modgo_lsp.host.call_request import CallRequest
from modgo_lsp.host.json_forms import FormError, parse, value_of
from modgo_lsp.host.values import Value

# What only changes how Delve shows something.
_PASSED_ON = (
    *("noDebug", "stackTraceDepth", "showGlobalVariables", "showRegisters", "hideSystemGoroutines"),
    *("showPprofLabels", "goroutineFilters"),
)
_HELP = 'a launch request has "package" and "function" (or "case"), as in docs/debugging.md'


class _Launch(msgspec.Struct, frozen=True):
    """The attributes of a launch configuration that modgo reads. The package's path is relative to the
    adapter's folder, those of records to the package's folder. Arguments may be one text, in which an editor
    cannot round numbers."""

    package: str | None = None
    function: str | None = None
    args: list[Any] | str | None = None
    record: str | dict[str, Any] | None = None
    records: str | list[Any] | None = None
    key: list[Any] | None = None
    nodes: int | None = None
    case: str | None = None
    caseFile: str | None = None  # noqa: N815 (a name in JSON)
    stopOnEntry: bool = False  # noqa: N815 (the protocol's name)


class LaunchDefaults(msgspec.Struct, frozen=True):
    """What the command line says; a launch request comes before it. `go` and `cc` are its options, which no
    launch request can name."""

    request: DebugRequest | None
    go: str | None
    cc: str | None


def launch_request(given: Mapping[str, Any], defaults: LaunchDefaults) -> tuple[DebugRequest, bool]:
    """What to call, and whether to stop at the function's first line. Raises CliError."""
    try:
        launch = msgspec.convert(given, _Launch)
    except msgspec.ValidationError as error:
        raise CliError(f"the launch request is wrong: {error}", _HELP) from None
    default = defaults.request
    if launch.package is not None:
        module = Path(launch.package)
    elif default is not None:
        module = default.module
    else:
        raise CliError('the launch request has no "package"', _HELP)
    if launch.nodes is not None and not 1 <= launch.nodes <= 1024:
        raise CliError(f"nodes is {launch.nodes}", "choose 1 to 1024")
    request = DebugRequest(
        module,
        function=launch.function or ("" if default is None or launch.case else default.function),
        arguments=_arguments(launch.args)
        if launch.args is not None
        else (() if default is None else default.arguments),
        records=_records(launch, module if module.is_dir() else module.parent)
        or (CallRequest() if default is None else default.records),
        case=launch.case or (default.case if default is not None and not launch.function else None),
        case_file=launch.caseFile,
    )
    return request, launch.stopOnEntry


def delve_launch(program: DebugProgram, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of Delve's launch request."""
    shown = [{"from": real, "to": path} for path, real in program.generated.items()]
    own = given.get("substitutePath")
    return {
        "hideSystemGoroutines": True,
        **{name: given[name] for name in _PASSED_ON if name in given},
        "mode": "exec",
        "program": str(program.path),
        "cwd": str(program.folder.absolute()),
        "outputMode": "remote",
        "substitutePath": [*shown, *(own if isinstance(own, list) else ())],
    }


def _arguments(given: list[Any] | str) -> tuple[Value, ...]:
    text = f"[{given}]" if isinstance(given, str) else json.dumps(given)
    try:
        trees = parse(text, "args")
    except FormError:
        raise CliError(f"args is not JSON values separated by commas: {given}", _HELP) from None
    try:
        return tuple(value_of(tree, f"args[{index}]") for index, tree in enumerate(trees))
    except FormError as error:
        raise CliError(str(error), _HELP) from None


def _records(launch: _Launch, folder: Path) -> CallRequest | None:
    """The records that the request names, None if it names none."""
    if launch.record is None and launch.records is None and launch.nodes is None and launch.key is None:
        return None
    record = json.dumps(launch.record) if isinstance(launch.record, dict) else launch.record
    if record is not None and record.lstrip()[:1] != "{" and record.strip() != "null":
        record = str(folder / record)
    records: Path | tuple[str, ...] | None = None
    if isinstance(launch.records, str):
        records = folder / launch.records
    elif launch.records is not None:
        records = tuple(json.dumps(one) for one in launch.records)
    key = None if launch.key is None else json.dumps(launch.key)
    return CallRequest(record, records, launch.nodes is not None, launch.nodes, None, key)
