"""MG309: a package with UDFs uses unsafe, C, plugin or go:linkname."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax.directives import directives
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports imports of `unsafe`, `C` and `plugin`, and `//go:linkname`, in packages that import the SDK.

## Why is this bad?

A mistake in such code is not a panic that can be recovered and reported to the caller. It corrupts memory or
ends the process: fenced, one worker; unfenced, the Aerospike node.

## What to do

Keep such code out of packages with UDFs. If you need it, put it into a package of its own with a safe API,
test that package, and run the module fenced.
"""

_WHY = {
    "unsafe": "unsafe bypasses Go's type system",
    "C": "C code can corrupt the memory of the whole process",
    "plugin": "a module cannot load plugins, because it is loaded itself",
}


def check(package: Package) -> Iterator[Finding]:
    for file in package.files:
        for imported in file.imports:
            if imported.path in _WHY:
                message = f"{_WHY[imported.path]}: keep it out of packages with UDFs"
                yield RULE.finding(message, imported.location)
        for directive in directives(file.document):
            if directive.name == "go:linkname":
                yield RULE.finding(
                    "go:linkname uses internals of other packages, which any update can break",
                    Location(file.document.path, directive.span),
                )


RULE = Rule(
    code="MG309",
    name="unsafe-import",
    severity="warning",
    summary="A package with UDFs imports unsafe, C or plugin",
    text=TEXT,
    check=check,
)
