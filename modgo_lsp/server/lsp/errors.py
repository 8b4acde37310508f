"""The errors that requests are answered with: a code of JSON-RPC or LSP, and a text."""

from __future__ import annotations

import logging

_log = logging.getLogger(__name__)

INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32600, -32601, -32602, -32603
NOT_INITIALIZED = -32002
REQUEST_CANCELLED, CONTENT_MODIFIED = -32800, -32801


class RefusedError(Exception):
    """The request can't be answered as asked. The text is for the user."""


class StaleError(Exception):
    """The document that the request is about has changed since."""


def of(error: BaseException, method: str) -> tuple[int, str]:
    """The code and text for an exception that a handler raised. One that nobody expected is logged."""
    if isinstance(error, RefusedError):
        return INVALID_PARAMS, str(error)
    if isinstance(error, StaleError):
        return CONTENT_MODIFIED, "The document has changed meanwhile."
    _log.error("Could not answer %s", method, exc_info=error)
    return internal(method)


def internal(method: str) -> tuple[int, str]:
    return INTERNAL_ERROR, f"modgo could not answer {method}. Its log has the details."
