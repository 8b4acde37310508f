"""`modgo lint --new-since REV`: leaves out the findings that a git revision has."""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from modgo_lsp.build.git_revision import RevisionError
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.lint.options import Options, overridden_settings, scope_of
from modgo_lsp.cli.terminal import detail
from modgo_lsp.golang.files import Files
from modgo_lsp.lint.lint_paths import Outcome, absolute
from modgo_lsp.report.revision_findings import findings_in_revision, new_findings
from modgo_lsp.report.sources import Sources


def only_new(outcome: Outcome, options: Options, files: Files, paths: Sequence[str]) -> Outcome:
    """The outcome without the findings that the revision has as well. Raises CliError."""
    if not outcome.findings:
        return outcome
    base = os.getcwd()
    named = [absolute(path) for path in paths]
    try:
        before = findings_in_revision(
            named, options.new_since or "", overridden_settings(options), base, scope_of(options)
        )
    except RevisionError as error:
        raise CliError(error.message, error.remedy) from None
    new = new_findings(outcome.findings, Sources(files, base, outcome.documents), before)
    detail(f"findings: {len(outcome.findings)}, of which new since {options.new_since}: {len(new)}")
    return msgspec.structs.replace(outcome, findings=new)
