"""The table of all rules, in code order. A rule is in it by the name of its file, mgNNN_what_it_finds.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import modgo_lsp.rules
from modgo_lsp.spelling import did_you_mean

if TYPE_CHECKING:
    from modgo_lsp.rules.rule import Rule

_RULE_FILE = r"mg\d{3}_[a-z0-9_]+"


class _Catalogue(Mapping[str, "Rule"]):
    """Every rule by its code. A rule's file is imported on first use: a run of `modgo lint` that finds every
    result in the cache needs only the rules that it reports, and importing all of them takes 0.1 s."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    @cached_property
    def _files(self) -> dict[str, str]:
        names = sorted(found.name for found in iter_modules(modgo_lsp.rules.__path__))
        return {name[:5].upper(): name for name in names if re.fullmatch(_RULE_FILE, name)}

    def __getitem__(self, code: str) -> Rule:
        if code not in self._rules:
            rule: Rule = import_module(f"modgo_lsp.rules.{self._files[code]}").RULE
            self._rules[code] = rule
        return self._rules[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


RULES: Mapping[str, Rule] = _Catalogue()

# What every code begins with.
PREFIX = "MG"


def codes_under(prefix: str) -> list[str]:
    """The codes that begin with `prefix`: "MG101" is one, "MG1" stands for many; none if it is unknown."""
    return [code for code in RULES if code.startswith(prefix)] if prefix.startswith(PREFIX) else []


def unknown_rule(code: str) -> str:
    """The error message for a code that no rule has."""
    return f"there is no rule {code}; {did_you_mean(code, RULES, '`modgo rule --all` lists them')}"
