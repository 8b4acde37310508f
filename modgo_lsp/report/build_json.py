"""What `modgo build --json` and the server's build commands answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from modgo_lsp.build.build import BuildResult
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.model.finding import Finding
from modgo_lsp.report.findings_json import finding_objects
from modgo_lsp.report.sources import Sources

Json = dict[str, Any]


def findings_json(findings: Iterable[Finding], base: str) -> list[Json]:
    """Findings as in `modgo lint --output-format json`, with paths relative to the folder `base`."""
    objects: list[Json] = msgspec.to_builtins(finding_objects(findings, Sources(DiskFiles(), base)))
    return objects


def build_json(result: BuildResult, base: str) -> Json:
    """The result of a build."""
    return {
        "ok": result.ok,
        "module": result.module,
        "output": result.output,
        "bytes": result.bytes,
        "sha256": result.sha256,
        "dispatch": result.dispatch,
        "target": result.target,
        "functions": msgspec.to_builtins(result.functions),
        "findings": findings_json(result.findings, base),
        "elapsed_ms": result.elapsed_ms,
    }


def usage_error_json(message: str, findings: Iterable[Json] = ()) -> Json:
    """The answer to a request that could not be carried out."""
    error = {"kind": "usage", "message": message, "frames": []}
    return {"ok": False, "error": error, "findings": list(findings)}


def build_failure_json(result: BuildResult, base: str) -> Json:
    """The answer to a load or call whose module does not build."""
    reason = result.findings[0].message if result.findings else "it did not say why"
    return usage_error_json(f"the module could not be built: {reason}", findings_json(result.findings, base))
