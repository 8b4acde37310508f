"""Finds the bins that a UDF reads, itself and in the functions that it passes its record or stream to. A
call sends only these.

A bin's name may come from an argument: `add(rec, bin, n)`. If it is uncertain which bins are read, all are
sent. record_uses.py says what can be followed.
"""

from __future__ import annotations

from collections.abc import Iterable

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.call_targets import Declaration, Targets
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.types import Unknown
from modgo_lsp.golang.types.universe import CONTEXT
from modgo_lsp.model.bin_names import BinNames
from modgo_lsp.model.package import BinsRead
from modgo_lsp.model.record_uses import Followed, RecordUses, record_uses
from modgo_lsp.model.sdk_types import RECORD_POINTER, STREAM_POINTER

# The most functions that are followed.
_MAX_FUNCTIONS = 500


def bins_read(operands: Operands, file: GoFile, declaration: Declaration) -> BinsRead | None:
    """The bins that a UDF reads through its record or stream. None if that is uncertain: it computes a bin's
    name, loops over all bins, or lets the record escape."""
    if declaration.body is None:
        return None
    operands.resolver.bindings.bind_at(file, declaration.span.start)
    fields = [field for field in declaration.type.params.fields if not isinstance(field.type, ast.Ellipsis)]
    kinds = {field: operands.resolver.type_of(file, field.type) for field in fields}
    if any(isinstance(kind, Unknown) for kind in kinds.values()):
        return None
    if RECORD_POINTER not in kinds.values() and STREAM_POINTER not in kinds.values():
        return BinsRead()
    functions = _functions(Targets(operands), file, declaration)
    read = None if functions is None else _names(functions, declaration)
    if read is None:
        return None
    positions: list[int | None] = []
    for field in fields:
        is_argument = kinds[field] not in (CONTEXT, RECORD_POINTER, STREAM_POINTER)
        for _ in field.names or (None,):
            positions.append(sum(each is not None for each in positions) if is_argument else None)
    arguments = tuple(at for index in read.parameters if (at := positions[index]) is not None)
    return BinsRead(read.names, arguments)


def _functions(
    targets: Targets, file: GoFile, declaration: Declaration
) -> dict[Declaration, RecordUses] | None:
    """What the function and all that it passes its record to do with it. None if any of that is uncertain."""
    found: dict[Declaration, RecordUses] = {}
    pending = [(file, declaration)]
    while pending:
        file, declaration = pending.pop()
        if declaration in found:
            continue
        uses = record_uses(targets, file, declaration)
        if uses is None or len(found) == _MAX_FUNCTIONS:
            return None
        found[declaration] = uses
        pending += [(each.file, each.declaration) for each in reversed(uses.followed)]
    return found


def _names(functions: dict[Declaration, RecordUses], root: Declaration) -> BinNames | None:
    """The names of all bins that the functions read. Repeats until no function reads a bin named by yet
    another of its parameters, since functions may call each other in a cycle."""
    parameters = {
        declaration: dict.fromkeys(index for names in uses.names for index in names.parameters)
        for declaration, uses in functions.items()
    }
    names = dict.fromkeys(name for uses in functions.values() for each in uses.names for name in each.names)
    changed = True
    while changed:
        changed = False
        for declaration, uses in functions.items():
            for given in _given(uses.followed, parameters):
                if given is None:
                    return None
                names.update(dict.fromkeys(given.names))
                new = [index for index in given.parameters if index not in parameters[declaration]]
                parameters[declaration].update(dict.fromkeys(new))
                changed = changed or bool(new)
    return BinNames(tuple(names), tuple(parameters[root]))


def _given(
    followed: Iterable[Followed], parameters: dict[Declaration, dict[int, None]]
) -> Iterable[BinNames | None]:
    """The names that calls give to those parameters that name bins."""
    for each in followed:
        for index in tuple(parameters[each.declaration]):
            yield each.names[index] if index < len(each.names) else None
