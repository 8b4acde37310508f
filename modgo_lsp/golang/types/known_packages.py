"""Packages whose name and some of whose types are known without their source.

Most packages that modgo analyses use the same few types, and reading the packages that declare them would
take longer than everything else. The caller of the analysis names these packages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from modgo_lsp.golang.types.types import Type


class KnownPackage(msgspec.Struct, frozen=True):
    """`types` are the known types by name. `directory` returns the folder to read where Go itself finds no
    source. It raises OSError if there is none."""

    name: str
    types: Mapping[str, Type]
    directory: Callable[[], str]


# By import path.
KnownPackages = Mapping[str, KnownPackage]
