"""The one walk over the signatures of registered functions, for the rules MG201 to MG208 and MG315. The model
judges a signature, and says what is wrong as SignatureProblem."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modgo_lsp.model.finding import Edit, Finding, Fix, Location
from modgo_lsp.model.package import Package, Registration, SignatureProblem, SignatureProblemKind
from modgo_lsp.rules.rule import Rule


def judged_once(package: Package) -> Iterator[Registration]:
    """The package's registrations whose signature is to be judged: each declared function once in a UDF
    module, so not again where a package that this one imports registers it already. Of a generic function
    each instance is one, and of a method each type that it has as a function."""
    judged = {
        (registration.target.location, registration.function_type)
        for dependency in package.dependencies
        for registration in dependency.registrations
        if registration.target is not None
    }
    for registration in package.registrations:
        if registration.target is not None:
            instance = (registration.target.location, registration.function_type)
            if instance in judged:
                continue
            judged.add(instance)
        yield registration


def problems_of(
    package: Package, kind: SignatureProblemKind
) -> Iterator[tuple[Registration, SignatureProblem]]:
    """What is wrong in signatures, of `kind`, each thing once: errors and warnings."""
    if not any(_judged(each) for each in package.registrations):
        return
    said: set[tuple[Location, str]] = set()
    for registration in judged_once(package):
        news = [each for each in _judged(registration) if each.kind == kind and _key(each) not in said]
        said.update(map(_key, news))
        for problem in news:
            yield registration, problem


def findings_of(
    package: Package,
    kind: SignatureProblemKind,
    rule: Rule,
    fix_title: str | None = None,
    is_safe: Callable[[Package, Location], bool] | None = None,
) -> Iterator[Finding]:
    """A finding for each signature problem of `kind`. `fix_title` names the fix that puts the problem's
    replacement in ("{}" stands for it); `is_safe` says of the problem's place whether the function's body
    goes on compiling then: without it the fix is unsafe."""
    for registration, problem in problems_of(package, kind):
        fixes: tuple[Fix, ...] = ()
        if fix_title is not None and problem.replacement is not None:
            target = registration.target
            # What else refers to the function may stop compiling too.
            alone = target is not None and target.stands_alone
            safe = alone and is_safe is not None and is_safe(package, problem.location)
            edit = Edit(problem.location, problem.replacement)
            fixes = (Fix(fix_title.format(problem.replacement), safe, (edit,)),)
        yield rule.finding(problem.message, problem.location, problem.related, fixes)


def _judged(registration: Registration) -> tuple[SignatureProblem, ...]:
    signature = registration.signature
    return () if signature is None else (*signature.problems, *signature.warnings)


def _key(problem: SignatureProblem) -> tuple[Location, str]:
    """What is said once: T.M and (*T).M are two functions, and the receiver stands there once."""
    return problem.location, problem.message.replace(" has type *", " has type ", 1)
