"""The process that lints a git revision for the setting `newSince`. new_since.py starts it.

It reads an Order from its input and writes the Found.
"""

from __future__ import annotations

import os
from typing import Any

import msgspec

from modgo_lsp.server.workspace.child_process import begin, read, write

# Identities of findings are of absolute paths: a workspace can have folders in several repositories.
BASE = os.sep


class Order(msgspec.Struct, frozen=True):
    """`roots` are the workspace's folders, `overrides` the editor's settings."""

    roots: tuple[str, ...]
    revision: str
    overrides: dict[str, Any] = {}


class Found(msgspec.Struct, frozen=True):
    """The identities of the revision's findings, and why some folders have none."""

    identities: tuple[str, ...]
    problems: tuple[str, ...]


def find(order: Order) -> Found:
    # The server imports this module too, for its messages.
    from modgo_lsp.build.git_revision import RevisionError
    from modgo_lsp.report.revision_findings import findings_in_revision

    identities: set[str] = set()
    problems = []
    for root in order.roots:
        try:
            identities |= findings_in_revision([root], order.revision, order.overrides, BASE)
        except RevisionError as error:
            problems.append(str(error))
    return Found(tuple(identities), tuple(problems))


def main() -> None:
    stdin, stdout = begin()
    body = read(stdin)
    if body is not None:
        write(stdout, find(msgspec.msgpack.decode(body, type=Order)))
