"""Compares lint's findings with the oracle's, package by package: codes and exact places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.lint.run_rules import run_rules
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package
from modgo_lsp.rules.catalogue import RULES
from tests.agreement.oracle import Oracle

# The rules that the oracle knows: those on registrations and signatures.
_JUDGED = ("MG1", "MG2", "MG315")
# Of these, the rules that report errors of Go.
_ABOUT_ERRORS = ("MG102", "MG205")


class Outcome(NamedTuple):
    """`agreed` counts packages that go/types accepts and for which both report the same. `ill` counts
    packages that it refuses and for which lint reports no error that Go contradicts. `different` are the
    disagreements."""

    agreed: int = 0
    ill: int = 0
    different: tuple[str, ...] = ()

    def __add__(self, other: object) -> Outcome:
        assert isinstance(other, Outcome)
        return Outcome(self.agreed + other.agreed, self.ill + other.ill, (*self.different, *other.different))


def compare(oracle: Oracle, module: Path, called: str, pattern: str = "./...") -> Outcome:
    """Compares the packages of the Go module in `module` that match `pattern`. `called` is its name in
    messages."""
    outcome = Outcome()
    loader = loader_for(oracle)
    for verdict in oracle.asks("judge", pattern, module):
        outcome += compare_package(loader, verdict, called)
    return outcome


def loader_for(oracle: Oracle) -> Loader:
    """A loader that resolves import paths as the oracle does."""
    return Loader(DiskFiles(), environment=environment_of(oracle))


def environment_of(oracle: Oracle) -> GoEnvironment:
    found = find_go_environment()
    cache = oracle.environment.get("GOMODCACHE")
    if cache is not None:
        found = msgspec.structs.replace(found, module_cache=cache)
    return msgspec.structs.replace(found, mod="")


def compare_package(loader: Loader, verdict: dict[str, Any], called: str) -> Outcome:
    """The outcome for one package. If it does not parse, the broken files are compared. If it is not
    type-correct, lint's errors must not contradict the rest."""
    package = loader.package(verdict["dir"])
    findings = [] if package is None else run_rules(package)
    ours, theirs = sorted(map(_written, findings)), verdict["findings"]
    if verdict["broken"]:
        ours = sorted({_file(each) for each in ours if each.startswith("MG400")})
        missing, surplus = _difference(ours, verdict["broken"])
    elif verdict["errors"]:
        excused = set() if package is None else set(_refused(package, verdict["at"] or ()))
        ours = [each for each in ours if _is_error(each) and each not in excused]
        missing, surplus = _difference(ours, theirs)
        missing = [each for each in missing if each.startswith(_ABOUT_ERRORS)]
    else:
        missing, surplus = _difference([each for each in ours if each.startswith(_JUDGED)], theirs)
    if not missing and not surplus:
        return Outcome(ill=1) if verdict["errors"] else Outcome(agreed=1)
    errors = f"\n  Go's errors {verdict['errors']}" if verdict["errors"] else ""
    return Outcome(
        different=(f"{called} {verdict['dir']}\n  only lint {surplus}\n  only Go   {missing}{errors}",)
    )


def _difference(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[str], list[str]]:
    """The findings of the oracle alone, and of lint alone. Duplicates count."""
    missing, surplus = Counter(theirs), Counter(ours)
    return sorted((missing - surplus).elements()), sorted((surplus - missing).elements())


def _refused(package: Package, places: Sequence[str]) -> Iterator[str]:
    """The findings about registrations in which Go reports an error."""
    for registration in package.registrations:
        if not any(_holds(registration.call, place) for place in places):
            continue
        problems = () if registration.signature is None else registration.signature.problems
        for code, location in [
            *(("MG107", registration.function_argument),),
            *((code, problem.location) for problem in problems for code in RULES if code.startswith("MG2")),
        ]:
            yield f"{code} {Path(location.path).name}:{location.span.start}-{location.span.end}"


def _holds(call: Location, place: str) -> bool:
    file, _, offset = place.rpartition(":")
    return Path(call.path).name == file and call.span.holds(int(offset))


def _file(finding: str) -> str:
    return finding.partition(" ")[2].rpartition(":")[0]


def _written(finding: Finding) -> str:
    """A finding in the oracle's format."""
    span = finding.location.span
    return f"{finding.code} {Path(finding.location.path).name}:{span.start}-{span.end}"


def _is_error(finding: str) -> bool:
    return finding.startswith(_JUDGED) and RULES[finding.partition(" ")[0]].severity == "error"
