"""The answer of modgo.call: the JSON of `modgo call --json`, and in `run` what a view of the call shows too.

`run` has the function as the module describes it, the file of the sample, and the paths of the source files
that log lines, stack frames and the function's location name. A failed call also has the record, the
operations, the time and the nodes that finished.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath

import msgspec

from modgo_lsp.host.result import CallResult, FunctionInfo, StreamResult, call_json, stream_json
from modgo_lsp.host.run_call import Calls, Outcome, outcome_json
from modgo_lsp.model.package import Package
from modgo_lsp.server.commands.context import Json


def call_answer(
    outcome: Outcome, function: FunctionInfo | None, sample: Path | None, package: Package | None
) -> Json:
    return {
        **(outcome_json(outcome) if isinstance(outcome, Calls) else _with_effects(outcome)),
        "run": {
            "function": None if function is None else msgspec.to_builtins(function),
            "sample": None if sample is None else str(sample),
            "sources": _sources(set(_places(outcome, function)), package),
        },
    }


def _with_effects(outcome: CallResult | StreamResult) -> Json:
    if outcome.failure is None:
        return outcome_json(outcome)
    # What a successful call answers, less its result.
    succeeded = msgspec.structs.replace(outcome, failure=None)
    whole = call_json(succeeded) if isinstance(succeeded, CallResult) else stream_json(succeeded)
    return {**{key: value for key, value in whole.items() if key != "result"}, **outcome_json(outcome)}


def _places(outcome: Outcome, function: FunctionInfo | None) -> Iterator[str]:
    """The places "file.go:12" that the answer names."""
    if function is not None:
        yield function.location
    results = [one.result for one in outcome.results] if isinstance(outcome, Calls) else [outcome]
    for result in results:
        yield from (line.location for line in result.logs)
        if result.failure is not None:
            yield from result.failure.frames


def _sources(places: set[str], package: Package | None) -> dict[str, str]:
    """The paths of the named files, by name. If two files share a name, the first package's is used."""
    names = {PurePath(place.rpartition(":")[0]).name for place in places}
    found: dict[str, str] = {}
    for one in () if package is None else (package, *package.dependencies):
        for file in one.files:
            name = PurePath(file.document.path).name
            if name in names:
                found.setdefault(name, file.document.path)
    return found
