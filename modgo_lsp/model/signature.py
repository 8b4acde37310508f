"""Checks a function's type as the signature of a UDF, and words the problems."""

from __future__ import annotations

import msgspec

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import Array, Basic, Pointer, Slice, Type, Unknown
from modgo_lsp.golang.types.universe import CONTEXT, ERROR
from modgo_lsp.model.field_clashes import field_clashes
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import (
    Parameter,
    Role,
    Signature,
    SignatureProblem,
    SignatureProblemKind,
    UdfKind,
)
from modgo_lsp.model.sdk_types import DURATION, RECORD, RECORD_POINTER, STREAM, STREAM_POINTER
from modgo_lsp.model.signature_subject import Slot, Subject
from modgo_lsp.model.supported import unsupported
from modgo_lsp.model.type_text import aerospike_name

_ROLES: dict[Type, Role] = {
    CONTEXT: "context",
    RECORD: "record",
    RECORD_POINTER: "record",
    STREAM: "stream",
    STREAM_POINTER: "stream",
}


def check_signature(resolver: Resolver, subject: Subject, document: Document) -> Signature:
    """The checked signature of `subject`. `document` is the file that its slots are in."""
    signature, beyond = resolver.depth.evaluate(_SignatureCheck(resolver, subject, document).signature)
    return msgspec.structs.replace(signature, too_complex=True) if beyond else signature


