"""What is said about packages: every rule over each, less what is deselected or suppressed.

Not for: finding the packages (walk.py) or their configuration (config.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath

import msgspec

from modgo_lsp.lint.baseline import unknown
from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.suppress import Suppression, suppress, suppressions, verdicts
from modgo_lsp.model.finding import Finding, Severity
from modgo_lsp.model.package import Package
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.syntax.document import Document

# What is found in a package only when one that imports it is looked at.
_BY_IMPORTERS = ("MG103", *(code for code in RULES if code.startswith("MG3")))


def judge(package: Package) -> list[Finding]:
    """What the rules say about a package, whatever is configured or suppressed: the builder's verdict.

    A finding may stand in a package that this one imports (MG103). Nothing is said about packages that
    don't import the SDK."""
    if not package.imports_sdk:
        return []
    return [finding for rule in RULES.values() if rule.check for finding in rule.check(package)]


def check_package(package: Package, settings: Settings) -> list[Finding]:
    """The findings in one package, by path, position and code."""
    return check_packages([package], lambda _: settings)


def check_packages(packages: Sequence[Package], settings_of: Callable[[Package], Settings]) -> list[Finding]:
    """The findings in packages that were looked at together, by path, position and code, each once.

    Looking at all of a Go module's packages together tells for sure which suppressions are of use."""
    ours = [package for package in packages if package.imports_sdk]
    settings = {package.directory: settings_of(package) for package in ours}
    found: list[Finding] = []
    said: set[tuple[object, str]] = set()
    for package in ours:
        # Two packages that import a third may both say of it that a name is taken; one is enough.
        news = [finding for finding in judge(package) if (finding.location, finding.code) not in said]
        said.update((finding.location, finding.code) for finding in news)
        found += news
    directives = _directives(ours, settings)
    kept, used = suppress(found, [each for group in directives.values() for each in group[1]])
    seen = {member.directory for package in ours for member in package.dependencies}
    for package in ours:
        # Whether a name is registered twice, or what UDFs reach, may depend on packages that import this one.
        unsure = package.imported_in_module and package.directory not in seen
        for file in package.files:
            document, group = directives[file.document.path]
            kept.extend(verdicts(document, group, used, _BY_IMPORTERS if unsure else ()))
    return sorted(_configured(kept, ours, settings), key=order)


def order(finding: Finding) -> tuple[str, int, int, str, str]:
    span = finding.location.span
    return finding.location.path, span.start, span.end, finding.code, finding.message


def is_selected(code: str, settings: Settings) -> bool:
    """Whether `code` is to be reported: the longest entry that it begins with decides, `ignore` in a tie."""
    chosen = max((len(prefix) for prefix in settings.select if code.startswith(prefix)), default=0)
    return chosen > max((len(prefix) for prefix in settings.ignore if code.startswith(prefix)), default=0)


def severity_of(finding: Finding, settings: Settings) -> Severity:
    """The severity that is configured for the finding: by the longest entry that its code begins with."""
    matching = [prefix for prefix in settings.severity if finding.code.startswith(prefix)]
    return settings.severity[max(matching, key=len)] if matching else finding.severity


def configured(findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    """The findings that `settings` select, in the severities that they set."""
    return [
        msgspec.structs.replace(finding, severity=severity_of(finding, settings))
        for finding in findings
        if is_selected(finding.code, settings) and not _ignored_there(finding, settings)
    ]


def _configured(
    findings: list[Finding], packages: Sequence[Package], settings: dict[str, Settings]
) -> list[Finding]:
    """Each finding by the settings of the package that it stands in, or of the one that led to it."""
    home = {
        file.document.path: package.directory
        for package in packages
        for member in (*package.dependencies, package)
        for file in member.files
    }
    home |= {file.document.path: package.directory for package in packages for file in package.files}
    result: list[Finding] = []
    known: dict[str, dict[str, int]] = {}
    for finding in findings:
        ours = settings[home[finding.location.path]]
        result += configured([finding], ours)
        known.update(ours.known)
    return unknown(result, known)


def _directives(
    packages: Sequence[Package], settings: dict[str, Settings]
) -> dict[str, tuple[Document, tuple[Suppression, ...]]]:
    """By path, the suppressions in the packages' files and in those of the packages that they import."""
    found: dict[str, tuple[Document, tuple[Suppression, ...]]] = {}
    for package in packages:
        need_reason = settings[package.directory].require_suppression_reason
        for file in package.files:
            found[file.document.path] = (file.document, suppressions(file.document, need_reason))
    for package in packages:
        for member in package.dependencies:
            for file in member.files:
                if file.document.path not in found:
                    found[file.document.path] = (file.document, suppressions(file.document))
    return found


def _ignored_there(finding: Finding, settings: Settings) -> bool:
    patterns = [
        pattern
        for pattern, codes in settings.per_file_ignores.items()
        if any(finding.code.startswith(code) for code in codes)
    ]
    if not patterns:
        return False
    # pathspec is of use here and for .gitignore alone: most runs need not import it.
    from pathspec import GitIgnoreSpec

    path = PurePath(finding.location.path)
    if not path.is_relative_to(settings.root):
        return False
    return GitIgnoreSpec.from_lines(patterns).match_file(path.relative_to(settings.root).as_posix())
