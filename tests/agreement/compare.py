"""Lint's verdicts held against the oracle's, package by package: codes and exact places.

Not for: what is judged (modules.py, real.py), nor for types of expressions (typed.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.lint.check import judge
from modgo_lsp.model.files import DiskFiles
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.load import Loader
from modgo_lsp.rules.catalogue import RULES
from tests.agreement.oracle import Oracle

# Rules that the oracle judges: all about registrations and signatures.
_JUDGED = ("MG1", "MG2")


class Outcome(NamedTuple):
    """How many packages that go/types accepts both say the same of, of how many that it doesn't accept lint
    says no error that Go contradicts, and what the disagreements are."""

    agreed: int = 0
    ill: int = 0
    different: tuple[str, ...] = ()

    def __add__(self, other: object) -> Outcome:
        assert isinstance(other, Outcome)
        return Outcome(self.agreed + other.agreed, self.ill + other.ill, (*self.different, *other.different))


def compare(oracle: Oracle, module: Path, called: str, pattern: str = "./...") -> Outcome:
    """Judges the packages of the Go module in `module` that `pattern` matches; `called` tells where they come
    from."""
    outcome = Outcome()
    loader = loader_for(oracle)
    for said in oracle.asks("judge", pattern, module):
        outcome += compare_package(loader, said, called)
    return outcome


def loader_for(oracle: Oracle) -> Loader:
    """A loader that finds packages where the oracle does."""
    found = find_go_environment()
    cache = oracle.environment.get("GOMODCACHE")
    if cache is not None:
        found = msgspec.structs.replace(found, module_cache=cache)
    return Loader(DiskFiles(), environment=msgspec.structs.replace(found, mod=""))


def compare_package(loader: Loader, said: dict[str, Any], called: str) -> Outcome:
    """The outcome for one package. Where it is not type-correct, only errors are compared; where it doesn't
    even parse, the files that don't."""
    package = loader.package(said["dir"])
    findings = [] if package is None else judge(package)
    ours, theirs = sorted(map(_written, findings)), said["findings"]
    if said["broken"]:
        ours = sorted(Path(each.location.path).name for each in findings if each.code == "MG400")
        theirs = sorted(said["broken"])
    elif said["errors"]:
        ours, theirs = ([each for each in all_ if _is_error(each)] for all_ in (ours, theirs))
    ours = [each for each in ours if each.startswith(_JUDGED) or said["broken"]]
    if said["errors"]:
        # What stands where Go has an error is of that part of the code that does not remain.
        ours = [each for each in ours if each in theirs or not _holds_any(each, said["at"] or ())]
    if ours == theirs:
        return Outcome(ill=1) if said["errors"] else Outcome(agreed=1)
    missing, surplus = sorted(set(theirs) - set(ours)), sorted(set(ours) - set(theirs))
    errors = f"\n  Go's errors {said['errors']}" if said["errors"] else ""
    return Outcome(
        different=(f"{called} {said['dir']}\n  only lint {surplus}\n  only Go   {missing}{errors}",)
    )


def _written(finding: Finding) -> str:
    """A finding as the oracle writes it."""
    span = finding.location.span
    return f"{finding.code} {Path(finding.location.path).name}:{span.start}-{span.end}"


def _holds_any(finding: str, places: Iterable[str]) -> bool:
    """Whether one of some places is in a finding's."""
    file, _, span = finding.partition(" ")[2].rpartition(":")
    start, _, end = span.partition("-")
    for place in places:
        other, _, offset = place.rpartition(":")
        if other == file and int(start) <= int(offset) < int(end):
            return True
    return False


def _is_error(finding: str) -> bool:
    return RULES[finding.partition(" ")[0]].severity == "error"
