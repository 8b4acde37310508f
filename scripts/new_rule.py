"""Starts a lint rule: `make new-rule CODE=MG317 NAME=slow-loop SUMMARY="A loop is slow"`.

Writes its file, and its test, which fails until the check is written. `make docs` writes its page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from modgo_lsp.rules.catalogue import RULES

ROOT = Path(__file__).parents[1]

_RULE = '''"""{code}: {about}."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

{summary}.

## Why is this bad?

…

## What to do

…
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for call, _ in code.calls("example.com/what.Calls"):
            yield RULE.finding("what is wrong: what to do", code.place(call), code.call_path())


RULE = Rule(
    code="{code}",
    name="{name}",
    severity="warning",
    summary="{summary}",
    text=TEXT,
    check=check,
    by_code=False,  # True if findings in a function depend only on that function: lint then caches them
)
'''

_TEST = """# {code}: {about}

```go
func init() {{
	udf.Register("a", A)
}}

func A(rec *udf.Record) {{
	bad() // want {code} bad()
	good() // ok
}}

func bad()  {{}}
func good() {{}}
```
"""


def new_rule(code: str, name: str, summary: str, root: Path = ROOT) -> tuple[Path, Path]:
    """Writes the rule's file and its test below `root`, and returns their paths.

    Raises ValueError if an argument is invalid, and FileExistsError if a file exists.
    """
    if not re.fullmatch(r"MG[1-5]\d\d", code):
        raise ValueError(f"{code} is not a code: MG and three digits, the first from 1 to 5")
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name):
        raise ValueError(
            f'{name} is not a name: lower-case words joined by hyphens, to be read as "allow {name}"'
        )
    taken = [rule.code for rule in RULES.values() if rule.code == code or rule.name == name]
    if taken:
        raise ValueError(f"{taken[0]} already has that code or name")
    summary = summary.rstrip(".")
    if not summary or '"' in summary:
        raise ValueError("the summary must be one sentence without double quotes")
    fields = {"code": code, "name": name, "summary": summary, "about": summary[:1].lower() + summary[1:]}
    rule = root / "modgo_lsp" / "rules" / f"{code.lower()}_{name.replace('-', '_')}.py"
    test = root / "tests" / "rules" / f"{code}.md"
    for path, text in ((rule, _RULE), (test, _TEST)):
        with path.open("x", encoding="utf-8") as file:
            file.write(text.format(**fields))
    return rule, test


if __name__ == "__main__":
    try:
        for written in new_rule(*sys.argv[1:4]):
            print(written.relative_to(ROOT))
    except (ValueError, FileExistsError, TypeError) as error:
        sys.exit(f'{error}\nUsage: make new-rule CODE=MG317 NAME=slow-loop SUMMARY="A loop is slow"')
