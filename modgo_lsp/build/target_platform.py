"""The machine that a module is built for, as users write it: "linux/arm64-glibc2.17"."""

from __future__ import annotations

import msgspec

from modgo_lsp.golang.modules.build_constraints import BuildContext

# Go's words for the machines that Aerospike runs on, with zig's.
TRIPLES = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
# The oldest that every supported distribution has, and that there is for both machines.
OLDEST_GLIBC = "2.17"


class Target(msgspec.Struct, frozen=True):
    """Linux on `arch`, with at least this glibc."""

    arch: str
    glibc: str

    @property
    def triple(self) -> str:
        """Like "aarch64-linux-gnu.2.17"."""
        return f"{TRIPLES[self.arch]}.{self.glibc}"

    @property
    def context(self) -> BuildContext:
        """What Go files are chosen for it."""
        return BuildContext("linux", self.arch)

    def __str__(self) -> str:
        return f"linux/{self.arch}-glibc{self.glibc}"


def is_newer(glibc: str, than: str) -> bool:
    """Whether one version of glibc is newer than another."""
    return _numbers(glibc) > _numbers(than)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
