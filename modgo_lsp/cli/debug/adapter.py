"""A debug adapter between an editor and that of Delve.

Messages pass in both directions, with these exceptions. The editor's launch request says what to call; Delve
gets one for the program that was built. The first breakpoint for stopOnEntry is ours, and so are the events
with progress, log lines and results.
"""

from __future__ import annotations

import asyncio
import io
import os
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from typing import Any

from modgo_lsp.build.delve import find_delve
from modgo_lsp.build.preflight import RequestError
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.cli.call_report import show_one_of_many, show_outcome
from modgo_lsp.cli.cli_error import CliError, bug_message
from modgo_lsp.cli.debug.dap_delve import delve_adapter
from modgo_lsp.cli.debug.dap_launch import LaunchDefaults, delve_launch, launch_request
from modgo_lsp.cli.debug.dap_messages import Message, frame, read_message
from modgo_lsp.cli.debug.dap_record import RECORD_REFERENCE, record_scope, record_variables
from modgo_lsp.cli.debug.host import VARIABLE, host_at, socket_folder
from modgo_lsp.cli.debug.program import SETS_THE_TIME, DebugProgram, make_program, sample_text
from modgo_lsp.cli.local_module import BuildFailedError, settings_for, show_build_failure
from modgo_lsp.golang.modules.versions import escaped
from modgo_lsp.host.call_request import CallRequestError
from modgo_lsp.host.cases.case_result import CaseResult, Outcome, case_json
from modgo_lsp.host.cases.compare import differences
from modgo_lsp.host.debug_calls import DebugCalls
from modgo_lsp.host.module import HostError
from modgo_lsp.host.result import LogLine, NumberedResult, StreamResult
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.report.sources import printable

# Numbers of our own requests to Delve, which no editor reaches, and how many lines they try.
_OWN = 1_000_000_000
_LINES = 20
_PROGRESS = "modgo-build"
# Events of our own: a case of `modgo test --json`, or why there is none.
_CASE_RESULT = "modgo.caseResult"
_CASE_NOT_COMPARED = "modgo.caseNotCompared"
# In the module cache, where capital letters are escaped.
_SDK_FOLDER = f"/{escaped(SDK_PATH)}@"


