"""Packages whose name and some of whose types are known without their source being read.

Most packages that a tool looks at name the same few types: reading the package that declares them would cost
more than all the rest. The caller of the analysis says which packages these are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from modgo_lsp.golang.types.types import Type


class KnownPackage(msgspec.Struct, frozen=True):
    """`types` are by name. `directory` gives the folder of the source that stands in where Go itself finds
    none; it raises OSError where there is no such folder."""

    name: str
    types: Mapping[str, Type]
    directory: Callable[[], str]


# By import path.
KnownPackages = Mapping[str, KnownPackage]
