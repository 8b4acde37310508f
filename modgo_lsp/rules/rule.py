"""What a rule is: its code and page, and the check that finds it in a package.

Not for: any single rule (mgNNN_*.py) or which of them run (lint/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from modgo_lsp.model.finding import Finding, Fix, Location, Related, Severity
from modgo_lsp.model.package import Package

PAGES = "https://github.com/GeertJohan/aerospike-mod-go/blob/main/docs/rules/"


Check = Callable[[Package], Iterator[Finding]]


class Rule(msgspec.Struct, frozen=True):
    """A rule. `name` reads as "allow …"; `summary` is one sentence without a full stop.

    `text` is the page below its heading, in Markdown. `fix` says what the fix does, None where there is
    none. `check` yields the findings in one package; it is None where lint, build or host emit the code.
    `by_code`: it goes through what the package's UDFs reach, function by function. Whether it finds anything
    in one hangs on that function's own source and the names in it alone, and what it finds stands there.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    text: str
    fix: str | None = None
    check: Check | None = None
    by_code: bool = False

    @property
    def url(self) -> str:
        """Where the page is published."""
        return f"{PAGES}{self.code}.md"

    @property
    def page(self) -> str:
        """The whole page in Markdown: heading, severity, fix, text."""
        fix = f"fix: {self.fix}" if self.fix else "no automatic fix"
        return (
            f"# {self.code} {self.name}\n\n{self.summary}.\n\nSeverity: {self.severity}, {fix}.\n\n"
            f"{self.text.strip()}\n"
        )

    def finding(
        self,
        message: str,
        location: Location,
        related: Iterable[tuple[Location, str]] = (),
        fixes: Iterable[Fix] = (),
    ) -> Finding:
        """A finding of this rule, in its own severity."""
        places = tuple(Related(place, about) for place, about in related)
        return Finding(self.code, self.severity, message, location, places, tuple(fixes))
