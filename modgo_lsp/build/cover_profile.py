"""Go cover profiles, as of `go test -coverprofile`, of what modules counted (main_package.py)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from modgo_lsp.build.cache import scratch_directory
from modgo_lsp.build.process import run
from modgo_lsp.build.toolchain import Go, ToolchainError
from modgo_lsp.file_writer import content_where

PROFILE = content_where("a cover profile", lambda content: content.startswith(b"mode: "))

# Go's tool is built when it is first used.
_SECONDS = 300.0
# In the header of the metadata: magic number, version, length and number of entries are before the hash.
_HASH = slice(24, 40)
_BLOCK = re.compile(r"^(?P<place>.+:\d+\.\d+,\d+\.\d+) (?P<statements>\d+) (?P<count>\d+)$", re.MULTILINE)


async def cover_profile(go: Go, counted: Sequence[tuple[bytes, bytes]]) -> str:
    """The profile of metadata and counters of any number of workers. Raises ToolchainError."""
    with scratch_directory() as scratch:
        data = scratch / "data"
        await asyncio.to_thread(_write, data, counted)
        output = scratch / "profile"
        done = await run(
            [go.path, "tool", "covdata", "textfmt", f"-i={data}", f"-o={output}"],
            cwd=scratch,
            env=go.environment(),
            timeout=_SECONDS,
        )
        if done.code != 0 or not output.is_file():
            lines = done.stderr.strip().splitlines() or ["it did not say why"]
            raise ToolchainError(f"go tool covdata failed: {lines[-1]}", "run `modgo doctor`")
        return await asyncio.to_thread(output.read_text, "utf-8", "replace")


def _write(data: Path, counted: Sequence[tuple[bytes, bytes]]) -> None:
    """Writes the files as Go's runtime names them."""
    data.mkdir()
    for number, (meta, counters) in enumerate(counted):
        digest = meta[_HASH].hex()
        (data / f"covmeta.{digest}").write_bytes(meta)
        (data / f"covcounters.{digest}.{number}.{number}").write_bytes(counters)


def percentage(profile: str) -> float:
    """The share of statements that were executed. A block is executed if it is in any of its lines."""
    blocks: dict[str, tuple[int, bool]] = {}
    for match in _BLOCK.finditer(profile):
        _, before = blocks.get(match["place"], (0, False))
        blocks[match["place"]] = int(match["statements"]), before or match["count"] != "0"
    total = sum(statements for statements, _ in blocks.values())
    executed = sum(statements for statements, is_executed in blocks.values() if is_executed)
    return 100 * executed / total if total else 0.0
