"""The session of `modgo repl`: a module in a worker, a record store, and what the lines do with them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from modgo_lsp.build.preflight import RequestError
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.cli.call_report import show_failure, show_outcome
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.local_module import (
    BuildFailedError,
    ModuleFile,
    obtain,
    package_folders,
    show_build_failure,
)
from modgo_lsp.cli.progress import waiting
from modgo_lsp.cli.repl.line import CallLine, CommandLine, LineError, parse_line
from modgo_lsp.cli.terminal import note, say
from modgo_lsp.host.fenced import Fence, Grants
from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.load_failure import LoadFailedError
from modgo_lsp.host.module import HostError
from modgo_lsp.host.record_store import Store, StoreError
from modgo_lsp.host.result import FunctionInfo
from modgo_lsp.host.sample import Record, SampleError, parse_key, read_sample, sample_json
from modgo_lsp.host.session import Session
from modgo_lsp.lint.config import Settings
from modgo_lsp.plural import counted
from modgo_lsp.report.call_text import record_lines

T = TypeVar("T")

HELP = """\
add hits 5 100         call a function; arguments are JSON, or words, which are strings
add("hits", 5, 100)    the same; all arguments are JSON
:record                show the record that calls work on
:record KEY            choose another: k1, 7 or ["test", "demo", "k1"]
:record {"bins": …}    store a record, and choose it; also the name of a sample's file
:store                 list the stored records
:functions             list the functions
:time                  show the time of calls, or no longer
:reload                load the module again, built if it is a package
:quit                  end (Ctrl-D)"""


class Repl:
    """For one thread, which is also that of the event loop. A stream UDF reads all records of the store."""

    def __init__(
        self, word: str, settings: Settings, store: Store, timeout: float, grants: Grants = ()
    ) -> None:
        self._word = word
        self._settings = settings
        self._store = store
        self._timeout = timeout
        self._fence = Fence(grants=grants)
        self._loop = asyncio.new_event_loop()
        self._session: Session | None = None
        self._module = ModuleFile(Path(word), Path(word))
        self._files: dict[Path, tuple[int, int]] = {}
        self._is_timed = True
        self.record = Record()

    def open(self) -> None:
        """Raises CliError, BuildFailedError, LoadFailedError, and what obtain and Session raise."""
        self._module = self._run(obtain(self._word, self._settings, False))
        self._start()
        properties = self._opened.properties
        folders = package_folders(self._module, properties)
        sources = [path for folder in folders for path in folder.glob("*.go")]
        self._files = _stamps([self._module.path] if self._module.package is None else sources)
        self._has_noted_changes = False

    def close(self) -> None:
        self._stop()
        self._loop.close()

    @property
    def functions(self) -> Sequence[FunctionInfo]:
        return () if self._session is None else self._opened.functions or ()

    def records(self) -> list[Record]:
        return list(self._store.records())

    def note_changes(self) -> None:
        """Says once that the module's file or source is no longer what was loaded."""
        if not self._has_noted_changes and _stamps(self._files) != self._files:
            self._has_noted_changes = True
            note(f"{self._word} has changed; :reload loads it again")

    def do(self, text: str) -> bool | None:
        """Does what a line asks for. Returns whether it succeeded, None for :quit."""
        try:
            line = parse_line(text)
            if isinstance(line, CallLine):
                return self._call(line)
            return True if line is None else self._command(line)
        except (LineError, StoreError, SampleError, HostError) as error:
            say(f"Error: {error}", err=True)
        except (ToolchainError, RequestError) as error:
            CliError(error.message, error.remedy).show()
        except CliError as error:
            error.show()
        except LoadFailedError as error:
            show_failure(error.failure)
        return False

    # ---- calls ----

    def _call(self, line: CallLine) -> bool:
        if self._session is None:
            self._start()
        session = self._session
        assert session is not None
        found = self._opened.function(line.function)
        with waiting(f"calling {line.function}", False):
            if found is not None and found.kind == "stream":
                records = self.records()
                stream = self._interruptible(
                    session.call_stream(line.function, line.arguments, records, timeout=self._timeout)
                )
                outcome: Any = stream
            else:
                outcome = self._interruptible(
                    session.call(
                        line.function, line.arguments, self.record, timeout=self._timeout, store=self._store
                    )
                )
        if outcome is None:
            return False
        show_outcome(outcome, timed=self._is_timed)
        return bool(outcome.ok)

    def _interruptible(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result, None if Ctrl-C has stopped it, which ends the worker: the next call gets a new one."""
        try:
            return self._run(work)
        except KeyboardInterrupt:
            say("\ncancelled", err=True)
            self._stop()
            return None

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """Raises KeyboardInterrupt after it has cancelled the work, and what the work raises."""
        task = self._loop.create_task(work)
        try:
            return self._loop.run_until_complete(task)
        except BaseException:
            if not task.done():
                task.cancel()
                self._loop.run_until_complete(asyncio.wait([task]))
            if not task.cancelled():
                task.exception()  # marks it as retrieved; an interrupt of the task itself is in it, too
            raise

    def _start(self) -> None:
        session = Session(
            self._module.path, cc=self._settings.cc, fence=self._fence, package=self._module.package
        )
        self._run(session.__aenter__())
        self._session = session
        for line in session.logs:
            say(f"{line.level}: {line.message}", err=True)

    def _stop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            self._run(session.__aexit__(None, None, None))

    @property
    def _opened(self) -> Any:
        assert self._session is not None
        return self._session.opened

    # ---- commands ----

    def _command(self, line: CommandLine) -> bool | None:
        commands: dict[str, Callable[[str], bool | None]] = {
            "record": self._do_record,
            "store": self._do_store,
            "functions": self._do_functions,
            "time": self._do_time,
            "reload": self._do_reload,
            "help": self._do_help,
            "quit": lambda _: None,
        }
        found = [name for name in commands if line.name and name.startswith(line.name)]
        if len(found) != 1:
            raise LineError(f"there is no command :{line.name}; :help lists them")
        return commands[found[0]](line.rest)

    def _do_record(self, rest: str) -> bool:
        if rest[:1] == "{" or Path(rest).suffix == ".json":
            record = read_sample(rest)
            with self._store.locked():
                self._store.write(record)
            self.record = record
        elif rest:
            self.record = parse_key(rest if rest[:1] == "[" else json.dumps(["test", "demo", _key(rest)]))
        found = self._store.read(self.record) or self.record
        say(key_text(found))
        for each in record_lines(sample_json(found)).values():
            say(f"  {each}")
        return True

    def _do_store(self, _rest: str) -> bool:
        records = self.records()
        for record in records:
            bins = ", ".join(sorted(record.bins))
            say(f"{key_text(record)}: {bins}")
        say(counted(len(records), "record"))
        return True

    def _do_functions(self, _rest: str) -> bool:
        for function in self.functions:
            say(f"{function.signature}{'  (stream)' if function.kind == 'stream' else ''}")
        return True

    def _do_time(self, _rest: str) -> bool:
        self._is_timed = not self._is_timed
        say(f"times are {'' if self._is_timed else 'not '}shown")
        return True

    def _do_reload(self, _rest: str) -> bool:
        self._stop()
        try:
            self.open()
        except BuildFailedError as failed:
            show_build_failure(failed.result, False)
            say("the module that was loaded before stays in use", err=True)
            self._start()
            return False
        except KeyboardInterrupt:
            say("\ncancelled", err=True)
            return False
        say(f"loaded {self._word} with {', '.join(one.name for one in self.functions)}")
        return True

    def _do_help(self, _rest: str) -> bool:
        say(HELP)
        return True


def _key(word: str) -> int | str:
    """The key of a word: an integer, JSON text or the word itself."""
    try:
        key = json.loads(word)
    except ValueError:
        return word
    return key if isinstance(key, (int, str)) and not isinstance(key, bool) else word


def key_text(record: Record) -> str:
    """The record's whole key as JSON."""
    return json.dumps([record.namespace, record.set_name, json_of(record.key)], ensure_ascii=False)


def _stamps(paths: Iterator[Path] | Sequence[Path] | dict[Path, Any]) -> dict[Path, tuple[int, int]]:
    """Time and size of each file; (0, 0) for one that is not there."""
    stamps = {}
    for path in paths:
        try:
            facts = path.stat()
            stamps[path] = (facts.st_mtime_ns, facts.st_size)
        except OSError:
            stamps[path] = (0, 0)
    return stamps
