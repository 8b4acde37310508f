"""A workspace with random events in the editor and on disk, and the diagnostics that are expected.

Each event is reported to the server as a client reports it.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.golang.files import DiskFiles, OverlayFiles
from modgo_lsp.golang.syntax.document import Document, parse
from modgo_lsp.golang.syntax.positions import Encoding, LineIndex
from modgo_lsp.lint.lint_paths import Machine, lint_paths
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.workspace import editor_settings
from modgo_lsp.server.workspace.analysis import Analysis
from modgo_lsp.server.workspace.diagnostics import diagnostic
from modgo_lsp.server.workspace.open_documents import OpenDocument
from modgo_lsp.server.workspace.snapshot import Snapshot
from tests.edits import GO_MOD, SHOP, Change, are_whole, common_length, random_change
from tests.server.comparable_diagnostics import finding_of, key, range_of, shown_diagnostic
from tests.server.language_client import LanguageServer

# More than twice the interval of the server's polling.
UNREPORTED_SECONDS = 1.5
SEVERITIES = {"error": 1, "warning": 2, "information": 3, "hint": 4}
CONFIGURATIONS = (
    'ignore = ["MG104"]\n',
    'select = ["MG1", "MG5"]\n',
    'severity = {"MG305" = "error", "MG1" = "hint"}\n',
    'require-suppression-reason = true\nper-file-ignores = {"*.go" = ["MG307"]}\n',
    'ignore = ["MG104"\nselct = 3\n',
    "",
)
SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"lint": {"ignore": ["MG3"]}},
    {"lint": {"severity": {"MG1": "error"}, "select": ["MG1", "MG2"]}},
    {"lint": {"ignor": 7}},
)
MODULES = (GO_MOD, GO_MOD.replace(b"example.com/shop", b"example.com/mall"), b"module\n", b"")
FILES = {
    "new.go": SHOP["more.go"].replace(b"Unused", b"New").replace(b"init", b"other"),
    "money/rates.go": b"package money\n\nfunc (a Amount) Minus(b Amount) Amount { return a }\nvar n int\n",
    "stock/more.go": b"package stock\n\nfunc init() { noted = nil }\n",
    "made_windows.go": b"package shop\n\nfunc Extra() {}\n",
    "tagged.go": b"//go:build never\n\npackage shop\n\nfunc handler() {}\n",
    "deep/er/er.go": b'package er\n\nimport "example.com/shop"\n\nfunc init() { shop.Sell(nil, nil) }\n',
}


class World:
    """A folder, its open documents, and a server that is notified of every event."""

    def __init__(self, folder: Path, server: LanguageServer, encoding: Encoding, seed: int) -> None:
        self.folder = folder
        self.server = server
        self.encoding: Encoding = encoding
        self.choose = random.Random(seed)
        self.texts: dict[str, bytes] = {}
        self.settings: Mapping[str, Any] = {}
        # The findings of builds that are still valid, by folder.
        self.built: dict[str, list[Finding]] = {}
        self._versions: dict[str, int] = {}
        self._undo: list[tuple[str, bytes]] = []
        self._branches: list[dict[str, bytes]] = [{"go.mod": GO_MOD, **SHOP}]
        self._lay_down(self._branches[0])
        self._steps: list[tuple[int, Callable[[], str]]] = [
            (60, self.edit),
            (14, self.undo),
            (4, self.rewrite),
            (5, self.open),
            (3, self.close),
            (5, self.save),
            (5, self.write),
            (2, self.rename),
            (2, self.delete),
            (2, self.configure),
            (1, self.configure_unreported),
            (2, self.build),
            (2, self.set),
            (1, self.change_module),
            (1, self.check_out),
        ]

    def step(self) -> str:
        """Does something at random. Returns its description."""
        steps = [step for _, step in self._steps]
        return self.choose.choices(steps, [weight for weight, _ in self._steps])[0]()

    # --- in the editor

    def edit(self) -> str:
        if not self.texts:
            return self.open()
        path = self.choose.choice(sorted(self.texts))
        text, changes = self.texts[path], []
        self._undo.append((path, text))
        for _ in range(self.choose.choice((1, 1, 1, 1, 2, 3))):
            change = random_change(self.choose, text)
            changes.append(self._content_change(text, change))
            text = change.apply(text)
        self._change(path, text, changes)
        return f"edit {path}: {changes}"

    def undo(self) -> str:
        path, text = self._undo.pop() if self._undo else ("", b"")
        if path not in self.texts:
            return self.edit()
        before = self.texts[path]
        end = common_length(before, text)
        tail = common_length(before[end:][::-1], text[end:][::-1])
        if not are_whole(before, text, end, tail):
            self._change(path, text, [{"text": text.decode()}])
        else:
            change = Change(end, len(before) - tail, text[end : len(text) - tail])
            self._change(path, text, [self._content_change(before, change)])
        return f"undo in {path}"

    def rewrite(self) -> str:
        if not self.texts:
            return self.open()
        path = self.choose.choice(sorted(self.texts))
        text = self.choose.choice([*SHOP.values(), b"", b"package shop\n"])
        self._change(path, text, [{"text": text.decode()}])
        return f"rewrite {path}"

    def open(self) -> str:
        closed = sorted({*self._on_disk(".go"), *SHOP} - self.texts.keys())
        if not closed:
            return self.edit()
        path = self.choose.choice(closed)
        file = self.folder / path
        # A client shows U+FFFD for what is not UTF-8.
        text = (file.read_bytes() if file.is_file() else b"package p\n").decode("utf-8", "replace").encode()
        self.texts[path] = text
        if text != self._read(path):
            self.built.clear()
        self._versions[path] = self._versions.get(path, 0) + 1
        item = {
            "uri": self.uri(path),
            "languageId": "go",
            "version": self._versions[path],
            "text": text.decode(),
        }
        self.server.notify("textDocument/didOpen", {"textDocument": item})
        return f"open {path}"

    def close(self) -> str:
        if not self.texts:
            return self.open()
        path = self.choose.choice(sorted(self.texts))
        del self.texts[path]
        self.server.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(path)}})
        return f"close {path}"

    def save(self) -> str:
        if not self.texts:
            return self.open()
        path = self.choose.choice(sorted(self.texts))
        self._put(path, self.texts[path])
        self.server.notify("textDocument/didSave", {"textDocument": {"uri": self.uri(path)}})
        self._report(path)
        return f"save {path}"

    def set(self) -> str:
        self.settings = self.choose.choice(SETTINGS)
        self.server.notify("workspace/didChangeConfiguration", {"settings": {"modgo": self.settings}})
        return f"settings {self.settings}"

    # --- on disk

    def write(self) -> str:
        path = self.choose.choice([*self._on_disk(".go"), *FILES])
        file = self.folder / path
        text = FILES.get(path, b"") if not file.is_file() else file.read_bytes()
        self._put(path, random_change(self.choose, text).apply(text) if file.is_file() else text)
        self._report(path)
        return f"write {path}"

    def rename(self) -> str:
        before = self.choose.choice(self._on_disk(".go") or [""])
        if not before:
            return self.write()
        folder = self.choose.choice((str(Path(before).parent), "money", "elsewhere"))
        after = str(Path(folder, self.choose.choice(("a.go", "shop.go", "z_test.go", "notes.txt"))))
        if (self.folder / after).exists():
            return self.delete()
        (self.folder / after).parent.mkdir(exist_ok=True)
        (self.folder / before).rename(self.folder / after)
        self._report(before, after)
        return f"rename {before} to {after}"

    def delete(self) -> str:
        paths = self._on_disk(".go")
        if not paths:
            return self.check_out()
        path = self.choose.choice(paths)
        if self.choose.random() < 0.2 and "/" in path:
            shutil.rmtree(self.folder / Path(path).parent)
            self._report(str(Path(path).parent))
            return f"delete the folder of {path}"
        (self.folder / path).unlink()
        self._report(path)
        return f"delete {path}"

    def configure(self) -> str:
        path = self.choose.choice(("modgo.toml", "stock/modgo.toml"))
        text = self.choose.choice(CONFIGURATIONS)
        if text:
            self._put(path, text.encode())
        else:
            (self.folder / path).unlink(missing_ok=True)
        self._report(path)
        return f"configure {path}: {text!r}"

    def configure_unreported(self) -> str:
        """Changes a file above the workspace, or one that the client does not watch."""
        path = self.choose.choice(("modgo.toml", "../modgo.toml", "stock/modgo.toml"))
        text = self.choose.choice(CONFIGURATIONS)
        file = (self.folder / path).resolve()
        before = file.read_bytes() if file.is_file() else None
        if text:
            self._put(path, text.encode())
        else:
            file.unlink(missing_ok=True)
        if before != (text.encode() or None):
            self.built.clear()
            time.sleep(UNREPORTED_SECONDS)
        return f"configure {path} unreported: {text!r}"

    def build(self) -> str:
        """Findings of a build are shown while nothing that it read has changed."""
        folders = sorted({str(Path(path).parent) for path in self._on_disk(".go")}) or ["."]
        directory = self.folder / self.choose.choice(folders)
        command = {"command": "modgo.build", "arguments": [{"uri": directory.as_uri()}]}
        found = self.server.request("workspace/executeCommand", command, 120)
        if "findings" in found:
            self.built.pop(str(directory), None)
            on_disk = {path: self._read(path) for path in self.texts}
            if found["findings"] and on_disk == self.texts:
                self.built[str(directory)] = [finding_of(each, directory) for each in found["findings"]]
        return f"build {directory}: {found}"

    def change_module(self) -> str:
        text = self.choose.choice(MODULES)
        self._put("go.mod", text)
        self._report("go.mod")
        return f"go.mod: {text!r}"

    def check_out(self) -> str:
        """Changes many files at once under open documents, as git does."""
        self._branches.append({path: (self.folder / path).read_bytes() for path in self._on_disk("")})
        self._branches = self._branches[:1] + self._branches[-3:]
        branch = self.choose.choice(self._branches[:-1])
        changed = [
            path
            for path in {*self._branches[-1], *branch}
            if self._branches[-1].get(path) != branch.get(path)
        ]
        self._lay_down(branch)
        self._report(*changed)
        return f"check out another branch: {sorted(changed)}"

    # --- expectations

    def expected(self) -> tuple[dict[str, list[object]], dict[str, list[object]]]:
        """By path: the diagnostics of a server that has just started; and what `modgo lint` reports for
        packages with open documents."""
        overrides = editor_settings.overrides(self.settings)
        documents = {str(self.folder / path): text for path, text in self.texts.items()}
        analysis = Analysis(lambda _: None, lambda: None)
        opened = {
            path: OpenDocument(Path(path).as_uri(), path, 1, text.decode())
            for path, text in documents.items()
        }
        client = Client(diagnostic_versions=True)
        built = {directory: tuple(found) for directory, found in self.built.items()}
        snapshot = Snapshot(analysis, 1, client, self.encoding, opened, analysis.disk, overrides, built, {})
        expected = {
            path: [shown_diagnostic(diagnostic(snapshot, finding)) for finding in findings]
            for path, findings in snapshot.by_path(snapshot.directories()).items()
        }
        return expected, self._linted(documents, overrides)

    def _linted(
        self, documents: Mapping[str, bytes], overrides: Mapping[str, Any]
    ) -> dict[str, list[object]]:
        parsed = {path: parse(path, text) for path, text in documents.items()}
        machine = Machine(find_go_environment, DiskFactsCache())
        outcome = lint_paths(
            [str(self.folder)], OverlayFiles(DiskFiles(), parsed), overrides, machine=machine
        )
        linted = {str(Path(path).parent) for path in documents}
        found: dict[str, list[object]] = {}
        known = {(each.code, each.location) for each in outcome.findings}
        built = [each for findings in self.built.values() for each in findings]
        news = {(each.code, each.location): each for each in built if (each.code, each.location) not in known}
        for finding in (*outcome.findings, *news.values()):
            if str(Path(finding.location.path).parent) in linted:
                shown = self._of_lint(finding, outcome.documents)
                found.setdefault(finding.location.path, []).append(shown)
        return found

    def _of_lint(self, finding: Finding, documents: Mapping[str, Document]) -> object:
        def place(location: Location) -> wire.Range:
            document = documents.get(location.path)
            lines = LineIndex(self._read(location.path)) if document is None else document.lines
            start = lines.encoded(location.span.start, self.encoding)
            end = lines.encoded(location.span.end, self.encoding)
            return wire.Range(wire.Position(*start), wire.Position(*end))

        return key(place(finding.location), finding.code, finding.message, SEVERITIES[finding.severity])

    def pushed(self) -> dict[str, list[object]]:
        """What the client shows, by path."""
        return {
            path: [
                key(range_of(each["range"]), each.get("code"), each["message"], each["severity"])
                for each in report["diagnostics"]
            ]
            for uri, report in self.server.pushed.items()
            for path in [uri.removeprefix("file://")]
        }

    def settle(self) -> None:
        """Waits until the server is idle: then all diagnostics were pushed."""
        while not self.server.request("workspace/executeCommand", {"command": "modgo.status"})["idle"]:
            pass

    # --- helpers

    def uri(self, path: str) -> str:
        return (self.folder / path).as_uri()

    def _content_change(self, text: bytes, change: Change) -> dict[str, Any]:
        lines = LineIndex(text)
        start, end = lines.encoded(change.start, self.encoding), lines.encoded(change.end, self.encoding)
        return {
            "range": {
                "start": {"line": start[0], "character": start[1]},
                "end": {"line": end[0], "character": end[1]},
            },
            "text": change.new.decode(),
        }

    def _change(self, path: str, text: bytes, changes: list[dict[str, Any]]) -> None:
        self.texts[path] = text
        self.built.clear()
        self._versions[path] += 1
        identifier = {"uri": self.uri(path), "version": self._versions[path]}
        self.server.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": changes})

    def _on_disk(self, ending: str) -> list[str]:
        paths = (path for path in self.folder.rglob("*") if path.is_file() and path.name.endswith(ending))
        return sorted(str(path.relative_to(self.folder)) for path in paths)

    def _read(self, path: str) -> bytes:
        file = self.folder / path
        return file.read_bytes() if file.is_file() else b""

    def _put(self, path: str, text: bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)

    def _lay_down(self, tree: Mapping[str, bytes]) -> None:
        for path in self._on_disk(""):
            if path not in tree:
                (self.folder / path).unlink()
        for path, text in tree.items():
            if self._read(path) != text or not (self.folder / path).is_file():
                self._put(path, text)

    def _report(self, *paths: str) -> None:
        if paths:
            self.built.clear()
        changes = [{"uri": self.uri(path), "type": 2} for path in paths]
        self.server.notify("workspace/didChangeWatchedFiles", {"changes": changes})
