"""The process of the command `modgo`: signals, standard streams and exit codes. No user sees a traceback."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from modgo_lsp.build.isolation import leave_out_relative_folders
from modgo_lsp.cli.standard_streams import (
    ReaderEndedError,
    discard_output,
    is_stream_error,
    repair_streams,
    report_stream_error,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and exits: 0 for success, 1 for findings or a failed call, 2 for wrong usage,
    configuration or toolchain, 130 if interrupted (143 by SIGTERM), 70 for a bug in modgo."""
    command_line = list(sys.argv[1:] if arguments is None else arguments)
    leave_out_relative_folders()
    if arguments is None:
        repair_streams()
    with _interrupted_by_signals(command_line) as received:
        code = _run(command_line, received)
    sys.exit(code)


def _run(command_line: list[str], received: list[int]) -> int:
    """Returns the exit code. `received` holds the signal that interrupted the command, unless Ctrl-C did."""
    try:
        code = _exit_code(command_line)
        sys.stdout.flush()
    except KeyboardInterrupt as interrupt:
        if interrupt.__cause__ is None and sys.stderr.isatty():
            print(file=sys.stderr)  # the shell's prompt starts on a new line
        return 128 + (received or [signal.SIGINT])[0]
    except (BrokenPipeError, ReaderEndedError):
        # Python must not flush again at exit.
        discard_output()
        return 128 + 13  # SIGPIPE
    except OSError as error:
        if not is_stream_error(error) or os.environ.get("MODGO_DEBUG"):
            return _report_bug(error)
        report_stream_error(error)
        return 2
    except Exception as error:
        return _report_bug(error)
    return code if isinstance(code, int) else 0


def _report_bug(error: Exception) -> int:
    """Reports an unexpected exception and returns the exit code. Raises it if MODGO_DEBUG is set. Leaving the
    debugger is an interrupt."""
    from bdb import BdbQuit  # 6 ms of every command

    if isinstance(error, BdbQuit):
        return 128 + signal.SIGINT
    if os.environ.get("MODGO_DEBUG"):
        raise error
    from modgo_lsp.cli.cli_error import CliError, bug_message  # imports click, as below

    CliError(*bug_message(error)).show()
    return 70


def _exit_code(command_line: list[str]) -> object:
    if command_line in (["lsp"], ["lsp", "--stdio"]):
        # As editors start it. By click, `initialize` takes 0.79 s instead of 0.55 s (best of 15).
        from modgo_lsp.server.main import serve

        serve()
    # Imports make much that lives and almost no garbage. With Python's threshold of 700 objects, a warm
    # `modgo lint` takes 1.06 x the processor time, `modgo --help` 1.05 x.
    gc.set_threshold(50_000)
    from modgo_lsp.cli.commands import run  # click takes 25 ms, which the language server does without

    try:
        return run(command_line)
    except SystemExit as end:
        if isinstance(end.code, str):
            raise
        return end.code


@contextmanager
def _interrupted_by_signals(command_line: Sequence[str]) -> Iterator[list[int]]:
    """Makes SIGTERM and SIGHUP (the terminal was closed) interrupt a command as Ctrl-C does, so that no child
    process and no half-written file remains. Yields a list that receives the signal's number."""
    received: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a script's command in the background
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    names = () if command_line[:1] == ["lsp"] else ("SIGTERM", "SIGHUP")  # the language server ends at once
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in signals}
    for number, handler in before.items():
        if handler is signal.SIG_DFL:  # nohup ignores SIGHUP, and that stays
            signal.signal(number, interrupt)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    main()
