"""Names that UDFs are registered under: which are valid, and what a package would name a new one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property

from modgo_lsp.model.package import Package, Registration

LONGEST_NAME = 127
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def is_valid(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and len(name) <= LONGEST_NAME


def to_valid(name: str) -> str:
    """The valid name nearest to `name`."""
    changed = re.sub(r"[^A-Za-z0-9_]", "_", name) or "_"
    return ("_" + changed if changed[0].isdigit() else changed)[:LONGEST_NAME]


def quoted(name: str) -> str:
    """A name as messages show it: in quotes, shortened, with invalid UTF-8 replaced."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return f'"{text if len(text) <= 40 else text[:39] + "…"}"'


def lower_camel(function: str) -> str:
    """ "HTTPGet" → "httpGet"."""
    capitals = re.match(r"[A-Z]+(?![a-z])|[A-Z]", function)
    return function if capitals is None else capitals.group().lower() + function[capitals.end() :]


def snake(function: str) -> str:
    """ "HTTPGet" → "http_get"."""
    return "_".join(word.lower() for word in _WORD.findall(function)) or function


def unchanged(function: str) -> str:
    return function


_STYLES: tuple[Callable[[str], str], ...] = (lower_camel, snake, unchanged)


class Naming:
    """The naming style of a package. It is computed once, because generated code has thousands of
    functions."""

    def __init__(self, package: Package) -> None:
        self._package = package

    def name_for(self, function: str) -> str | None:
        """The name for `function` in the style of the package's other names; None if every such name is taken
        or invalid."""
        if not function.isascii():
            return None
        for style in self._styles:
            if is_valid(name := style(function)) and name not in self.taken:
                return name
        return None

    @cached_property
    def taken(self) -> set[str]:
        """Every constant name that the UDF module registers."""
        return {each.name for each in registrations_of_module(self._package) if each.name is not None}

    @cached_property
    def _styles(self) -> list[Callable[[str], str]]:
        """All styles, the package's most common one first."""
        votes = dict.fromkeys(_STYLES, 0)
        for registration in self._package.registrations:
            if registration.target is not None:
                for style in _STYLES:
                    votes[style] += registration.name == style(registration.target.name)
        return sorted(_STYLES, key=lambda style: -votes[style])


def registrations_of_module(package: Package) -> Iterable[Registration]:
    """The registrations of the UDF module, by import path of the package, base name of the file and
    position."""
    for member in sorted((package, *package.dependencies), key=lambda member: member.import_path):
        yield from member.registrations


def is_static(registration: Registration) -> bool:
    return registration.dynamic is None and registration.reachable
