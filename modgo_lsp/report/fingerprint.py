"""The identity of a finding from run to run."""

from __future__ import annotations

import hashlib

from modgo_lsp.model.finding import Finding
from modgo_lsp.report.sources import Sources


def fingerprint(finding: Finding, sources: Sources, counts: dict[str, int]) -> str:
    """An identity of a finding that does not change with the lines above it: a digest of its file, rule,
    message and source line, numbered by how many of the same `counts` has already."""
    path, line = sources.shown(finding.location.path), sources.line(finding.location).strip().hex()
    content = "\0".join((path, finding.code, finding.message, line))
    counts[content] = counts.get(content, 0) + 1
    return hashlib.sha256(f"{content}\0{counts[content]}".encode()).hexdigest()[:32]
