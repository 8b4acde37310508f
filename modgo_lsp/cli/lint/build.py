"""`modgo lint --build`: the findings of building and loading the linted modules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.build.cache import cached_module
from modgo_lsp.build.module_inspection import inspect
from modgo_lsp.cli.local_module import complete, tools_for
from modgo_lsp.cli.progress import progress
from modgo_lsp.cli.terminal import note
from modgo_lsp.host.load import load_module
from modgo_lsp.lint.lint_paths import Outcome
from modgo_lsp.lint.rule_selection import configured
from modgo_lsp.model.finding import Finding


def built_findings(outcome: Outcome, quiet: bool) -> list[Finding]:
    """The findings of building each module into the cache and, if that works, of loading it, without those of
    lint."""
    reported = {(finding.location, finding.code) for finding in outcome.findings}
    found: list[Finding] = []
    with progress(quiet) as report:
        for directory, settings in outcome.modules:
            for finding in configured(complete(_findings(directory, report)), settings):
                if (finding.location, finding.code) not in reported:
                    reported.add((finding.location, finding.code))
                    found.append(finding)
    return found


async def _findings(directory: str, report: Callable[[str], None]) -> tuple[Finding, ...]:
    output = cached_module(directory)
    tools = await asyncio.to_thread(tools_for, Path(directory))
    request = BuildRequest((Path(directory),), output=output, go=tools.go, cc=tools.cc)
    built = await build_module(request, report)
    if not built.ok:
        return built.findings
    if wants := (await asyncio.to_thread(inspect, output)).wants:
        # The user grants it to a command that names one module, not to all that are linted.
        note(f"Note: {built.module} is built but not loaded, because it wants: {', '.join(wants)}")
        return built.findings
    report(f"loading {built.module}")
    loaded = await load_module(output, package=built.package)
    return (*built.findings, *loaded.findings)
