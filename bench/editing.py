"""The edits of a Go file that is open in two language servers, and how the diagnostics of each show them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

from bench.go_trees import SDK, GoPackage
from tests.server.language_client import LanguageServer

# A name that is not declared, and that an edit calls.
_NOWHERE = "nowhere"
_STATUS = {"command": "modgo.status"}


Place = tuple[int, int]


class Edit(NamedTuple):
    """Text for what is between two places (line, character); afterwards `missing` is what the file calls and
    nothing declares."""

    start: Place
    end: Place
    text: str
    missing: tuple[str, ...] = ()

    @property
    def change(self) -> dict[str, Any]:
        return {"range": {"start": _position(self.start), "end": _position(self.end)}, "text": self.text}


class Subject(NamedTuple):
    """A file to type in. `registered` is the place after the name of a registered function and `name` its
    text, `body` the number of a line in the middle of the file that can have any text."""

    path: Path
    text: str
    registered: Place
    name: str
    body: int
    hover: dict[str, int]
    complete: dict[str, int]

    def edits(self) -> Iterator[Edit]:
        """Endless edits: a letter too many in a name, a call of an undeclared name, and the corrections of
        both. No text comes twice: a server may cache its result."""
        line, column = self.registered
        length = len(self.text.splitlines()[self.body])
        for number in count(1):
            wrong, nowhere = f"x{number}", f"{_NOWHERE}{number}"
            name, call, fine = f"{self.name}{wrong}", f"\t{nowhere}()", f"\t_ = {number}"
            yield Edit((line, column), (line, column), wrong, (name,))
            yield Edit((self.body, 0), (self.body, length), call, (name, nowhere))
            yield Edit((line, column), (line, column + len(wrong)), "", (nowhere,))
            yield Edit((self.body, 0), (self.body, len(call)), fine)
            length = len(fine)


def with_udfs(package: GoPackage, file: Path) -> None:
    """Moves the package's UDFs into one of its files, so that a large one has UDFs."""
    udfs = file.parent / "zz_udfs.go"
    own = udfs.read_text().split(f'import "{SDK}"\n', 1)[1]
    text = file.read_text()
    clause = re.search(rf"(?m)^package {package.name}\b.*$", text)
    assert clause is not None
    file.write_text(f'{text[: clause.end()]}\n\nimport "{SDK}"\n{text[clause.end() :]}{own}')
    udfs.unlink()


def subject(path: Path) -> Subject:
    """What to type in a file with UDFs as bench/go_trees.py or examples/counters has them; a line is put into
    the function in its middle."""
    lines = path.read_text().splitlines()
    bodies = [number for number, line in enumerate(lines) if re.match(r"func .*\{$", line)]
    body = min(bodies, key=lambda number: abs(number - len(lines) // 2)) + 1
    lines.insert(body, "\t_ = 0")
    registration, named = _first(lines, r'udf\.Register\("\w+", (\w*Add)\)')
    use, called = _first(lines, r"rec\.Int\(()")
    return Subject(
        path,
        "\n".join([*lines, ""]),
        (registration, named.end(1)),
        named[1],
        body,
        hover=_position((registration, named.start(1))),
        complete=_position((use, called.end(1))),
    )


def _first(lines: Sequence[str], pattern: str) -> tuple[int, re.Match[str]]:
    return next((n, found) for n, line in enumerate(lines) if (found := re.search(pattern, line)))


def _position(place: Place) -> dict[str, int]:
    return {"line": place[0], "character": place[1]}


class Typist:
    """Types in one file, and notes when the server's diagnostics show the edit. `is_ours` says which server's
    messages to expect."""

    def __init__(self, server: LanguageServer, subject: Subject, is_ours: bool) -> None:
        self.server = server
        self.subject = subject
        self.is_ours = is_ours
        self.uri = subject.path.as_uri()
        self._version = 1
        self._edits = subject.edits()

    def open_with_mistake(self) -> float:
        """Opens the file with its first error in it. Returns the time of its diagnostics."""
        first = next(self._edits)
        lines = self.subject.text.splitlines(keepends=True)
        line, column = first.start
        lines[line] = lines[line][:column] + first.text + lines[line][column:]
        self.server.open(self.subject.path, "".join(lines))
        self._see(first)
        published = time.perf_counter()
        for edit in islice(self._edits, 3):
            self._type(edit)
            self._see(edit)
        return published

    def edits(self, number: int) -> Iterator[float]:
        """The milliseconds of each edit until its diagnostics."""
        for edit in islice(self._edits, number):
            begun = time.perf_counter()
            self._type(edit)
            self._see(edit)
            yield (time.perf_counter() - begun) * 1000

    def probes(self, number: int) -> Iterator[float]:
        """The milliseconds of a request that needs only the message loop, directly after an edit."""
        for edit in islice(self._edits, number):
            self._type(edit)
            yield probe(self.server)
            self._see(edit)

    def requests(self, method: str, position: Mapping[str, int] | None, number: int) -> Iterator[float]:
        """The milliseconds of each request, directly after an edit."""
        params: dict[str, Any] = {"textDocument": {"uri": self.uri}}
        if position is not None:
            params["position"] = position
        for edit in islice(self._edits, number):
            self._type(edit)
            begun = time.perf_counter()
            found = self.server.request(method, params)
            yield (time.perf_counter() - begun) * 1000
            if self.is_ours and not found:
                raise RuntimeError(f"{method} found nothing in {self.subject.path}")
            self._see(edit)

    def _type(self, edit: Edit) -> None:
        self._version += 1
        self.server.change(self.uri, self._version, edit.change)

    def _see(self, edit: Edit) -> None:
        """Waits for the diagnostics of the text after the edit."""
        self.server.until(lambda: self._has_seen(edit))

    def _has_seen(self, edit: Edit) -> bool:
        pushed = self.server.pushed.get(self.uri)
        if pushed is None or pushed.get("version") != self._version:
            return False
        known = re.compile(rf"\b(?:{self.subject.name}x|{_NOWHERE})\d+")
        names = {each[0] for message in pushed["diagnostics"] for each in known.finditer(message["message"])}
        # Ours reports what can't be registered, and leaves other errors to gopls.
        return names == {name for name in edit.missing if not (self.is_ours and name.startswith(_NOWHERE))}


def probe(server: LanguageServer) -> float:
    begun = time.perf_counter()
    server.request("workspace/executeCommand", _STATUS)
    return (time.perf_counter() - begun) * 1000


def probes_until(server: LanguageServer, condition: Callable[[], bool], seconds: float) -> Iterator[float]:
    """Probes every few milliseconds, until the condition is true."""
    while not condition():
        yield probe(server)
        server.receive(seconds)
