"""Links in the source: from a rule's code in a suppression to its page.

Not for: links in comments as such (the editor).
"""

from __future__ import annotations

import msgspec

from modgo_lsp.lint.suppress import suppressions
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.syntax.document import Document
from modgo_lsp.syntax.positions import Span


class Link(msgspec.Struct, frozen=True):
    """`span` leads to `target`."""

    span: Span
    target: str
    tooltip: str


def links(document: Document) -> list[Link]:
    return [
        Link(span, RULES[code].url, f"{code} {RULES[code].name}: {RULES[code].summary}")
        for directive in suppressions(document)
        for code, span in directive.codes
        if code in RULES
    ]
