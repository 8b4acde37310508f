"""The one table of rules, in code order. A rule is in it by the name of its file: mgNNN_what_it_finds.py.

Not for: choosing among them (lint/config.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

import modgo_lsp.rules as room
from modgo_lsp.spelling import did_you_mean

if TYPE_CHECKING:
    from modgo_lsp.rules.rule import Rule

_RULE_FILE = r"mg\d{3}_[a-z0-9_]+"


class _Catalogue(Mapping[str, "Rule"]):
    """Every rule by its code. A rule's file is loaded when the rule is asked for."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    @cached_property
    def _files(self) -> dict[str, str]:
        # Where lint finds all as it was, nobody asks for rules.
        from pkgutil import iter_modules

        names = sorted(found.name for found in iter_modules(room.__path__))
        return {name[:5].upper(): name for name in names if re.fullmatch(_RULE_FILE, name)}

    def __getitem__(self, code: str) -> Rule:
        if code not in self._rules:
            rule: Rule = import_module(f"{room.__name__}.{self._files[code]}").RULE
            self._rules[code] = rule
        return self._rules[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


RULES: Mapping[str, Rule] = _Catalogue()


def codes_under(prefix: str) -> list[str]:
    """The codes that `prefix` stands for: "MG101" itself, "MG1" all that begin so; none if unknown."""
    return [code for code in RULES if code.startswith(prefix)] if prefix.startswith("MG") else []


def unknown_rule(code: str) -> str:
    """What to tell somebody who names a rule that isn't there."""
    return f"there is no rule {code}; {did_you_mean(code, RULES, '`modgo rule --all` lists them')}"
