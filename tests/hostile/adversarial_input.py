"""The form of an adversarial input."""

# ruff: noqa: E501 (the inputs are easier to read in one line each)

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Union

SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
GO_MOD = f"module example.com/m\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n"

Text = Union[str, bytes]


class Input(NamedTuple):
    """A folder: its files by relative path. The server test opens the Go files at its top."""

    name: str
    files: dict[str, Text]


def udf(source: str, body: str = "", imports: str = "") -> dict[str, Text]:
    """A module with a UDF, `source` beside it and `body` in it."""
    head = f'package m\n\nimport "{SDK}"\n{imports}\n'
    text = f'{head}\nvar _ = udf.Register("f", F)\n\nfunc F(rec *udf.Record, n int) int {{\n{body}\nreturn n\n}}\n'
    return {"go.mod": GO_MOD, "a.go": text + source}


def chain(count: int, line: Callable[[str, str], str], name: str = "c") -> str:
    """Declarations, each of which refers to the next."""
    return "".join(line(f"{name}{i}", f"{name}{i + 1}") + "\n" for i in range(count))
