"""What a rule is: its code, its page, and the check that finds it in a package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from modgo_lsp.model.finding import Finding, Fix, Location, Related, Severity

if TYPE_CHECKING:  # the model takes 0.03 s to import, a third of a `modgo lint` that finds everything cached
    from modgo_lsp.model.package import Package

PAGES = "https://github.com/GeertJohan/aerospike-mod-go/blob/main/docs/rules/"

Check = Callable[["Package"], Iterator[Finding]]

Group = Literal["registration", "signature", "code", "build", "suppression"]
_GROUPS: dict[str, Group] = {
    "MG1": "registration",
    "MG2": "signature",
    "MG3": "code",
    "MG4": "build",
    "MG5": "suppression",
}


class Rule(msgspec.Struct, frozen=True):
    """A rule. `name` reads as "allow …"; `summary` is one sentence without a full stop.

    `text` is the page below its heading, in Markdown. `fix` says what the fix does; None if there is no fix.
    `check` yields the findings in one package; None if lint, build or host report this rule.
    `by_code`: the check goes through the functions that a UDF reaches one by one. The findings in a
    function depend only on that function's source and the names in it, and are located there.
    `unnecessary`: what it reports can be deleted; editors fade it.
    `module_wide`: a finding in a package may depend on the packages that import it.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    text: str
    fix: str | None = None
    check: Check | None = None
    by_code: bool = False
    module_wide: bool = False
    unnecessary: bool = False

    @property
    def group(self) -> Group:
        """What the rule is about; the first digit of its code."""
        return _GROUPS[self.code[:3]]

    @property
    def is_suppressible(self) -> bool:
        """Whether it makes sense to suppress a finding: failures to parse, build or load stay failures."""
        return self.group in ("registration", "signature", "code")

    @property
    def depends_on_importers(self) -> bool:
        """Whether a finding in a package may depend on the packages that import it and reach its code."""
        return self.module_wide or self.group == "code"

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
        """A finding of this rule, with the rule's severity."""
        places = tuple(Related(place, about) for place, about in related)
        return Finding(self.code, self.severity, message, location, places, tuple(fixes))
