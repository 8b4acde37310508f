"""MG410: a limit of the analysis was exceeded."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.analysis_bounds import ExceededBound
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports each place where modgo stops its analysis to limit the time and memory that a file can take:

- a Go file that is larger than the setting `max-file-size` (5 MB by default): it is not analysed, and what it
  declares is unknown;
- a constant of more than 64 KiB of text, or of more than 4,096 bits;
- expressions, types and statements that are nested more than 100 deep, and chains of more than 10,000
  operators;
- a type whose type arguments have more than 400 parts, or an alias of a type with more than 2,000;
- a parameter or result with types that are nested more than 60 deep.

It checks the constants, types and signatures of packages that import the SDK, and the code that their UDFs
reach.

## Why is this bad?

What exceeds a limit is unknown: modgo finds no mistakes in code that depends on it. The module may well be
correct, and builds nevertheless.

## Example

```go
const (
	line  = "0123456789abcdef"
	lines = line + line + line + line // and so on, up to a megabyte
)
```

## Use instead

```go
//go:embed lines.txt
var lines string
```
"""


def check(package: Package) -> Iterator[Finding]:
    yield from map(too_large, package.too_large)
    for bound in (*package.exceeded_bounds, *_in_signatures(package), *_in_code(package)):
        yield RULE.finding(f"{bound.message}: what depends on it is unknown to modgo", bound.location)


def too_large(path: str) -> Finding:
    """That the file at `path` exceeds `max-file-size`."""
    message = "this file is larger than max-file-size: it is not analysed, and what it declares is unknown"
    return RULE.finding(message, Location(path, Span(0, 0)))


def _in_signatures(package: Package) -> Iterator[ExceededBound]:
    for registration in package.registrations:
        signature = registration.signature
        if signature is not None and signature.too_complex:
            message = "the types of this function have too many parts, or they are nested too deeply"
            yield ExceededBound(registration.function_argument, message)


def _in_code(package: Package) -> Iterator[ExceededBound]:
    for code in package.reached:
        yield from code.exceeded_bounds()


RULE = Rule(
    code="MG410",
    name="too-complex",
    severity="information",
    summary="A limit of the analysis was exceeded, and what depends on it is unknown",
    text=TEXT,
    check=check,
)