class DebugAdapter:
    """One session with an editor."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, defaults: LaunchDefaults
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._defaults = defaults
        self._sent = 0
        self._program: DebugProgram | None = None
        self._calls: DebugCalls | None = None
        self._launching: asyncio.Task[None] | None = None
        self._stops_on_entry = False
        self._shows_progress = False
        self._has_progress = False
        self._held: Message | None = None
        self._breakpoints: dict[str, list[Any]] = {}  # of the editor, by file

    async def run(self) -> None:
        """Returns when the session has ended. Raises ProtocolError and OSError."""
        first = await read_message(self._reader)
        if first is None:
            return
        try:
            async with socket_folder() as folder, host_at(folder / "calls", self._new_calls):
                delve = await find_delve()
                environment = {VARIABLE: str(folder / "calls")}
                async with delve_adapter(delve.path, folder / "delve", environment) as (reader, writer):
                    self._delve = writer
                    await self._pass_messages(first, reader)
        except (ToolchainError, CliError) as error:
            self._fail(first, error.message, error.remedy)

    async def _pass_messages(self, first: Message, delve: asyncio.StreamReader) -> None:
        self._from_editor(first)
        tasks = [asyncio.create_task(self._read_editor()), asyncio.create_task(self._read_delve(delve))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for each in (*tasks, *([self._launching] if self._launching is not None else [])):
                each.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await each

    # ---- messages ----

    async def _read_editor(self) -> None:
        while (message := await read_message(self._reader)) is not None:
            self._from_editor(message)
            await self._delve.drain()

    async def _read_delve(self, delve: asyncio.StreamReader) -> None:
        while (message := await read_message(delve)) is not None:
            if message.get("type") == "response" and message.get("request_seq", 0) >= _OWN:
                self._stopped_on_line(message)
                continue
            if _is_about_prompt(message):
                continue
            self._complete(message)
            self._send(message)
            await self._writer.drain()

    def _from_editor(self, message: Message) -> None:
        given = message.get("arguments")
        arguments = given if isinstance(given, dict) else {}
        command = message.get("command")
        if command == "initialize":
            self._shows_progress = bool(arguments.get("supportsProgressReporting"))
        elif command == "launch":
            self._launching = asyncio.create_task(self._launch(message, arguments))
            return
        elif command == "attach":
            self._fail(message, "modgo debug only launches", "use the request launch")
            return
        elif command == "setBreakpoints":
            path = (arguments.get("source") or {}).get("path")
            self._breakpoints[str(path)] = arguments.get("breakpoints") or []
        elif command == "configurationDone" and self._stops_on_entry and self._program is not None:
            self._held = message
            self._stop_on_line(0)
            return
        elif command == "variables" and arguments.get("variablesReference") == RECORD_REFERENCE:
            record = None if self._calls is None else self._calls.record
            self._answer(message, {"variables": [] if record is None else record_variables(record)})
            return
        elif command in ("disconnect", "terminate") and self._launching is not None:
            self._launching.cancel()
        self._to_delve(message)

    def _to_delve(self, message: Message) -> None:
        self._delve.write(frame(message))

    def _send(self, message: Message) -> None:
        """Sends a message to the editor, whose number is the next one."""
        self._sent += 1
        self._writer.write(frame({**message, "seq": self._sent}))

    def _event(self, name: str, body: dict[str, Any]) -> None:
        self._send({"type": "event", "event": name, "body": body})

    def _complete(self, message: Message) -> None:
        """Adds to a response of Delve what is ours: the record, and which frames are not the user's."""
        body = message.get("body")
        if message.get("type") != "response" or not isinstance(body, dict):
            return
        record = None if self._calls is None else self._calls.record
        if message.get("command") == "scopes" and record is not None:
            body["scopes"] = [*(body.get("scopes") or []), record_scope(record)]
        if message.get("command") == "stackTrace" and self._program is not None:
            generated = set(self._program.generated.values())
            for one in body.get("stackFrames") or []:
                path = (one.get("source") or {}).get("path", "")
                if path in generated or path in self._program.generated or _SDK_FOLDER in path:
                    one["presentationHint"] = "subtle"

    def _answer(self, request: Message, body: dict[str, Any]) -> None:
        answer = {"type": "response", "request_seq": request.get("seq"), "success": True, "body": body}
        self._send({**answer, "command": request.get("command")})

    def _fail(self, request: Message, message: str, remedy: str | None) -> None:
        text = f"{message}; {remedy}" if remedy else message
        error = {"id": 1, "format": _escaped(text), "showUser": True}
        self._send(
            {
                "type": "response",
                "request_seq": request.get("seq"),
                "command": request.get("command"),
                "success": False,
                "message": text,
                "body": {"error": error},
            }
        )

    def _output(self, text: str, category: str = "console", **place: Any) -> None:
        if text:
            self._event("output", {"category": category, "output": text, **place})

    # ---- launch ----

    async def _launch(self, message: Message, arguments: dict[str, Any]) -> None:
        try:
            request, self._stops_on_entry = launch_request(arguments, self._defaults)
            self._stops_on_entry = self._stops_on_entry and not arguments.get("noDebug")
            settings = await asyncio.to_thread(
                settings_for, request.module, self._defaults.go, self._defaults.cc
            )
            try:
                program = await make_program(request, settings, self._report)
            finally:
                self._end_progress()
        except BuildFailedError as failed:
            result = failed.result
            findings, error = _captured(lambda: show_build_failure(result, False))
            self._output(f"{findings}{error}", "stderr")
            self._fail(message, f"{result.module} was not built; the debug console shows why", None)
            return
        except (CliError, CallRequestError, RequestError, ToolchainError) as problem:
            self._fail(message, problem.message, problem.remedy)
            return
        except (HostError, OSError) as problem:
            self._fail(message, str(problem), None)
            return
        except Exception as error:  # without an answer the editor would wait forever
            if os.environ.get("MODGO_DEBUG"):
                traceback.print_exception(error)
            self._fail(message, *bug_message(error))
            return
        self._program = program
        for each in program.notes:
            self._output(f"Note: {each}\n")
        if program.sample is not None:
            self._output(f"{sample_text(program, program.folder)}\n")
        self._to_delve({**message, "arguments": delve_launch(program, arguments)})

    def _report(self, text: str) -> None:
        """Shows what the build does. Called in the event loop."""
        if not self._shows_progress:
            return
        body = {"progressId": _PROGRESS, "message": text}
        if self._has_progress:
            self._event("progressUpdate", body)
        else:
            self._has_progress = True
            self._event("progressStart", {**body, "title": "modgo debug", "cancellable": False})

    def _end_progress(self) -> None:
        if self._has_progress:
            self._has_progress = False
            self._event("progressEnd", {"progressId": _PROGRESS})

    def _stop_on_line(self, line: int) -> None:
        """Adds a breakpoint to those of the editor: on that line of the function, 0 for its first one. The
        end of the configuration is held until Delve has found code there: a function without a stack frame
        has none on its first line."""
        if self._program is None or self._program.entry is None:
            self._output("The function's place is not known before it is registered.\n")
            self._release()
            return
        path, first = self._program.entry
        own = {"line": first + line, "hitCondition": "== 1"}
        arguments = {"source": {"path": path}, "breakpoints": [*self._breakpoints.get(path, []), own]}
        request = {"type": "request", "seq": _OWN + line, "command": "setBreakpoints", "arguments": arguments}
        self._to_delve(request)

    def _stopped_on_line(self, response: Message) -> None:
        """Delve's response: tries the next line if there is no code on this one."""
        line = int(response["request_seq"]) - _OWN
        found = (response.get("body") or {}).get("breakpoints") or [{}]
        if found[-1].get("verified") or line == _LINES:
            self._release()
        else:
            self._stop_on_line(line + 1)

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._to_delve(held)

    # ---- calls ----

    def _new_calls(self) -> DebugCalls:
        assert self._program is not None  # Delve starts only that
        self._calls = DebugCalls(self._program.work, self._show_log, self._show_result)
        return self._calls

    def _show_log(self, line: LogLine) -> None:
        place = f"{line.location}: " if line.location else ""
        self._output(f"{line.level}: {place}{line.message}\n", **self._place(line.location))

    def _show_result(self, result: NumberedResult | StreamResult) -> None:
        assert self._program is not None
        outcome = result.result if isinstance(result, NumberedResult) else result
        if isinstance(result, NumberedResult) and self._program.work.shape == "each":
            show = show_one_of_many("record")
            text, error = _captured(lambda: show(result))
        else:
            text, error = _captured(lambda: show_outcome(outcome, timed=False))
        self._output(text, "stdout")
        self._output(error, "stderr")
        self._compare(outcome)

    def _compare(self, outcome: Outcome) -> None:
        """Sends the result of a case as an event, for an editor that lists cases. A case that sets the time
        has none, since the function read the real one."""
        program = self._program
        if program is None or program.case is None:
            return
        if program.case.now is not None:
            self._event(_CASE_NOT_COMPARED, {"name": program.case.name, "reason": SETS_THE_TIME})
            return
        result = CaseResult(program.case, outcome, differences(program.case.expectation, outcome))
        self._event(
            _CASE_RESULT, case_json(result, lambda path: printable(os.path.relpath(path, program.folder)))
        )

    def _place(self, location: str) -> dict[str, Any]:
        """The attributes that make an output's line a link to `location`, "counters.go:12"."""
        name, _, line = location.rpartition(":")
        path = None if self._program is None else self._program.sources.get(name)
        return {} if path is None or not line.isdigit() else {"source": {"path": path}, "line": int(line)}


def _is_about_prompt(message: Message) -> bool:
    """Whether it is the line with which Delve begins, about the commands of its prompt."""
    text = (message.get("body") or {}).get("output", "") if message.get("event") == "output" else ""
    return text.startswith("Type 'dlv help' for list of commands")


def _captured(show: Callable[[], object]) -> tuple[str, str]:
    """What `show` writes to the standard output and to the standard error."""
    with redirect_stdout(io.StringIO()) as output, redirect_stderr(io.StringIO()) as error:
        show()
    return output.getvalue(), error.getvalue()


def _escaped(text: str) -> str:
    """For a message's format, in which {name} is a variable."""
    return text.replace("{", "(").replace("}", ")")
