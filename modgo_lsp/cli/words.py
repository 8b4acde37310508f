"""The words of a command line that are arguments of a UDF, as values.

Not for: what JSON means which value (host/json_forms.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from modgo_lsp.cli.failure import CliError
from modgo_lsp.host.json_forms import FormError, argument
from modgo_lsp.host.values import Value


def argument_values(words: Sequence[str]) -> tuple[Value, ...]:
    """Each word's value: JSON, else the word itself. Raises CliError."""
    return tuple(_value(index, word) for index, word in enumerate(words, 1))


def _value(index: int, word: str) -> Value:
    try:
        return argument(word)
    except FormError as error:
        message = f"argument {index} is not JSON that modgo understands ({error})"
        raise CliError(message, "quote it for the shell, as in '[1, 2]' or '{\"a\": 1}'") from None
