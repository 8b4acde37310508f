"""Where Go's library and the downloaded modules are, and the settings that choose between modules.
build/go_environment.py finds them without running Go.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from modgo_lsp.golang.modules.versions import go_version


class GoEnvironment(msgspec.Struct, frozen=True):
    """The part of `go env` that types depend on; None where it isn't known.

    `goroot` and `module_cache` are absolute. `version` is like "1.26.8", "" where it isn't known. `mod` is
    the flag -mod of GOFLAGS, "" where it isn't set. `work` is GOWORK: "" to look for go.work, "off", or a
    file's path.
    """

    goroot: str | None = None
    version: str = ""
    module_cache: str | None = None
    mod: Literal["", "mod", "readonly", "vendor"] = ""
    work: str = ""

    @property
    def release(self) -> int | None:
        """N of Go 1.N."""
        version = go_version(self.version)
        return version[1] if version[:1] == (1,) else None


NOTHING_KNOWN = GoEnvironment()
