"""The process of the command `modgo`: how it begins and ends; no failure reaches a user as a traceback.

What is loaded before a subcommand does its work is a good part of what `modgo lint` takes, and most of what
an editor waits for. Not for: the subcommands (commands.py).
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from modgo_lsp.build.isolation import leave_out_relative_folders
from modgo_lsp.cli.standard_streams import discard_output, give_up_output, is_of_stream, repair_streams

ISSUES = "https://github.com/GeertJohan/aerospike-mod-go/issues"


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and exits: 0 fine, 1 findings or a failed call, 2 usage, configuration or toolchain,
    130 interrupted (143 by SIGTERM), 70 a defect of modgo itself."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    leave_out_relative_folders()
    if arguments is None:
        repair_streams()
    # What is loaded stays: looking for garbage among it would take a tenth of a short run.
    gc.disable()
    try:
        with _ended_like_by_ctrl_c(words) as ended_by:
            code = _run(words, ended_by)
    finally:
        gc.enable()
    if arguments is None and words[:1] == ["lint"]:
        _leave(code)
    sys.exit(code)


def _run(words: list[str], ended_by: list[int]) -> int:
    """Gives the exit code. `ended_by` has the signal that ended it, where that was not Ctrl-C's."""
    try:
        code = _code(words)
        sys.stdout.flush()
    except KeyboardInterrupt as end:
        if end.__cause__ is None and sys.stderr.isatty():
            print(file=sys.stderr)  # the shell's prompt has its own line
        return 128 + (ended_by or [signal.SIGINT])[0]
    except BrokenPipeError:
        # Whoever read our output has seen enough (`modgo lint | head`). Python must not flush once more.
        discard_output()
        return 128 + 13
    except OSError as error:
        if not is_of_stream(error) or os.environ.get("MODGO_DEBUG"):
            return _failed(error)
        give_up_output(error)
        return 2
    except Exception as defect:
        return _failed(defect)
    return code if isinstance(code, int) else 0


def _failed(defect: Exception) -> int:
    """Says what is modgo's own fault. Gives the exit code, or raises it for who wants to see where."""
    if os.environ.get("MODGO_DEBUG"):
        raise defect
    from modgo_lsp.cli.terminal import say

    say(f"Error: modgo itself failed: {type(defect).__name__}: {defect}", err=True)
    say(f"Help: MODGO_DEBUG=1 shows where; please report it at {ISSUES}", err=True)
    return 70


def _code(words: list[str]) -> object:
    """Runs the command line: what it gives as its exit code."""
    if words in (["lsp"], ["lsp", "--stdio"]):
        # As editors start it: loading click takes longer than answering `initialize`.
        from modgo_lsp.server.main import serve

        serve()
    if words[:1] == ["lint"]:
        from modgo_lsp.cli.lint_run import lint
        from modgo_lsp.cli.lint_words import plain_options

        options = plain_options(words[1:])
        if options is not None:
            return lint(options)
    from modgo_lsp.cli.commands import run

    try:
        return run(words)
    except SystemExit as end:
        if isinstance(end.code, str):
            raise
        return end.code


def _leave(code: int) -> None:
    """Ends the process at once: lint has nothing left to tidy up, and freeing all that a large run has made
    takes a while. Comes back where what was written can't be got rid of; Python says so then."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # closed by who started it
                stream.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


@contextmanager
def _ended_like_by_ctrl_c(words: Sequence[str]) -> Iterator[list[int]]:
    """Lets SIGTERM and SIGHUP (a terminal that is closed) end a command as Ctrl-C does: with no child and no
    half-written file left. Gives the list that then has the signal's number."""
    ended_by: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        ended_by.append(number)
        if (
            signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        ):  # so it is for what a script runs in the background
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    names = () if words[:1] == ["lsp"] else ("SIGTERM", "SIGHUP")  # an editor's server ends at once
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {one: signal.getsignal(one) for one in signals}
    for one, handler in before.items():
        if handler is signal.SIG_DFL:  # nohup has it ignored, and that stays
            signal.signal(one, interrupt)
    try:
        yield ended_by
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


if __name__ == "__main__":
    main()
