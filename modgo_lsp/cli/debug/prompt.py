"""`modgo debug` in a terminal: Delve's own prompt, stopped at the function, and results between its lines."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from modgo_lsp.build.delve import Delve
from modgo_lsp.cli.call_report import show_log, show_one_of_many, show_outcome
from modgo_lsp.cli.debug.host import VARIABLE, host_at, socket_folder
from modgo_lsp.cli.debug.program import DebugProgram
from modgo_lsp.cli.terminal import note
from modgo_lsp.host.debug_calls import DebugCalls
from modgo_lsp.host.result import CallResult, NumberedResult, StreamResult

_END_SECONDS = 3.0


async def run_prompt(delve: Delve, program: DebugProgram, source: str) -> int:
    """Runs Delve with the terminal, and returns the exit code. `source` is where many records are from, for
    messages."""
    results: list[CallResult | StreamResult] = []
    show_each = show_one_of_many(source) if program.work.shape == "each" else None

    def show(result: NumberedResult | StreamResult) -> None:
        outcome = result.result if isinstance(result, NumberedResult) else result
        results.append(outcome)
        if show_each is not None and isinstance(result, NumberedResult):
            show_each(result)
        else:
            # The time would be that of the session.
            show_outcome(outcome, timed=False)

    def new_calls() -> DebugCalls:
        results.clear()
        return DebugCalls(program.work, show_log, show)

    async with socket_folder() as folder, host_at(folder / "calls", new_calls):
        script = folder / "init"
        await asyncio.to_thread(script.write_text, _commands(program))
        command = [delve.path, "exec", "--init", str(script), "--allow-non-terminal-interactive=true"]
        with _interrupts_for_delve():
            process = await asyncio.create_subprocess_exec(
                *command, str(program.path), env=_environment(folder / "calls")
            )
            try:
                code = await process.wait()
            finally:
                await _end(process)
    if any(result.failure is not None for result in results):
        usage = all(result.failure is None or result.failure.kind == "usage" for result in results)
        return 2 if usage else 1
    return 0 if code == 0 else 2


def _environment(socket: Path) -> dict[str, str]:
    # Delve colours its text for any terminal but this one, also where the output is none.
    plain = {} if sys.stdout.isatty() else {"TERM": "dumb"}
    return {**os.environ, **plain, VARIABLE: str(socket)}


def _commands(program: DebugProgram) -> str:
    """What Delve runs first."""
    lines = [f'config substitute-path "{path}" "{real}"' for path, real in program.generated.items()]
    if program.entry is None:
        note("the function's place is not known before it is registered; set a breakpoint, then continue")
    else:
        path, line = program.entry
        file = path if not any(character.isspace() for character in path) else Path(path).name
        # By its name, because a function without a stack frame has no code on its first line.
        lines += [f"break {program.symbol or f'{file}:{line}'}", "continue"]
    return "".join(f"{line}\n" for line in lines)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends Delve, which ends the program, where an error or a signal ended the command first."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _END_SECONDS)
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()


@contextmanager
def _interrupts_for_delve() -> Iterator[None]:
    """Ctrl-C is Delve's: it stops the program. The signals that interrupt a command as Ctrl-C does (main.py)
    still do."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    others = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        handler = others[signal.Signals(number)]
        assert callable(handler)
        handler(number, frame)

    for number, handler in others.items():
        if callable(handler):
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in {**others, signal.SIGINT: before}.items():
            signal.signal(number, handler)
