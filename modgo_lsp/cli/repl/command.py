"""`modgo repl`: an interactive session with a module and a record store."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from modgo_lsp.build.preflight import RequestError
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.cli.call_report import show_failure
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, tool_options
from modgo_lsp.cli.completion import files
from modgo_lsp.cli.local_module import BuildFailedError, settings_for, show_build_failure
from modgo_lsp.cli.options.grants import grant_options
from modgo_lsp.cli.options.timeout import timeout_option
from modgo_lsp.cli.repl.session import Repl
from modgo_lsp.cli.terminal import note
from modgo_lsp.extras import install_command
from modgo_lsp.host.fenced import Grants
from modgo_lsp.host.load_failure import LoadFailedError
from modgo_lsp.host.module import HostError
from modgo_lsp.host.record_store import Store, StoreError


@click.command(
    cls=Command,
    epilog="Exits with 0, or with 1 if a line of a file or a pipe failed; with 2 for a wrong set-up.",
)
@click.argument("module", metavar="FILE.so|PKG", shell_complete=files)
@click.option(
    "--store", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Store records in this file (SQLite); without it, they are dropped at the end.",
)  # fmt: skip
@timeout_option
@grant_options
@tool_options
def command(
    module: str, store: Path | None, timeout: float, grants: Grants, go: str | None, cc: str | None
) -> None:
    """Call functions of a module one after another, on records in a store.

    A line is a call, like add hits 5 100 or add("hits", 5, 100), or a command, like :record k1; :help lists
    them. What a call stores is there for the next one. A call that crashes or hangs is reported, and the
    next one gets a new worker. Ctrl-C stops a call, Ctrl-D ends the session.

    On a terminal, Tab completes functions, bins and keys. Elsewhere each line of standard input is done.

    \b
    Examples:
      modgo repl ./counters
      modgo repl counters.so --store my.db
      printf ':record {"bins": {"hits": 1}}\\nadd hits 5 100\\n' | modgo repl ./counters
    """
    settings = settings_for(Path(module), go, cc)
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if is_terminal:
        _check_prompt()
    try:
        with _ended_by_signals(), _opened(store) as records:
            repl = Repl(module, settings, records, timeout, grants)
            try:
                repl.open()
                code = _prompt(repl) if is_terminal else _read(repl)
            finally:
                repl.close()
    except BuildFailedError as failed:
        sys.exit(show_build_failure(failed.result, False))
    except LoadFailedError as error:
        show_failure(error.failure)
        sys.exit(1)
    except (ToolchainError, RequestError) as error:
        raise CliError(error.message, error.remedy) from None
    except (HostError, StoreError) as error:
        raise CliError(str(error)) from None
    sys.exit(code)


def _check_prompt() -> None:
    try:
        import prompt_toolkit  # noqa: F401 (60 ms, and only the prompt needs it)
    except ImportError:
        raise CliError(
            "the prompt needs prompt_toolkit", f"{install_command('repl')}, or write the lines to its input"
        ) from None


@contextmanager
def _opened(path: Path | None) -> Iterator[Store]:
    """The store; without a path, one in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="modgo-repl-") as folder:
        store = Store(Path(folder, "records.db") if path is None else path)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the session, though Ctrl-C only stops a call."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    numbers = (signal.SIGTERM, signal.SIGHUP) if sys.platform != "win32" else ()
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _read(repl: Repl) -> int:
    """Does the lines of standard input, and returns the exit code."""
    failed = False
    for line in sys.stdin:
        repl.note_changes()
        done = repl.do(line)
        if done is None:
            break
        failed = failed or not done
    return 1 if failed else 0


def _prompt(repl: Repl) -> int:
    from modgo_lsp.cli.repl.prompt import prompt_session  # 60 ms, and absent without the extra

    session = prompt_session(repl)
    note(f"{', '.join(one.name for one in repl.functions)}; :help lists the commands")
    while True:
        repl.note_changes()
        try:
            line = session.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        if repl.do(line) is None:
            return 0
