"""From a registered name to its function and to all that registers it, and back.

Not for: what gopls finds: other uses of a function.
"""

from __future__ import annotations

from modgo_lsp.ide.udf_names import declaration, named_at, registrations, touches
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package


def definitions(package: Package, path: str, offset: int) -> list[Location]:
    """The functions that the registered name at `offset` stands for."""
    found = [
        declaration(each) for each in registrations(package) if touches(each.name_argument, path, offset)
    ]
    return list(dict.fromkeys(found))


def references(package: Package, path: str, offset: int, declarations: bool) -> list[Location]:
    """Where the UDF at `offset` is registered; with `declarations` its functions too."""
    named = named_at(package, path, offset)
    found = [each.name_argument for each in named]
    found += [declaration(each) for each in named] if declarations else []
    return sorted(set(found))


def highlights(package: Package, path: str, offset: int) -> list[Location]:
    """The names of the UDF at `offset` in its own file."""
    return [place for place in references(package, path, offset, True) if place.path == path]
