"""C and Go files → mutants, by operators on tree-sitter's trees.

Comments, strings, types, the preprocessor and named constants are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter_c
import tree_sitter_golang
from tree_sitter import Language, Node, Parser

from tests.mutants.mutant import Mutant

_LANGUAGES = {".c": Language(tree_sitter_c.language()), ".go": Language(tree_sitter_golang.language())}

_OTHER = {
    **{"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&"},
    **{
        "+": "-",
        "-": "+",
        "*": "/",
        "/": "*",
        "%": "*",
        "&": "|",
        "|": "&",
        "^": "&",
        "<<": ">>",
        ">>": "<<",
    },
    **{
        "&^": "&",
        "+=": "-=",
        "-=": "+=",
        "|=": "&=",
        "&=": "|=",
        "<<=": ">>=",
        ">>=": "<<=",
        "++": "--",
        "--": "++",
    },
}
_WORDS = {"true": "false", "false": "true", "break": "continue", "continue": "break"}
_SKIPPED = {
    *(
        "comment",
        "string_literal",
        "interpreted_string_literal",
        "raw_string_literal",
        "char_literal",
        "array_type",
    ),
    *(
        "preproc_include",
        "preproc_def",
        "preproc_function_def",
        "preproc_call",
        "preproc_if",
        "array_declarator",
    ),
    *("import_declaration", "package_clause", "attribute_specifier", "bitfield_clause", "enumerator"),
    *("const_declaration", "sizeof_expression"),
}
_DELETED = frozenset(
    {"expression_statement", "assignment_statement", "defer_statement", "inc_statement", "dec_statement"}
)
_LISTS = frozenset({"initializer_list", "literal_value"})
# Logging, and calls that do nothing on the systems that libmod_go runs on.
_NO_BEHAVIOUR = (
    *("logf(", "log(", "_log(", "mod_go_log", "as_log_", "warning(", "debug("),
    *("va_end(", "pthread_mutex_destroy(", "pthread_cond_destroy("),
)


def tree_mutants(path: str, text: str, line: int) -> list[Mutant]:
    """The mutants of one line of a C or Go file. Some don't compile."""
    suffix = path[path.rindex(".") :]
    source = text.encode()
    tree = Parser(_LANGUAGES[suffix]).parse(source)
    return [
        Mutant(path, line, operator, text, (source[:first] + new.encode() + source[end:]).decode)
        for node in _nodes(tree.root_node)
        for operator, start, first, end, new in _changes(node)
        if start.start_point.row + 1 == line
    ]


def _nodes(node: Node) -> Iterator[Node]:
    if node.type in _SKIPPED or _has_no_behaviour(node):
        return
    yield node
    for child in node.children:
        yield from _nodes(child)


def _has_no_behaviour(node: Node) -> bool:
    text = _text(node) if node.type == "expression_statement" else ""
    return text.startswith(_NO_BEHAVIOUR) or _UNUSED.fullmatch(text) is not None


def _text(node: Node) -> str:
    return (node.text or b"").decode()


_ALLOCATE = frozenset({"malloc", "calloc", "realloc", "cf_malloc", "mod_go_scratch_take"})
_UNUSED = re.compile(r"\(void\)\w+(, \(void\)\w+)*;")
# One more of so many nanoseconds in a millisecond is nothing that anybody could notice.
_UNIT = re.compile(r"1(000){1,3}[uU]?")
_Change = tuple[str, Node, int, int, str]  # operator, where, first byte, end, new text


def _changes(node: Node) -> Iterator[_Change]:
    yield from _of_operators(node)
    yield from _of_statements(node)
    if (
        node.type in {"number_literal", "int_literal"}
        and node.parent
        and node.parent.type != "subscript_argument_list"
        and not _UNIT.fullmatch(_text(node))
        and not _is_size(node)
        and not _is_allocated(node)
        and not _is_beside_an_error(node)
    ):
        yield "number", node, node.start_byte, node.end_byte, f"({_text(node)} + 1)"
    if node.type in _LISTS:
        elements = node.named_children
        elements = [each for each in elements if each.type != "comment"]
        if len(elements) > 2:
            for position, element in enumerate(elements):
                after = (
                    elements[position + 1].start_byte if position + 1 < len(elements) else element.end_byte
                )
                yield "drop_element", element, element.start_byte, after, ""


