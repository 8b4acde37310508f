"""Document links: from a rule's code in a suppression to its page, and from a case to its sample."""

from __future__ import annotations

import msgspec

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.case_files import names_in, sample_folder
from modgo_lsp.lint.suppressions import suppressions
from modgo_lsp.model.package import Package
from modgo_lsp.rules.catalogue import RULES


class Link(msgspec.Struct, frozen=True):
    """A link from `span` to `target`, a URL or the path of a file."""

    span: Span
    target: str
    tooltip: str


def rule_links(document: Document) -> list[Link]:
    """The links of a Go file."""
    return [
        Link(span, RULES[code].url, f"{code} {RULES[code].name}: {RULES[code].summary}")
        for directive in suppressions(document)
        for code, span in directive.codes
        if code in RULES
    ]


def sample_links(package: Package, path: str, files: Files) -> list[Link]:
    """The links of a case file to the samples that exist."""
    folder = sample_folder(package.directory)
    try:
        existing = {name for name, is_folder in files.entries(folder) if not is_folder}
    except OSError:
        return []
    return [
        Link(named.location.span, f"{folder}/{named.text}", "The records of this case")
        for named in names_in(path, files)
        if named.kind != "function" and named.text in existing
    ]
