"""What is said about packages: every rule over each, less what is deselected or suppressed.

In two steps. A *judgement* is what the rules say of one package; it can be kept, and made by another process.
Then all results are decided on together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from modgo_lsp.lint.baseline import unknown
from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.rule_selection import configured
from modgo_lsp.lint.suppressions import (
    Suppression,
    asking_reasons,
    suppress,
    suppression_findings,
    suppressions,
)
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.rules.catalogue import RULES

# A run that finds all results kept needs neither packages nor parser.
if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.document import Document
    from modgo_lsp.model.code import Code
    from modgo_lsp.model.package import Package
    from modgo_lsp.rules.rule import Check, Rule


class LintResult(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the rules say of a package that imports the SDK, or whose files are not all text, whatever is
    configured or suppressed.

    `suppressions` are those of its files, by path, and those of files elsewhere in which findings stand.
    `dependencies` are the folders of the packages with UDFs that it imports. `registered` are the names that
    it registers, with the places of their functions. `in_module`: there is a go.mod.
    `unread` are import paths of packages whose types would have mattered and whose source isn't here."""

    directory: str
    paths: tuple[str, ...]
    findings: tuple[Finding, ...]
    suppressions: dict[str, tuple[Suppression, ...]]
    dependencies: tuple[str, ...]
    registered: tuple[tuple[str, Location], ...]
    imported_in_module: bool
    in_module: bool
    imports_sdk: bool
    unread: tuple[str, ...] = ()


def run_rules(package: Package) -> list[Finding]:
    """What the rules say about a package, whatever is configured or suppressed: the builder's verdict.

    A finding may stand in a package that this one imports (MG103). Of packages that don't import the SDK only
    files that are not text are reported."""
    if not package.imports_sdk:
        return _not_text(package) if package.not_text else []
    found: list[Finding] = []
    # Most functions are as they were, and nothing is found in them.
    flagged = [(code, _flagging(package, code)) for code in package.reached]
    flagged = [(code, codes) for code, codes in flagged if codes]
    for rule, check in _checks():
        if not rule.by_code:
            found += check(package)
        elif there := tuple(code for code, codes in flagged if rule.code in codes):
            found += check(package.narrowed(there))
    return found


def _not_text(package: Package) -> list[Finding]:
    from modgo_lsp.rules.mg400_syntax_error import check_text

    return list(check_text(package))


@cache
def _checks() -> tuple[tuple[Rule, Check], ...]:
    return tuple((rule, rule.check) for rule in RULES.values() if rule.check is not None)


def _flagging(package: Package, code: Code) -> frozenset[str]:
    """The codes of the rules that look at functions one by one, and find something in this one."""

    def flagging() -> frozenset[str]:
        narrowed = package.narrowed((code,))
        by_code = ((rule, check) for rule, check in _checks() if rule.by_code)
        return frozenset(rule.code for rule, check in by_code if any(True for _ in check(narrowed)))

    return code.cached("flagged as a UDF" if code.is_udf else "flagged", flagging)


def lint_package(package: Package) -> LintResult | None:
    """All that is needed to go on without the package; None for one that the rules say nothing about."""
    if not package.imports_sdk and not package.not_text:
        return None
    findings = run_rules(package)
    own = {file.document.path: file.document for file in package.files}
    others = {finding.location.path for finding in findings} - own.keys()
    written = {path: suppressions(document) for path, document in own.items()}
    written |= {document.path: suppressions(document) for document in _documents(package, others)}
    return LintResult(
        package.directory,
        tuple(own),
        tuple(findings),
        {path: found for path, found in written.items() if found},
        tuple(member.directory for member in package.dependencies if member.imports_sdk),
        tuple((each.name, each.function) for each in package.registrations if each.name is not None),
        package.imported_in_module,
        package.module is not None,
        package.imports_sdk,
    )


def _documents(package: Package, paths: set[str]) -> Iterator[Document]:
    """The documents of files in packages that this one imports."""
    folders = {os.path.dirname(path) for path in paths}
    for member in package.dependencies if folders else ():
        if member.directory in folders:
            yield from (file.document for file in member.files if file.document.path in paths)


def check_package(package: Package, settings: Settings) -> list[Finding]:
    """The findings in one package, by path, position and code."""
    found = lint_package(package)
    return [] if found is None else report_findings([found], lambda _: settings)


def report_findings(results: Sequence[LintResult], settings_of: Callable[[str], Settings]) -> list[Finding]:
    """The findings in packages that were looked at together, by path, position and code, each once.
    `settings_of` gives those of a package's folder.

    Looking at all of a Go module's packages together tells for sure which suppressions are of use."""
    settings = {each.directory: settings_of(each.directory) for each in results}
    home = {path: each.directory for each in results for path in each.paths}
    found: list[Finding] = []
    said: set[tuple[object, str]] = set()
    for each in results:
        # Two packages that import a third may both say of it that a name is taken; one is enough.
        news = [finding for finding in each.findings if (finding.location, finding.code) not in said]
        said.update((finding.location, finding.code) for finding in news)
        found += news
        for finding in news:
            home.setdefault(finding.location.path, each.directory)
    kept, used = suppress(found, _covering(results, settings))
    suppressing = [each for each in results if each.suppressions]
    seen = {directory for each in results for directory in each.dependencies} if suppressing else set()
    for each in suppressing:
        # Whether a name is registered twice, or what UDFs reach, may depend on packages that import this one.
        unsure = each.imported_in_module and each.directory not in seen
        for path in each.paths:
            if written := each.suppressions.get(path):
                written = asking_reasons(written, settings[each.directory].require_suppression_reason)
                kept.extend(suppression_findings(written, used, unsure))
    return sorted(_configured(kept, home, settings), key=finding_order)


def _covering(results: Sequence[LintResult], settings: dict[str, Settings]) -> Iterator[Suppression]:
    """The suppressions of all files, each once: as the settings of the file's own package have it."""
    own = {path for each in results for path in each.paths}
    done: set[str] = set()
    for each in results:
        for path, written in each.suppressions.items():
            if path in each.paths:
                yield from asking_reasons(written, settings[each.directory].require_suppression_reason)
            elif path not in own and path not in done:
                done.add(path)
                yield from written


def finding_order(finding: Finding) -> tuple[str, int, int, str, str]:
    span = finding.location.span
    return finding.location.path, span.start, span.end, finding.code, finding.message


def _configured(
    findings: Sequence[Finding], home: dict[str, str], settings: dict[str, Settings]
) -> list[Finding]:
    """Each finding by the settings of the package that it stands in, or of the one that led to it."""
    result: list[Finding] = []
    known: dict[str, dict[str, int]] = {}
    for finding in findings:
        ours = settings[home[finding.location.path]]
        result += configured([finding], ours)
        known.update(ours.known)
    return unknown(result, known)