class _SignatureCheck:
    def __init__(self, resolver: Resolver, subject: Subject, document: Document) -> None:
        self.resolver = resolver
        self.subject = subject
        self.document = document
        self.problems: list[SignatureProblem] = []
        self.warnings: list[SignatureProblem] = []

    def problem(
        self,
        kind: SignatureProblemKind,
        message: str,
        place: Location,
        related: tuple[tuple[Location, str], ...] = (),
        replacement: str | None = None,
    ) -> None:
        if self.subject.related:
            # The location only names the function: there is no type to replace.
            replacement = None
        self.problems.append(
            SignatureProblem(kind, message, place, (*related, *self.subject.related), replacement)
        )

    def warning(
        self,
        kind: SignatureProblemKind,
        message: str,
        place: Location,
        related: tuple[tuple[Location, str], ...] = (),
    ) -> None:
        related = (*related, *self.subject.related)
        self.warnings.append(SignatureProblem(kind, message, place, related))

    def signature(self) -> Signature:
        kinds: list[UdfKind] = []
        arguments: list[Slot] = []
        roles = self._roles()
        for index, (slot, role) in enumerate(zip(self.subject.parameters, roles, strict=True)):
            if role == "context":
                self._context(slot, index, "context" in roles[:index])
            elif role != "argument":
                self._receiver(slot, role, kinds, bool(arguments))
                kinds.append(role)
            elif self.subject.type.variadic and index == len(roles) - 1:
                arguments.append(self._variadic(slot))
            else:
                self._argument(slot)
                arguments.append(slot)
        both = len(set(kinds)) > 1
        udf_kind: UdfKind = kinds[0] if kinds else "record"
        result, returns_error = (None, False) if both else self._results(udf_kind)
        return Signature(
            udf_kind,
            "context" in roles,
            "record" in kinds,
            tuple(self._parameter(slot) for slot in arguments),
            self.subject.type.variadic,
            result,
            returns_error,
            roles,
            self._receiver_first(roles),
            tuple(sorted(self.problems, key=lambda p: (p.location, p.kind))),
            tuple(self.warnings),
        )

    def _roles(self) -> tuple[Role, ...]:
        slots = self.subject.parameters
        roles = [_ROLES.get(slot.type, "argument") for slot in slots]
        if self.subject.type.variadic and roles:
            roles[-1] = "argument"  # a variadic parameter takes arguments, whatever its type
        return tuple(roles)

    def _receiver_first(self, roles: tuple[Role, ...]) -> bool:
        first = 1 if roles[:1] == ("context",) else 0
        if len(roles) <= first or roles[first] == "argument":
            return False
        return isinstance(self.subject.parameters[first].type, Pointer)

    def _parameter(self, slot: Slot) -> Parameter:
        return Parameter(slot.name, slot.type, slot.text, aerospike_name(self.resolver, slot.type))

    # --- parameters

    def _context(self, slot: Slot, index: int, twice: bool) -> None:
        if twice:
            self.problem(
                "receiver-order", f"{_parameter_text(slot)} is a second context: a UDF takes one", slot.place
            )
        elif index > 0:
            self.problem(
                "receiver-order",
                f"{_parameter_text(slot)} is in the wrong place: the context comes first",
                slot.place,
            )

    def _receiver(self, slot: Slot, kind: UdfKind, before: list[UdfKind], after_arguments: bool) -> None:
        if slot.type in (RECORD, STREAM):
            fixed = f"{slot.name} *{slot.text}" if slot.name else f"*{slot.text}"
            self.problem(
                "record-by-value",
                f"{_parameter_text(slot)} is a {kind} by value: take a pointer, *{slot.text}",
                slot.place,
                replacement=fixed if len(slot.group) <= 1 else None,
            )
        if before and kind not in before:
            message = f"{_parameter_text(slot)} is one too many: a UDF takes a record or a stream, not both"
        elif before:
            message = f"{_parameter_text(slot)} is a second {kind}: a UDF takes one"
        elif after_arguments:
            message = f"{_parameter_text(slot)} is in the wrong place: the {kind} comes before the arguments"
        else:
            return
        self.problem("receiver-order", message, slot.place)

    def _variadic(self, slot: Slot) -> Slot:
        """Checks the variadic parameter, and returns it with its element type."""
        element = slot.type.element if isinstance(slot.type, Slice) else slot.type
        inner = msgspec.structs.replace(slot, type=element, text=slot.text.removeprefix("..."))
        if element in _ROLES:
            self.problem(
                "unsupported-parameter",
                f"{_type_text(slot)}: a {_ROLES[element]} can't be an argument",
                slot.type_place,
            )
        else:
            self._argument(inner, slot.text)
        return inner

    def _argument(self, slot: Slot, text: str | None = None) -> None:
        if slot.repeats:
            return  # the type is written once and reported once
        reason = unsupported(self.resolver, slot.type, self.subject.here)
        if reason is not None:
            self.problem(
                "unsupported-parameter",
                f"{_type_text(slot, text)}: {reason.why}",
                slot.type_place,
                reason.related,
                self._replacement(slot),
            )
        else:
            self._warn_about_value(slot, _type_text(slot, text), "a caller passes")

    def _warn_about_value(self, slot: Slot, typed: str, who: str) -> None:
        """Warns about values of a supported type that may surprise a caller. `typed` and `who` begin
        sentences."""
        for clash in field_clashes(self.resolver, slot.type, self.subject.here):
            self.warning(
                "field-clash",
                f'{typed}: {clash.why}; give each its own key with a tag udf:"…"',
                slot.type_place,
                clash.related,
            )
        if slot.type == DURATION:
            self.warning(
                "duration-argument",
                f"{typed}: {who} a number of nanoseconds; use milliseconds or seconds and name it so",
                slot.type_place,
            )

    def _replacement(self, slot: Slot) -> str | None:
        """Go source of a supported type that is similar to an unsupported one."""
        if slot.expr is None:
            return None
        if slot.type == Basic("uintptr"):
            return "uint64"
        expr = ast.unparen(slot.expr)
        if not isinstance(slot.type, Array) or not isinstance(expr, ast.ArrayType):
            return None
        if unsupported(self.resolver, slot.type.element, self.subject.here) is not None:
            return None
        return "[]" + self.document.slice(expr.element.span)

    # --- results

    def _results(self, kind: UdfKind) -> tuple[Parameter | None, bool]:
        """Checks the results. Returns the value's parameter, and whether there is an error."""
        slots = self.subject.results
        if len(slots) > 2:
            self.problem(
                "result-shape",
                f"this returns {len(slots)} results: a UDF returns at most a value and an error",
                self.subject.results_place,
            )
            return None, False
        if kind == "stream":
            return self._stream_results(slots)
        if not slots:
            return None, False
        if len(slots) == 1:
            if slots[0].type == ERROR:
                return None, True
            self._value(slots[0])
            return self._parameter(slots[0]), False
        if slots[0].type == ERROR:
            self.problem("result-shape", "the error comes last, after the value", slots[0].type_place)
        else:
            self._value(slots[0])
        self._second_result(slots[1])
        return self._parameter(slots[0]), slots[1].type == ERROR

    def _second_result(self, slot: Slot) -> None:
        if slot.type == ERROR or isinstance(slot.type, Unknown):
            return
        self.problem(
            "result-shape", f"the second result has type {slot.text}: it can only be error", slot.type_place
        )

    def _value(self, slot: Slot) -> None:
        related: tuple[tuple[Location, str], ...] = ()
        if slot.type in (RECORD_POINTER, STREAM_POINTER):
            why = "a record UDF returns a value, not a record or a stream"
        else:
            reason = unsupported(self.resolver, slot.type, self.subject.here)
            if reason is None:
                self._warn_about_value(slot, f"the result has type {slot.text}", "a caller gets")
                return
            why, related = reason.why, reason.related
        self.problem(
            "unsupported-result",
            f"the result has type {slot.text}: {why}",
            slot.type_place,
            related,
            self._replacement(slot),
        )

    def _stream_results(self, slots: tuple[Slot, ...]) -> tuple[None, bool]:
        if not slots:
            self.problem(
                "stream-result",
                "a stream UDF returns a stream: add the result *udf.Stream, or (*udf.Stream, error)",
                self.subject.name_place,
            )
            return None, False
        first = slots[0]
        if first.type != STREAM_POINTER and not isinstance(first.type, Unknown):
            fixed = f"*{first.text}" if first.type == STREAM else None
            self.problem(
                "stream-result",
                f"a stream UDF returns *udf.Stream, not {first.text}",
                first.type_place,
                replacement=fixed,
            )
        if len(slots) == 2:
            self._second_result(slots[1])
        return None, slots[-1].type == ERROR


def _parameter_text(slot: Slot) -> str:
    return f"parameter {slot.text if slot.name in ('', '_') else slot.name}"


def _type_text(slot: Slot, text: str | None = None) -> str:
    names = [name for name in slot.group or (slot.name,) if name not in ("", "_")]
    if len(slot.group) > 1:
        called = f"parameters {', '.join(names)}" if names else f"{len(slot.group)} parameters"
        return f"{called} have type {text or slot.text}"
    called = f"parameter {names[0]}" if names else "a parameter"
    return f"{called} has type {text or slot.text}"
