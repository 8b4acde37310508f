"""Runs the rules over one package. What is deselected or suppressed is left to lint_result.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.lint_result import LintResult, report_findings
from modgo_lsp.lint.suppressions import suppressions
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.rules.mg400_syntax_error import check_text
from modgo_lsp.rules.rule import Check, Rule


def run_rules(package: Package) -> list[Finding]:
    """The findings of every rule in a package. The builder refuses a package with an error.

    A finding may be in a package that this one imports. In a package that doesn't import the SDK, only
    files that are not text are reported."""
    if not package.imports_sdk:
        return list(check_text(package)) if package.not_text else []
    found: list[Finding] = []
    # Nothing is found in most functions, and most are as they were.
    flagged = [(code, _flagging(package, code)) for code in package.reached]
    flagged = [(code, codes) for code, codes in flagged if codes]
    for rule, check in _checks():
        if not rule.by_code:
            found += check(package)
        elif there := tuple(code for code, codes in flagged if rule.code in codes):
            found += check(package.narrowed(there))
    return found


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
    """The lint result of a package; None where the rules look at nothing in it."""
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
    """The findings to report in one package, by path, position and code."""
    found = lint_package(package)
    return [] if found is None else report_findings([found], lambda _: settings)
