"""MG316: a UDF uses the network or files, and its module asks for no grant of that."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.blocking_calls import blocking_calls
from modgo_lsp.rules.declared_grants import CODE, FILES, NETWORK
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports calls that use the network, a database or files, in code that a UDF reaches, if the module's
`modgo.toml` does not ask for that: by `wants-network` for the network and databases, `wants-read` for files.

## Why is this bad?

The fence refuses such calls: the UDF gets "operation not permitted" or "permission denied". A module that
says what it wants is refused when it is loaded, with the option or setting that grants it.

## Example

```go
func Country(rec *udf.Record) (string, error) {
	text, err := os.ReadFile("/etc/geo/countries")
	…
}
```

## Use instead

The same, and in the `modgo.toml` of the module's folder:

```toml
wants-read = ["/etc/geo"]
```

Then grant it: `--allow-read /etc/geo` on the command line, the setting `modgo.allow.read` in editors,
`MODGO_ALLOW='geo=read:/etc/geo'` on a server.
Nothing grants writing files.
"""

_USES = {
    "waits for the network": ("the network", NETWORK),
    "waits for a database": ("the network", NETWORK),
    "waits for files": ("files", FILES),
}


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for expr, what in blocking_calls(code):
            if what not in _USES:
                continue
            used, setting = _USES[what]
            named = code.text(expr.fun if isinstance(expr, ast.CallExpr) else expr)
            message = f"{named} uses {used}, which the fence refuses: ask for it by {setting} in modgo.toml"
            yield RULE.finding(message, code.place(expr), code.call_path())


RULE = Rule(
    code=CODE,
    name="undeclared-grant",
    severity="warning",
    summary="A UDF uses the network or files, and its module asks for no grant",
    text=TEXT,
    check=check,
    by_code=True,
)
