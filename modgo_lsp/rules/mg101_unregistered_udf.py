"""MG101: a function that looks like a UDF and is registered nowhere.

Not for: functions without a record or stream, which nothing tells from other exported functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding, Fix
from modgo_lsp.model.package import Function, Package, SourceFile
from modgo_lsp.rules.naming import name_for
from modgo_lsp.rules.registering import register
from modgo_lsp.rules.rule import Rule
from modgo_lsp.syntax import ast
from modgo_lsp.syntax.lower import lower

TEXT = """
## What it does

Looks for exported functions whose first parameter, after a context, is `*udf.Record` or
`*udf.Stream`, that no `udf.Register` names and nothing else in the Go module refers to. Tests and
the function itself don't count. Generic functions and methods are left alone, and so are packages
without UDFs of their own that others import.

## Why is this bad?

Aerospike finds a function by the name it was registered under. Without a registration the function
is compiled into the module and can never be called: the caller is told that there is no such
function.

## Example

```go
func Add(rec *udf.Record, bin string, n int64) error { … }
```

## Use instead

```go
func init() {
	udf.Register("add", Add)
}

func Add(rec *udf.Record, bin string, n int64) error { … }
```

A function that isn't meant as a UDF says so with a lower-case name.

## Fix safety

The fix adds a call of `udf.Register` to the first `init` that has one, else a new `init`, and
follows the naming of the package's other UDFs. It is unsafe where the function's signature is not
one that a UDF may have, for the module would no longer build.
"""


def check(package: Package) -> Iterator[Finding]:
    if package.imported_in_module and not package.registrations:
        return
    for function in package.functions:
        if _is_candidate(function) and function.references == 0 and _begins_with_receiver(package, function):
            yield RULE.finding(
                f"{function.name} takes a {_receiver(function)} but is not registered, so nobody can call it",
                function.location,
                fixes=_fix(package, function),
            )


def _is_candidate(function: Function) -> bool:
    return function.exported and not function.generic and "." not in function.name


def _receiver(function: Function) -> str:
    return "stream" if function.signature is not None and function.signature.kind == "stream" else "record"


def _begins_with_receiver(package: Package, function: Function) -> bool:
    signature = function.signature
    if signature is None or not (signature.takes_record or signature.kind == "stream"):
        return False
    if all(each.kind not in ("receiver-order", "record-by-value") for each in signature.problems):
        return True
    # The signature tells that there is a receiver, not where: look at how the parameters are written.
    file = next(file for file in package.files if file.document.path == function.location.path)
    decls = lower(file.document).decls
    declared = [each for each in decls if isinstance(each, ast.FuncDecl)]
    here = next(each for each in declared if each.name.span == function.location.span)
    types = [field.type for field in here.type.params.fields]
    if types and signature.takes_context and _last_name(types[0]) == "Context":
        types.pop(0)
    return bool(types) and isinstance(types[0], ast.StarExpr) and _is_receiver(types[0].x, file)


def _is_receiver(written: ast.Expr, file: SourceFile) -> bool:
    if isinstance(written, ast.SelectorExpr):
        imported = isinstance(written.x, ast.Ident) and written.x.name == file.sdk_name
    else:
        imported = isinstance(written, ast.Ident) and file.sdk_name == "."
    return imported and _last_name(written) in ("Record", "Stream")


def _last_name(written: ast.Expr) -> str:
    named = written.sel if isinstance(written, ast.SelectorExpr) else written
    return named.name if isinstance(named, ast.Ident) else ""


def _fix(package: Package, function: Function) -> Iterator[Fix]:
    name = name_for(function.name, package)
    if name is not None and (edits := register(package, function, name)):
        safe = function.signature is not None and not function.signature.problems
        yield Fix(f'Register {function.name} as "{name}"', safe, edits)


RULE = Rule(
    code="MG101",
    name="unregistered-udf",
    severity="warning",
    summary="An exported function takes a record or stream but is not registered",
    text=TEXT,
    fix="register it",
    check=check,
)
