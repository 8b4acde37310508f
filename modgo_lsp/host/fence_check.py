"""The self-test of the fence: `mod-go-worker --check` attacks a stand-in for a host."""

from __future__ import annotations

from pathlib import Path

import msgspec

from modgo_lsp.build.process import TooSlowError, run
from modgo_lsp.build.toolchain import ToolchainError

_SECONDS = 120.0


class AttackResult(msgspec.Struct, frozen=True):
    """What became of an attack. `verdict` is "held", "not on this kernel" or "failed"; `message` says what it
    has achieved, if anything."""

    attack: str
    verdict: str
    message: str


class FenceCheck(msgspec.Struct, frozen=True):
    """The result of the self-test. `lacks` says what the fence lacks on this kernel; "" for nothing."""

    attacks: tuple[AttackResult, ...]
    summary: str
    lacks: str

    def failed(self) -> list[AttackResult]:
        return [each for each in self.attacks if each.verdict == "failed"]


async def check_fence(worker: Path) -> FenceCheck:
    """Runs the self-test, which takes less than a second. Raises ToolchainError if it cannot run."""
    try:
        done = await run([str(worker), "--check", "--json"], cwd=worker.parent, timeout=_SECONDS)
    except (OSError, TooSlowError) as error:
        raise _not_run(worker, str(error)) from error
    try:
        return msgspec.json.decode(done.stdout, type=FenceCheck)
    except msgspec.DecodeError:
        reason = done.stderr.strip() or f"{worker} ended with exit status {done.code}"
        raise _not_run(worker, reason) from None


def _not_run(worker: Path, reason: str) -> ToolchainError:
    return ToolchainError(f"the self-test of the fence did not run: {reason}", f"run {worker} --check")