def _is_size(number: Node) -> bool:
    """The 64 of `64 << 10`, a choice as the value of a named limit is."""
    parent = number.parent
    if parent is None or parent.type != "binary_expression":
        return False
    operator, shift = (parent.child_by_field_name(each) for each in ("operator", "right"))
    return (
        operator is not None and operator.type == "<<" and shift is not None and _text(shift) in {"10", "20"}
    )


def _is_allocated(number: Node) -> bool:
    """The 1 of `malloc(length + 1)`: nobody notices an allocation that is larger."""
    node = number
    while node.parent is not None and node.parent.type in {"binary_expression", "parenthesized_expression"}:
        node = node.parent
        operator = node.child_by_field_name("operator")
        if operator is not None and _text(operator) not in {"+", "*"}:
            return False
    call = node.parent.parent if node.parent is not None else None
    function = call.child_by_field_name("function") if call is not None else None
    return function is not None and _text(function) in _ALLOCATE


def _is_beside_an_error(number: Node) -> bool:
    """The 0 of `return 0, err` in Go, which nobody reads."""
    parent = number.parent
    if parent is None or parent.type != "expression_list" or parent.parent is None:
        return False
    last = parent.named_children[-1]
    is_error = last.type == "call_expression" or _text(last).startswith("err")
    return parent.parent.type == "return_statement" and last != number and is_error


def _of_operators(node: Node) -> Iterator[_Change]:
    operator = node.child_by_field_name("operator")
    if operator and node.type in {"binary_expression", "assignment_expression", "assignment_statement"}:
        if (other := _OTHER.get(_text(operator))) and not _is_least_or_most(node):
            yield "swap_operator", operator, operator.start_byte, operator.end_byte, other
        if operator.type in {"&&", "||"}:
            for side in ("left", "right"):
                operand = node.child_by_field_name(side)
                assert operand
                yield "one_operand", node, node.start_byte, node.end_byte, _text(operand)
    if operator and node.type == "unary_expression" and operator.type in {"!", "-", "~"}:
        yield "drop_unary", node, node.start_byte, operator.end_byte, ""
    if node.type in {"update_expression", "inc_statement", "dec_statement"}:
        for sign in node.children:
            if sign.type in {"++", "--"}:
                yield "swap_operator", sign, sign.start_byte, sign.end_byte, _OTHER[sign.type]


def _is_least_or_most(comparison: Node) -> bool:
    """`a < b ? a : b` is the same with <=."""
    parent, operator = comparison.parent, comparison.child_by_field_name("operator")
    if parent is None or parent.type != "conditional_expression":
        return False
    if operator is None or operator.type not in {"<", "<=", ">", ">="}:
        return False
    operands = [comparison.child_by_field_name(each) for each in ("left", "right")]
    chosen = [parent.child_by_field_name(each) for each in ("consequence", "alternative")]
    return {_text(each) for each in operands if each} == {_text(each) for each in chosen if each}


def _of_statements(node: Node) -> Iterator[_Change]:
    if node.type in {"if_statement", "while_statement"} and (
        condition := node.child_by_field_name("condition")
    ):
        yield "negate", condition, condition.start_byte, condition.end_byte, _negated(condition)
    if node.type in _DELETED:
        yield (
            "delete",
            node,
            node.start_byte,
            node.end_byte,
            ";" if node.type == "expression_statement" else "",
        )
    words = _text(node).rstrip(";")
    if node.type in {"true", "false", "break_statement", "continue_statement"} and words in _WORDS:
        yield "swap_word", node, node.start_byte, node.start_byte + len(words), _WORDS[words]


def _negated(condition: Node) -> str:
    text = _text(condition)
    return (
        f"(!{text})"
        if text.startswith("(") and condition.type == "parenthesized_expression"
        else f"!({text})"
    )
