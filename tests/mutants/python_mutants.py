"""Python files → mutants, by the operators of mutmut and five of our own.

mutmut's runner finds no tests for code that runs in a child process, so only its operators are used. Code
that is not behaviour is left out: annotations, imports, decorators, `__all__`, logging, strings, the texts of
exceptions, the values of named limits, `strict` of `zip`, and what is for other systems.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, partial

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_symmetric_string_methods_swap

from tests.mutants.mutant import Mutant

# The texts of messages are not behaviour; operator_dict_arguments is about dict(a=b), which no file here has.
_LEFT_OUT = frozenset({"operator_string", "operator_dict_arguments"})
_LOGGING = m.Expr(m.Call(func=m.Attribute(value=m.Name("log") | m.Name("_log") | m.Name("logger"))))
_TYPE_CHECKING = m.If(test=m.Name("TYPE_CHECKING"))
_ALL = m.Assign(targets=[m.AssignTarget(target=m.Name("__all__") | m.Name("__slots__"))])
# The value of a named limit is a choice: tests of its bounds use the name.
_CAPITALS = m.Name(value=m.MatchRegex(r"_?[A-Z][A-Z0-9_]*$"))
_DIGITS = m.Integer(value=m.MatchRegex(r"[0-9_]+$")) | m.Float()
_TIMES = m.Multiply() | m.LeftShift()
_PRODUCT = m.BinaryOperation(left=_DIGITS, operator=_TIMES, right=_DIGITS)
_NUMBER = _DIGITS | _PRODUCT | m.BinaryOperation(left=_PRODUCT, operator=_TIMES, right=_DIGITS)
_LIMIT = m.Assign(targets=[m.AssignTarget(target=_CAPITALS)], value=_NUMBER) | m.Assign(
    targets=[m.AssignTarget(target=m.Tuple(elements=[m.AtLeastN(m.Element(value=_CAPITALS), n=1)]))],
    value=m.Tuple(elements=[m.AtLeastN(m.Element(value=_NUMBER), n=1)]),
)
# `text.find(x) < 0` is the same with rfind.
_IS_FOUND = m.Comparison(left=m.Call(func=m.Attribute(attr=m.Name("find"))))
# `text.find(x, start) < 0` is the same with 1: nothing is searched before `start`.
_IS_FOUND_LATER = m.Comparison(
    left=m.Call(func=m.Attribute(attr=m.Name("find")), args=[m.Arg(), m.Arg(), m.ZeroOrMore(m.Arg())])
)
# An assertion, as `assert` is.
_ZIP = m.Call(func=m.Name("zip"))
_STRICT = m.Arg(keyword=m.Name("strict"), value=m.Name("True"))
# One more or less of a recursion's depth is a choice as its limit is.
_DEPTH = m.Param(name=m.Name("depth"), default=m.Integer("0"))
# One more of so many bytes in a megabyte is nothing that anybody could notice.
_UNIT = m.Integer(value=m.MatchRegex(r"1(_?000){1,3}$")) | m.Float(value=m.MatchRegex(r"1e[369]$"))
# What is for other systems than Linux does nothing here.
_ELSEWHERE = m.If(
    test=m.Comparison(
        left=m.Attribute(value=m.Name("sys"), attr=m.Name("platform")),
        comparisons=[
            m.ComparisonTarget(operator=m.Equal(), comparator=m.SimpleString('"win32"'))
            | m.ComparisonTarget(operator=m.NotEqual(), comparator=m.SimpleString('"linux"'))
        ],
    )
)
_IF_IT_EXISTS = m.Call(func=m.Name("getattr"), args=[m.Arg(m.Name("os")), m.Arg(), m.Arg()])
_SKIPPED = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.Raise, cst.Assert)


def python_mutants(path: str, text: str, line: int) -> list[Mutant]:
    """The mutants of one line of a Python file."""
    wrapper = _parsed(text)
    visitor = _Visitor(line)
    wrapper.visit(visitor)
    return [
        Mutant(path, line, operator, text, partial(_code, wrapper.module, node, mutated))
        for operator, node, mutated in visitor.found
    ]


@lru_cache(maxsize=64)
def _parsed(text: str) -> MetadataWrapper:
    return MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)


def _code(module: cst.Module, node: cst.CSTNode, mutated: cst.CSTNode) -> str:
    return cst.ensure_type(module.deep_replace(node, mutated), cst.Module).code


class _Visitor(cst.CSTVisitor):
    """Collects the operator, the node and what replaces it, for the nodes that start on a line."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, line: int) -> None:
        super().__init__()
        self.found: list[tuple[str, cst.CSTNode, cst.CSTNode]] = []
        self._line = line
        self._compared: set[cst.CSTNode] = set()
        self._left_out: set[cst.CSTNode] = set()

    def on_visit(self, node: cst.CSTNode) -> bool:
        place = self.get_metadata(PositionProvider, node)
        if not place.start.line <= self._line <= place.end.line or node in self._left_out:
            return False
        starts_here = place.start.line == self._line
        if isinstance(node, cst.Raise) and starts_here:
            self.found.append(("delete", node, cst.Pass()))
        if isinstance(node, _SKIPPED) or any(
            m.matches(node, each)
            for each in (_LOGGING, _TYPE_CHECKING, _ALL, _LIMIT, _DEPTH, _UNIT, _IF_IT_EXISTS)
        ):
            return False
        if isinstance(node, cst.ClassDef):  # its bases and options are no behaviour
            node.body.visit(self)
            return False
        if m.matches(node, _ZIP):
            arguments = cst.ensure_type(node, cst.Call).args
            self._left_out.update(each for each in arguments if m.matches(each, _STRICT))
        if m.matches(node, _IS_FOUND):
            self._compared.add(cst.ensure_type(node, cst.Comparison).left)
        if m.matches(node, _IS_FOUND_LATER):
            self._left_out.update(
                each.comparator for each in cst.ensure_type(node, cst.Comparison).comparisons
            )
        if starts_here:
            self._apply_operators(node)
        if m.matches(node, _ELSEWHERE):
            self._left_out.add(cst.ensure_type(node, cst.If).body)
        return True

    def _apply_operators(self, node: cst.CSTNode) -> None:
        for kind, operator in (*mutation_operators, *_OURS):
            if not isinstance(node, kind) or operator.__name__ in _LEFT_OUT:
                continue
            if node in self._compared and operator is operator_symmetric_string_methods_swap:
                continue
            name = operator.__name__.removeprefix("operator_")
            self.found += [(name, node, each) for each in operator(node) if not _is_less_strict(node, each)]


def _is_less_strict(node: cst.CSTNode, mutated: cst.CSTNode) -> bool:
    """Whether the mutant is a zip without its `strict=True`."""
    strict = m.Call(func=m.Name("zip"), args=[m.ZeroOrMore(), _STRICT])
    return m.matches(node, strict) and not m.matches(mutated, strict)


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
