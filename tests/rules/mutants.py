"""Mutation tests of rules: `python -m tests.rules.mutants MG301`.

A mutant is a rule's file with one condition inverted, one operand dropped, or one number or boolean changed.
It is run against the rule's Markdown, and reported if all cases pass."""

from __future__ import annotations

import ast
import copy
import signal
import sys
import tempfile
import types
from collections.abc import Iterator
from pathlib import Path

from modgo_lsp.rules import catalogue
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.rules.rule import Rule
from tests.rules.conftest import Block, cases_of, check_blocks, write_blocks

HERE = Path(__file__).parent
RULES_FOLDER = Path(__file__).parents[2] / "modgo_lsp" / "rules"

# A mutant that takes longer is taken to loop forever.
_TIMEOUT = 60

_INVERTED = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """For each mutant its line, a description of the change, and the source."""
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        for number, changed in enumerate(_changes(node)):
            mutant = copy.deepcopy(tree)
            place = list(ast.walk(mutant))[index]
            _replace(mutant, place, list(_changes(place))[number])
            line = getattr(node, "lineno", 0)
            yield line, f"{ast.unparse(node)} → {ast.unparse(changed)}", ast.unparse(mutant)


def _changes(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _INVERTED:
            yield ast.Compare(node.left, [_INVERTED[type(operator)]()], node.comparators)
        case ast.BoolOp():
            for index in range(len(node.values)):
                rest = [value for number, value in enumerate(node.values) if number != index]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield ast.Constant(node.value + 1)
        case ast.Call(func=ast.Name(id="any")):
            yield ast.Call(ast.Name("all", ast.Load()), node.args, node.keywords)
        case ast.IfExp():
            yield node.body
            yield node.orelse


def _replace(tree: ast.AST, old: ast.AST, new: ast.expr) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if item is old:
                        value[index] = new
    ast.fix_missing_locations(tree)


def survives(mutant: str, name: str, code: str, cases: list[list[Block]]) -> bool:
    """Whether all cases pass with the mutant in place of the rule."""
    module = types.ModuleType(name)
    try:
        exec(compile(mutant, name, "exec"), module.__dict__)
        rule: Rule = module.RULE
    except Exception:
        return False
    catalogue.RULES = {**RULES, code: rule}  # type: ignore[misc]
    signal.alarm(_TIMEOUT)
    try:
        return all(map(_passes, cases))
    finally:
        signal.alarm(0)
        catalogue.RULES = RULES  # type: ignore[misc]


def _passes(blocks: list[Block]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        try:
            write_blocks(root, blocks)
            check_blocks(root, blocks)
        except Exception:
            return False
    return True


def _on_timeout(*_: object) -> None:
    raise TimeoutError


def main(codes: list[str]) -> int:
    signal.signal(signal.SIGALRM, _on_timeout)
    survivors = total = 0
    for code in codes or RULES:
        path = HERE / f"{code}.md"
        if RULES[code].check is None or not path.exists():
            continue
        (file,) = RULES_FOLDER.glob(f"{code.lower()}_*.py")
        cases = [blocks for _, blocks in cases_of(path)]
        for line, change, mutant in mutants(file.read_text(encoding="utf-8")):
            total += 1
            if survives(mutant, file.stem, code, cases):
                survivors += 1
                print(f"{file.name}:{line}: {change}", flush=True)
    print(f"{total} mutants, {survivors} survived")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
