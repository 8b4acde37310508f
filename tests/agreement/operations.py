"""Go code with every operator on operands of every kind, every builtin, and every way to infer a type."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from tests.agreement.oracle import Oracle

_CONSTANTS = (
    *("7", "0", "-3", "0x1F", "017", "0b1_01", "'a'", "2.5", "1e3", "0x1.8p2", "2i", '"ab"', "`c`", "true"),
    *("false", "int8(5)", "uint8(200)", "uint(6)", "float32(0.25)", "float64(3)", "Number(3)", 'Text("t")'),
    *("1 << 62", "third"),
)
_VARIABLES = ("i", "u8", "u", "f32", "f", "c64", "s", "b", "n", "t", "p", "e", "r")
_BINARY = ("+", "-", "*", "/", "%", "&", "|", "^", "&^", "<<", ">>", "==", "!=", "<", "<=", ">", ">=")
_LOGIC = ("&&", "||")
_UNARY = ("+", "-", "!", "^", "*", "&", "<-")
_TARGETS = (
    *("int", "int8", "uint8", "uint64", "float32", "float64", "complex128", "string", "bool", "Number"),
    *("Text", "[]byte", "[]rune", "any", "uintptr"),
)
_TEXT = Path(__file__).with_suffix(".txt").read_text("utf-8").split("----\n")
_, _DECLARATIONS, _LOCALS, _EXPRESSIONS = _TEXT
_IMPORTS = ("fmt", "math", "net/http", "os", "sort", "strings", "time", "unsafe")
_USES = (
    *("fmt.Stringer", "http.Header", "os.File", "sort.Interface", "strings.Reader", "time.Time"),
    "unsafe.Pointer",
)


def _expressions() -> list[str]:
    found = re.split(r"; (?![^{]*\})|\n", _EXPRESSIONS.strip())
    operands = (*_CONSTANTS, *_VARIABLES)
    for x, y in itertools.product(operands, operands):
        found += [f"({x}) {op} ({y})" for op in _BINARY]
    logical = ("true", "false", "b", "i == 1", "2 < 1")
    found += [f"{x} {op} {y}" for x, op, y in itertools.product(logical, _LOGIC, logical)]
    found += [f"{op}({x})" for op, x in itertools.product(_UNARY, operands)]
    found += [f"({target})({x})" for target, x in itertools.product(_TARGETS, operands)]
    return found


def write_operations(folder: Path, oracle: Oracle) -> int:
    """Writes a Go module of one package with the expressions that compile; returns how many that are."""
    expressions = _expressions()
    folder.joinpath("go.mod").write_text("module example.com/operations\n\ngo 1.24\n", "utf-8")
    lines = _write(folder, expressions)
    (said,) = oracle.asks("expressions", ".", folder)
    refused = {int(match[1]) for error in said["errors"] if (match := re.search(r"\.go:(\d+):", error))}
    valid = [each for line, each in zip(lines, expressions, strict=True) if line not in refused]
    _write(folder, valid)
    return len(valid)


def _write(folder: Path, expressions: list[str]) -> range:
    """Writes the package; returns the line of each expression."""
    imports = "".join(f'import "{path}"\n' for path in _IMPORTS)
    names = " ".join(re.findall(r"var (\w+)", _LOCALS)).replace(" ", ", ")
    head = f"package operations\n{imports}{_DECLARATIONS}func _() {{{_LOCALS}\tuse({names})\n"
    uses = "func use(...any) {}\n" + "".join(f"var _ {each}\n" for each in _USES)
    code = "".join(f"\tuse({each})\n" for each in expressions)
    folder.joinpath("operations.go").write_text(f"{head}{code}}}\n{uses}", "utf-8")
    first = head.count("\n") + 1
    return range(first, first + len(expressions))
