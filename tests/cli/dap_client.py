"""A plain client of the Debug Adapter Protocol, as an editor is, for `modgo debug --dap`."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from typing import IO, Any

SECONDS = 120.0

Message = dict[str, Any]


class DapClient:
    """Sends requests and waits for responses and events. Every wait fails after some minutes."""

    def __init__(self, read: IO[bytes], write: IO[bytes]) -> None:
        self._read = read
        self._write = write
        self._sent = 0
        self._messages: queue.Queue[Message | None] = queue.Queue()
        self._kept: list[Message] = []
        self.outputs: list[Message] = []
        threading.Thread(target=self._fill, daemon=True).start()

    def send(self, command: str, **arguments: Any) -> int:
        self._sent += 1
        message = {"seq": self._sent, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(message).encode()
        self._write.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._write.flush()
        return self._sent

    def response(self, number: int) -> Message:
        return self._wait(lambda one: one["type"] == "response" and one["request_seq"] == number)

    def request(self, command: str, **arguments: Any) -> Any:
        """The body of the response, which must be a success."""
        answer = self.response(self.send(command, **arguments))
        assert answer["success"], answer
        return answer.get("body")

    def event(self, *names: str) -> Message:
        """The next event of one of those names."""
        return self._wait(lambda one: one["type"] == "event" and one["event"] in names)

    def launch(self, breakpoints: dict[str, list[Message]], **launch: Any) -> Message:
        """The whole beginning of a session; returns the response to the launch request."""
        self.request("initialize", adapterID="modgo", linesStartAt1=True, supportsProgressReporting=True)
        number = self.send("launch", **launch)
        first = self._wait(lambda one: one.get("event") == "initialized" or one.get("request_seq") == number)
        if first["type"] == "response":
            return first  # it failed, or nothing is debugged
        for path, points in breakpoints.items():
            self.request("setBreakpoints", source={"path": path}, breakpoints=points)
        self.request("configurationDone")
        return self.response(number)

    def stopped(self) -> tuple[Message, list[Message]]:
        """The next stop, and its stack."""
        event = self.event("stopped", "terminated")
        assert event["event"] == "stopped", (event, self.output())
        frames = self.request("stackTrace", threadId=event["body"]["threadId"], levels=20)["stackFrames"]
        return event["body"], frames

    def variables(self, frame: int) -> dict[str, str]:
        """The names and values of arguments and locals."""
        scopes = self.request("scopes", frameId=frame)["scopes"]
        found = [
            self.request("variables", variablesReference=scope["variablesReference"])["variables"]
            for scope in scopes
        ]
        return {one["name"]: one["value"] for some in found for one in some}

    def output(self, *categories: str) -> str:
        """What was written for the debug console so far."""
        bodies = [one["body"] for one in self.outputs]
        return "".join(one["output"] for one in bodies if not categories or one["category"] in categories)

    @property
    def kept(self) -> list[Message]:
        """The messages that nothing has waited for so far, but output."""
        return list(self._kept)

    def end(self) -> None:
        self.response(self.send("disconnect", terminateDebuggee=True))

    def _wait(self, accepts: Callable[[Message], bool]) -> Message:
        for index, one in enumerate(self._kept):
            if accepts(one):
                return self._kept.pop(index)
        while True:
            message = self._messages.get(timeout=SECONDS)
            assert message is not None, ("the adapter has ended", self.output())
            if message.get("event") == "output":
                self.outputs.append(message)
            if accepts(message):
                return message
            self._kept.append(message)

    def _fill(self) -> None:
        while True:
            length = 0
            while (line := self._read.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            body = self._read.read(length) if length else b""
            if not body:
                self._messages.put(None)
                return
            self._messages.put(json.loads(body))
