"""The result of `initialize`: what the table of methods announces to a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modgo_lsp import __version__
from modgo_lsp.golang.syntax.positions import Encoding
from modgo_lsp.server.lsp.client_capabilities import Client, at
from modgo_lsp.server.lsp.methods import METHODS, Method

_ENCODINGS = ("utf-8", "utf-16", "utf-32")


def initialize_result(client: Client, encoding: Encoding) -> dict[str, Any]:
    found: dict[str, Any] = {"positionEncoding": encoding}
    for method in METHODS.values():
        if method.capability and _is_announced(method, client):
            field, value = (
                (method.capability, True) if isinstance(method.capability, str) else method.capability
            )
            name, _, option = field.partition(".")
            if option and name in found:
                found[name] = {**_options(found[name]), option: value}
            elif not option:
                found[name] = {**found.get(name, {}), **value} if isinstance(value, dict) else value
    return {"capabilities": found, "serverInfo": {"name": "modgo-lsp", "version": __version__}}


def is_left_out(method: Method, client: Client) -> bool:
    """Whether the client asks for the method not to be announced. Then it is refused, too."""
    return method.may_be_left_out and method.name in client.options.without


def _is_announced(method: Method, client: Client) -> bool:
    return not is_left_out(method, client) and (not method.client or bool(getattr(client, method.client)))


def _options(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def chosen_encoding(capabilities: Mapping[str, Any]) -> Encoding:
    """The first encoding of positions that the client names and we know; without one UTF-16, which LSP makes
    every client know."""
    named = at(capabilities, "general.positionEncodings")
    found = (each for each in named if each in _ENCODINGS) if isinstance(named, list) else iter(())
    encoding: Encoding = next(found, "utf-16")
    return encoding
