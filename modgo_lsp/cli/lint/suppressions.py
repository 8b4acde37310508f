"""`modgo lint --add-suppressions`: writes a suppression for each finding into the source."""

from __future__ import annotations

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.lint.fixes import why_not_writable, write_changes
from modgo_lsp.cli.lint.options import Options, overridden_settings, scope_of
from modgo_lsp.cli.lint.output import show, write
from modgo_lsp.golang.files import Files
from modgo_lsp.lint.lint_paths import Outcome
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.lint.suppress_paths import suppress_paths
from modgo_lsp.lint.suppressions import REASON_IS_MISSING
from modgo_lsp.plural import counted


def add_suppressions(options: Options, files: Files, paths: list[str], machine: Machine) -> Outcome:
    """Writes suppressions, shows the findings that are left, and returns their outcome. Raises CliError."""
    reason = " ".join((options.reason or "").split())
    done = suppress_paths(
        paths,
        files,
        overridden_settings(options),
        reason,
        machine,
        lambda path: why_not_writable(path) is None,
        scope_of(options),
    )
    refused = {each.location.path for each in done.outcome.findings if each.message == REASON_IS_MISSING}
    if not reason and refused & done.changes.keys():
        raise CliError("the configuration asks for a reason in each suppression", "add --reason TEXT")
    write_changes(done.changes)
    show(options, done.outcome, files)
    if options.output_format == "text":
        write(f"Suppressed {done.count} in {counted(len(done.changes), 'file')}.")
    return done.outcome
