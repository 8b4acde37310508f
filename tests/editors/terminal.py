"""A program in a terminal of its own: keys go in, and what a user would see on the screen comes out.

Not for: which keys, and what is to be seen (test_helix.py).
"""

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
        """What is on the screen, without blanks at the ends of lines."""
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

    def wait(self, what: str, seen: Callable[[list[str]], bool]) -> list[str]:
        """The screen, once it shows that."""
        end = time.monotonic() + self._seconds
        while not seen(lines := self.lines):
            assert time.monotonic() < end, f"{what} did not come; the screen:\n" + "\n".join(lines)
        return lines

    def wait_for(self, text: str) -> list[str]:
        return self.wait(text, lambda lines: any(text in line for line in lines))

    def close(self) -> None:
        """Ends the program, whatever it does."""
        self._program.close(force=True)

    def end(self) -> None:
        """Waits until the program has ended by itself."""
        self._program.expect(pexpect.EOF, timeout=self._seconds)
