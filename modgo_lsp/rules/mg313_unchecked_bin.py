"""MG313: a bin's value is asserted to a type without a check."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.objects import VariableName
from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports type assertions on a bin's value without the comma-ok form, such as `rec.Bin("n").(int64)`. An
assertion is not reported if a comma-ok form or a type switch before it has checked the same type.

## Why is this bad?

Records have no schema. The bin may be absent, or another client may have stored a value of another type. The
UDF then panics, and the caller gets an error about Go's types instead of the record.

## Example

```go
n := rec.Bin("n").(int64)
```

## Use instead

```go
n, ok := rec.Int("n")
if !ok {
	return errors.New("bin n is not an integer")
}
```

## Fix safety

The fix uses the comma-ok form and ignores the second value. It is unsafe because a value of another type
leaves the variable zero, where the UDF panicked before.
"""

_BINS = (f"{SDK_PATH}.Record.Bin", f"{SDK_PATH}.Record.Bins")


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        assertions = code.of_kind(ast.TypeAssertExpr)
        if not assertions:
            continue
        bins = {id(call) for call, _ in code.calls(*_BINS)}
        checked = _Checked(code)
        for node in assertions:
            if node.type is None:
                continue
            if _is_bin(code, node.x, bins) and not checked.holds(node, node.type):
                message = f"this panics if the bin holds no {code.text(node.type)}: use the comma-ok form"
                yield RULE.finding(message, code.place(node), code.call_path(), _fix(code, node))


def _with_ok(node: ast.Node) -> Iterator[ast.Expr]:
    """The assertion in comma-ok form that `node` contains, if any."""
    if isinstance(node, ast.AssignStmt) and len(node.lhs) == 2 and len(node.rhs) == 1:
        yield ast.unparen(node.rhs[0])
    elif isinstance(node, ast.ValueSpec) and len(node.names) == 2 and len(node.values) == 1:
        yield ast.unparen(node.values[0])


class _Checked:
    """The assertions of a function that cannot panic: those in comma-ok form, those after the same one in
    comma-ok form, and those in the case of a type switch for that type."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._with_ok: set[ast.Expr] = set()
        self._since: dict[str, int] = {}  # by source text, the end of the first one in comma-ok form
        self._switched: list[tuple[Span, str, str]] = []
        for node in code.of_kind(ast.AssignStmt, ast.ValueSpec):
            for expr in _with_ok(node):
                self._with_ok.add(expr)
                self._since.setdefault(code.text(expr), expr.span.end)
        for switch in code.of_kind(ast.TypeSwitchStmt):
            for clause in switch.clauses:
                if len(clause.values) == 1:
                    of = code.text(switch.x).removesuffix(".(type)")
                    self._switched.append((clause.span, of, code.text(clause.values[0])))

    def holds(self, node: ast.TypeAssertExpr, type_: ast.Expr) -> bool:
        start = node.span.start
        if node in self._with_ok or self._since.get(self._code.text(node), start) < start:
            return True
        asserted = (self._code.text(node.x), self._code.text(type_))
        return any(span.holds(start) and (of, kind) == asserted for span, of, kind in self._switched)


def _is_bin(code: Code, expr: ast.Expr, bins: set[int]) -> bool:
    """Whether an expression is a bin's value, or a variable that holds one and is never set again."""
    expr = ast.unparen(expr)
    if id(expr) in bins:
        return True
    item = code.object_of(expr)
    if not isinstance(item, VariableName) or item.value is None:
        return False
    # `v := rec.Bin(…)`, or the second variable of a range over rec.Bins().
    begins = item.origin == "value" and item.count == 1
    ranged = item.origin == "range" and item.index == 1
    from_bin = (begins or ranged) and id(ast.unparen(item.value)) in bins
    return from_bin and not code.is_set_again(item)


def _fix(code: Code, assertion: ast.TypeAssertExpr) -> Iterator[Fix]:
    assigned = code.cached("taken by one", lambda: dict(_single_assignments(code)))
    if assertion in assigned:
        end = assigned[assertion].span.end
        yield Fix("Use the comma-ok form", False, (Edit(code.place(Span(end, end)), ", _"),))


def _single_assignments(code: Code) -> Iterator[tuple[ast.Expr, ast.Expr]]:
    """The values that are assigned to one variable, each with that variable."""
    for node in code.of_kind(ast.AssignStmt):
        if node.op in ("=", ":=") and len(node.lhs) == len(node.rhs) == 1:
            yield node.rhs[0], node.lhs[0]


RULE = Rule(
    code="MG313",
    name="unchecked-bin",
    severity="warning",
    summary="A bin's value is asserted to a type without a check",
    text=TEXT,
    fix="use the comma-ok form",
    check=check,
    by_code=True,
)
