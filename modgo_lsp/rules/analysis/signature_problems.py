"""The problems of registered functions' signatures, for the rules MG201 to MG208 and MG315. The model finds
them (SignatureProblem); here they become findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modgo_lsp.model.finding import Edit, Finding, Fix, Location
from modgo_lsp.model.package import Package, Registration, SignatureProblem, SignatureProblemKind
from modgo_lsp.rules.rule import Rule


def distinct_registrations(package: Package) -> Iterator[Registration]:
    """The package's registrations, each declared function once in a UDF module: a function that an imported
    package registers is reported there. Each instance of a generic function counts as a function, and so does
    each function type of a method."""
    done = {
        (registration.target.location, registration.function_type)
        for dependency in package.dependencies
        for registration in dependency.registrations
        if registration.target is not None
    }
    for registration in package.registrations:
        if registration.target is not None:
            instance = (registration.target.location, registration.function_type)
            if instance in done:
                continue
            done.add(instance)
        yield registration


def problems_of(
    package: Package, kind: SignatureProblemKind
) -> Iterator[tuple[Registration, SignatureProblem]]:
    """The errors and warnings of `kind` in the package's signatures, each once."""
    if not any(_problems(each) for each in package.registrations):
        return
    reported: set[tuple[Location, str]] = set()
    for registration in distinct_registrations(package):
        new = [each for each in _problems(registration) if each.kind == kind and _key(each) not in reported]
        reported.update(map(_key, new))
        for problem in new:
            yield registration, problem


def findings_of(
    package: Package,
    kind: SignatureProblemKind,
    rule: Rule,
    fix_title: str | None = None,
    is_safe: Callable[[Package, Location], bool] | None = None,
) -> Iterator[Finding]:
    """A finding for each signature problem of `kind`. `fix_title` is the title of the fix that writes the
    problem's replacement, for which "{}" stands. `is_safe` says whether the function at the problem's place
    still compiles then; without it the fix is unsafe."""
    for registration, problem in problems_of(package, kind):
        fixes: tuple[Fix, ...] = ()
        if fix_title is not None and problem.replacement is not None:
            target = registration.target
            # Other code that refers to the function may not compile either.
            alone = target is not None and target.stands_alone
            safe = alone and is_safe is not None and is_safe(package, problem.location)
            edit = Edit(problem.location, problem.replacement)
            fixes = (Fix(fix_title.format(problem.replacement), safe, (edit,)),)
        yield rule.finding(problem.message, problem.location, problem.related, fixes)


def _problems(registration: Registration) -> tuple[SignatureProblem, ...]:
    signature = registration.signature
    return () if signature is None else (*signature.problems, *signature.warnings)


def _key(problem: SignatureProblem) -> tuple[Location, str]:
    """What identifies a problem: T.M and (*T).M are two functions with one receiver in the source."""
    return problem.location, problem.message.replace(" has type *", " has type ", 1)
