"""The platform that a module is built for, as users write it: "linux/arm64-glibc2.17"."""

from __future__ import annotations

import msgspec

from modgo_lsp.golang.modules.build_constraints import BuildContext

# GOARCH of the machines that Aerospike runs on, with zig's name.
TRIPLES = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
# Every supported distribution has at least this one, and it exists for both machines.
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
        """The context in which Go's build constraints are evaluated."""
        return BuildContext("linux", self.arch)

    def __str__(self) -> str:
        return f"linux/{self.arch}-glibc{self.glibc}"


def is_newer(glibc: str, than: str) -> bool:
    return _numbers(glibc) > _numbers(than)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
