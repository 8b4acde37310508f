"""What modules may do beyond the fence: the initialization option `allow`.

It is no setting. Editors read settings from the opened folder, too (.vscode/settings.json, .dir-locals.el),
and a repository must not grant its modules anything.
"""

from __future__ import annotations

import os
from pathlib import Path

from modgo_lsp.server.lsp.client_capabilities import Allow

IGNORED = (
    "the setting modgo.allow is ignored, because an opened folder can contain settings; give the server the "
    "initialization option `allow` instead"
)


def grants_of(allow: Allow) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The grants as lines for a Fence, and what is wrong with the paths that are not granted."""
    grants, problems = ["network"] if allow.network else [], []
    for path in allow.read:
        absolute = os.path.normpath(os.path.expanduser(path))  # noqa: PTH111 (a link stays)
        if Path(absolute).is_absolute() and absolute.isprintable():
            grants.append(f"read {absolute}")
        else:
            problems.append(f'modgo.allow.read names {path!r}: expected an absolute path, like "/etc/geo"')
    return tuple(grants), tuple(problems)
