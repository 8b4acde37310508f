"""The text and the attributes of modgo's own exceptions."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import modgo_lsp
from modgo_lsp.host.result import Failure

# By the type of a parameter; any other gets an empty tuple.
VALUES = {"str": "what is wrong", "int": 7, "bool": True, "Failure": Failure("crash", "what is wrong")}


# What is only in the text, or kept in another form.
NOT_KEPT = {
    "FileTooLargeError": {"path", "largest"},
    "LoadFailedError": {"printed"},
    "RefusedError": {"message"},
    "WriteRefusedError": {"path", "reason"},
}


def own_errors() -> list[type[Exception]]:
    """The exceptions that take values of their own."""
    found: dict[type[Exception], None] = {}
    for module in pkgutil.walk_packages(modgo_lsp.__path__, "modgo_lsp."):
        if not module.name.endswith("__main__"):
            for each in vars(importlib.import_module(module.name)).values():
                if isinstance(each, type) and issubclass(each, Exception) and "__init__" in vars(each):
                    found[each] = None
    return [each for each in found if each.__module__.startswith("modgo_lsp.")]


@pytest.mark.parametrize("error", own_errors())
def test_an_error_has_its_text_and_its_values(error: type[Exception]) -> None:
    parameters = inspect.signature(error).parameters.values()
    values = {each.name: VALUES.get(each.annotation.removesuffix(" | None"), ()) for each in parameters}
    made = error(**values)
    assert "what is wrong" in str(made) or str(made) == "the module could not be built"
    kept = {name: value for name, value in vars(made).items() if name in values}
    not_kept = NOT_KEPT.get(error.__name__, set())
    assert kept == {name: value for name, value in values.items() if name not in not_kept}
