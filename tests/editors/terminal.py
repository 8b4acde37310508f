"""A program in a terminal of its own: sends keys, and reads the screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte


class Terminal:
    def __init__(self, command: list[str], folder: Path, environment: dict[str, str], seconds: float) -> None:
        rows, columns = 50, 160
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._seconds = seconds
        self._program = pexpect.spawn(
            command[0],
            command[1:],
            cwd=str(folder),
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            dimensions=(rows, columns),
        )

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, without trailing blanks."""
        while True:
            try:
                self._stream.feed(self._program.read_nonblocking(1 << 16, timeout=0.05))
            except (pexpect.TIMEOUT, pexpect.EOF):
                return [line.rstrip() for line in self._screen.display]

    def colours(self, text: str) -> tuple[str, str]:
        """Foreground and background of a text on the screen."""
        row, line = next((row, line) for row, line in enumerate(self.lines) if text in line)
        cell = self._screen.buffer[row][line.index(text)]
        return (cell.bg, cell.fg) if cell.reverse else (cell.fg, cell.bg)

    def type(self, keys: str) -> None:
        self._program.send(keys)

    def wait(self, what: str, condition: Callable[[list[str]], bool]) -> list[str]:
        """Waits until the condition is true of the screen, and returns its lines."""
        end = time.monotonic() + self._seconds
        while not condition(lines := self.lines):
            assert time.monotonic() < end, f"timed out: {what}; the screen:\n" + "\n".join(lines)
        return lines

    def wait_for(self, text: str) -> list[str]:
        return self.wait(text, lambda lines: any(text in line for line in lines))

    def close(self) -> None:
        """Terminates the program."""
        self._program.close(force=True)

    def end(self) -> None:
        """Waits until the program exits."""
        self._program.expect(pexpect.EOF, timeout=self._seconds)
