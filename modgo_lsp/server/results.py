"""What commands answer: the same JSON as the command line's --json.

Not for: showing it; the editor does.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from modgo_lsp.build.build import BuildResult
from modgo_lsp.host.result import LoadResult, load_json
from modgo_lsp.model.files import DiskFiles
from modgo_lsp.model.finding import Finding
from modgo_lsp.report.json import finding_objects
from modgo_lsp.report.sources import Sources

Json = dict[str, Any]


def usage_error(message: str, findings: Iterable[Json] = ()) -> Json:
    """A command that could not be done, whichever it was."""
    error = {"kind": "usage", "message": message, "frames": []}
    return {"ok": False, "error": error, "findings": list(findings)}


def findings_json(findings: Iterable[Finding], directory: Path) -> list[Json]:
    """Findings with paths relative to the module's folder."""
    sources = Sources(DiskFiles(), str(directory))
    built: list[Json] = msgspec.to_builtins(finding_objects(findings, sources))
    return built


def build_result(result: BuildResult, directory: Path) -> Json:
    return {
        "ok": result.ok,
        "module": result.module,
        "output": result.output,
        "bytes": result.bytes,
        "sha256": result.sha256,
        "dispatch": result.dispatch,
        "target": result.target,
        "functions": list(result.functions),
        "findings": findings_json(result.findings, directory),
        "elapsed_ms": result.elapsed_ms,
    }


def build_failure(result: BuildResult, directory: Path) -> Json:
    """Of a load or call whose module does not build."""
    reason = result.findings[0].message if result.findings else "it did not say why"
    message = f"the module could not be built: {reason}"
    return usage_error(message, findings_json(result.findings, directory))


def load_result(result: LoadResult, directory: Path) -> Json:
    return {**load_json(result), "findings": findings_json(result.findings, directory)}


def build_and_load_result(built: Json, loaded: Json | None) -> Json:
    """Both in one; `load` is null where the build failed."""
    return {
        "ok": built["ok"] and loaded is not None and loaded["ok"],
        "build": built,
        "load": loaded,
        "findings": [*built["findings"], *(() if loaded is None else loaded["findings"])],
    }
