"""The one table of rules, in code order. A rule is in it by the name of its file: mgNNN_what_it_finds.py.

Not for: choosing among them (lint/config.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import modgo_lsp.rules as room
from modgo_lsp.rules.nearest import nearest
from modgo_lsp.rules.rule import Rule

_RULE_FILE = re.compile(r"mg\d{3}_[a-z0-9_]+")


def _discover() -> dict[str, Rule]:
    files = sorted(found.name for found in iter_modules(room.__path__) if _RULE_FILE.fullmatch(found.name))
    rules: list[Rule] = [import_module(f"{room.__name__}.{file}").RULE for file in files]
    return {rule.code: rule for rule in rules}


RULES: Mapping[str, Rule] = MappingProxyType(_discover())


def codes_under(prefix: str) -> list[str]:
    """The codes that `prefix` stands for: "MG101" itself, "MG1" all that begin so; none if unknown."""
    return [code for code in RULES if code.startswith(prefix)] if prefix.startswith("MG") else []


def unknown_rule(code: str) -> str:
    """What to tell somebody who names a rule that isn't there."""
    near = nearest(code, RULES)
    return f"there is no rule {code}; {f'did you mean {near}?' if near else '`modgo rule --all` lists them'}"
