"""The signature of a UDF as its callers see it, with Aerospike's names of types."""

from __future__ import annotations

from modgo_lsp.ide.markdown import printable
from modgo_lsp.model.package import Parameter, Registration, Signature


def caller_signature(name: str, signature: Signature | None) -> str:
    """`add(a: integer, b: integer) → integer`; `name(…)` if the signature is not known. The text has one
    line, whatever is in the name."""
    name = printable(name)
    if signature is None:
        return f"{name}(…)"
    last = len(signature.parameters) - 1
    arguments = ", ".join(
        _argument(parameter) + ("…" if signature.variadic and index == last else "")
        for index, parameter in enumerate(signature.parameters)
    )
    return f"{name}({arguments}) → {_result(signature)}"


def registrations_by_name(registrations: tuple[Registration, ...]) -> dict[str, Registration]:
    """The registrations with a known name. Of two with the same name the first counts, as at run time."""
    named: dict[str, Registration] = {}
    for registration in registrations:
        if registration.name is not None:
            named.setdefault(registration.name, registration)
    return named


def _argument(parameter: Parameter) -> str:
    if parameter.name in ("", "_"):
        return parameter.aerospike
    return f"{parameter.name}: {parameter.aerospike}"


def _result(signature: Signature) -> str:
    if signature.kind == "stream":
        return "stream"
    return "nil" if signature.result is None else signature.result.aerospike
