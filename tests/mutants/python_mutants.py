"""Python files → mutants, by the operators of mutmut and five of our own.

mutmut's runner needs a run of the whole suite first and finds no tests for code that runs in a child process,
so only its operators are used. Code that is not behaviour is left out: annotations, imports, decorators,
`__all__`, logging, strings, the texts of exceptions, and the values of named limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

from tests.mutants.mutant import Mutant

# The texts of messages are not behaviour; operator_dict_arguments is about dict(a=b), which no file here has.
_LEFT_OUT = frozenset({"operator_string", "operator_dict_arguments"})
_LOGGING = m.Expr(m.Call(func=m.Attribute(value=m.Name("log") | m.Name("_log") | m.Name("logger"))))
_TYPE_CHECKING = m.If(test=m.Name("TYPE_CHECKING"))
_ALL = m.Assign(targets=[m.AssignTarget(target=m.Name("__all__") | m.Name("__slots__"))])
# The value of a named limit is a choice: tests of its bounds use the name.
_LIMIT = m.Assign(
    targets=[m.AssignTarget(target=m.Name(value=m.MatchRegex(r"_?[A-Z][A-Z0-9_]*$")))],
    value=m.Integer(value=m.MatchRegex(r"[0-9_]+$")) | m.Float(),
)
_SKIPPED = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.Raise, cst.Assert)


def python_mutants(path: str, text: str, line: int) -> list[Mutant]:
    """The mutants of one line of a Python file."""
    module, found = _changes(text)
    return [
        Mutant(
            path, line, operator, text, cst.ensure_type(module.deep_replace(node, mutated), cst.Module).code
        )
        for at, operator, node, mutated in found
        if at == line
    ]


@lru_cache(maxsize=64)
def _changes(text: str) -> tuple[cst.Module, list[tuple[int, str, cst.CSTNode, cst.CSTNode]]]:
    module, visitor = cst.parse_module(text), _Visitor()
    MetadataWrapper(module, unsafe_skip_copy=True).visit(visitor)
    return module, visitor.found


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str, cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Raise):
            self._add("delete", node, [cst.Pass()])
        if isinstance(node, _SKIPPED) or any(
            m.matches(node, each) for each in (_LOGGING, _TYPE_CHECKING, _ALL, _LIMIT)
        ):
            return False
        if isinstance(node, cst.ClassDef):  # its bases and options are no behaviour
            node.body.visit(self)
            return False
        for kind, operator in (*mutation_operators, *_OURS):
            if isinstance(node, kind) and operator.__name__ not in _LEFT_OUT:
                self._add(operator.__name__.removeprefix("operator_"), node, operator(node))
        return True

    def _add(self, operator: str, node: cst.CSTNode, mutated: Iterable[cst.CSTNode]) -> None:
        line = self.get_metadata(PositionProvider, node).start.line
        self.found += [(line, operator, node, each) for each in mutated]


def _negate(node: cst.If | cst.While) -> Iterable[cst.CSTNode]:
    test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def _delete(node: cst.Expr) -> Iterable[cst.CSTNode]:
    if isinstance(node.value, cst.Call | cst.Await):
        yield cst.Pass()


def _one_operand(node: cst.BooleanOperation) -> Iterable[cst.CSTNode]:
    yield from (node.left, node.right)


def _drop_element(node: cst.Tuple | cst.List | cst.Set) -> Iterable[cst.CSTNode]:
    if len(node.elements) > 2:
        for position in range(len(node.elements)):
            yield node.with_changes(elements=[*node.elements[:position], *node.elements[position + 1 :]])


def _drop_entry(node: cst.Dict) -> Iterable[cst.CSTNode]:
    if len(node.elements) > 2:
        for position in range(len(node.elements)):
            yield node.with_changes(elements=[*node.elements[:position], *node.elements[position + 1 :]])


_OURS: tuple[tuple[type | tuple[type, ...], Callable[..., Iterable[cst.CSTNode]]], ...] = (
    ((cst.If, cst.While), _negate),
    (cst.Expr, _delete),
    (cst.BooleanOperation, _one_operand),
    ((cst.Tuple, cst.List, cst.Set), _drop_element),
    (cst.Dict, _drop_entry),
)
