"""With a module's imports cached, the next session reads only files that changed, and misses no change."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from modgo_lsp.build.lint_store import DiskStore
from modgo_lsp.golang.disk_cache import DiskCache
from modgo_lsp.golang.files import DiskFiles, Files
from modgo_lsp.golang.modules.go_environment import NOTHING_KNOWN
from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.lint.run_rules import lint_package
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.connection import Connection
from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.workspace.analysis import Analysis
from modgo_lsp.server.workspace.diagnostics import Publisher
from modgo_lsp.server.workspace.feature_refresh import FeatureRefresh
from modgo_lsp.server.workspace.import_index import ImportIndex
from modgo_lsp.server.workspace.open_documents import OpenDocument
from modgo_lsp.server.workspace.snapshot import Snapshot

MODULE = {
    "go.mod": b"module example.com/shop\n\ngo 1.24\n",
    "money/money.go": b"package money\n",
    "bill/bill.go": b'package bill\n\nimport "example.com/shop/money"\n\nvar _ = money.X\n',
    "till/till.go": b'package till\n\nimport "example.com/shop/bill"\n\nvar _ = bill.X\n',
    "other/other.go": b"package other\n",
}


class CountedFiles:
    """The disk, and the paths that were read."""

    def __init__(self) -> None:
        self._disk = DiskFiles()
        self.read_paths: list[str] = []

    def read(self, path: str, most: int | None = None) -> bytes:
        self.read_paths.append(path)
        return self._disk.read(path)

    def __getattr__(self, name: str) -> object:
        return getattr(self._disk, name)


class Session:
    """The files of a module, and its importers as the server asks for them."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._disk = DiskCache()
        self._glanced = CountedFiles()
        self._later: list[Iterator[None]] = []
        self._importers: ImportIndex | None = None
        self._loader = self._new_loader()

    def _new_loader(self) -> Loader:
        files: Files = self._glanced  # type: ignore[assignment]
        self._importers = ImportIndex(files, NOTHING_KNOWN, DiskStore(), self._later.append, self._importers)
        return Loader(self._disk.now(), importers=self._importers)

    def importing(self, name: str) -> set[str]:
        self._loader = self._loader.next(self._disk.now()) or self._new_loader()
        found = self._loader.importing(str(Path(self._folder, name)))
        return {os.path.relpath(path, self._folder) for path in found}

    def report(self, path: Path) -> None:
        self._disk.report_change(str(path))

    def end(self) -> list[str]:
        """Writes the cache. Returns the paths that were read for their imports only."""
        for steps in self._later:
            list(steps)
        return sorted(os.path.relpath(path, self._folder) for path in self._glanced.read_paths)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = tmp_path / "shop"
    for name, text in MODULE.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    # A file that was just written is not trusted: the clock of the file system has coarse steps.
    monkeypatch.setattr(DiskStore, "now", lambda _: time.time_ns() + 10**10)
    return made


def test_the_next_session_reads_only_what_has_changed(folder: Path) -> None:
    first = Session(folder)
    assert first.importing("money") == {"bill", "till"}
    assert first.end() == ["bill/bill.go", "money/money.go", "other/other.go", "till/till.go"]

    second = Session(folder)
    assert second.importing("money") == {"bill", "till"}
    assert second.end() == []

    (folder / "other" / "other.go").write_bytes(b'package other\n\nimport "example.com/shop/bill"\n')
    third = Session(folder)
    assert third.importing("money") == {"bill", "till", "other"}
    assert third.end() == ["other/other.go"]
    assert Session(folder).end() == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("other/other.go", b'package other\n\nimport "example.com/shop/bill"\n', {"bill", "till", "other"}),
        ("other/more.go", b'package other\n\nimport "example.com/shop/bill"\n', {"bill", "till", "other"}),
        ("new/new.go", b'package new\n\nimport "example.com/shop/bill"\n', {"bill", "till", "new"}),
        ("new/in/new.go", b'package in_\n\nimport "example.com/shop/bill"\n', {"bill", "till", "new/in"}),
        ("other/other.go", b"package other\n\nfunc New() {}\n", {"bill", "till"}),
        ("other/more_test.go", b'package other\n\nimport "example.com/shop/bill"\n', {"bill", "till"}),
        ("testdata/x/x.go", b'package x\n\nimport "example.com/shop/bill"\n', {"bill", "till"}),
        ("bill/bill.go", b"package bill\n", set()),
        ("till/till.go", None, {"bill"}),
        ("till/go.mod", b"module example.com/till\n", {"bill"}),
    ],
)
def test_changes_during_a_session_are_noticed(
    folder: Path, name: str, text: bytes | None, expected: set[str]
) -> None:
    session = Session(folder)
    assert session.importing("money") == {"bill", "till"}
    path = folder / name
    if text is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    session.report(path)
    assert session.importing("money") == expected


def test_importers_are_linted_again_only_if_the_change_concerns_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Lint results of importers are reused between two edits, though none of their files is open."""
    udf = f'import "{SDK_PATH}"\n\n'
    files = {
        "go.mod": MODULE["go.mod"],
        "money/money.go": f'package money\n\n{udf}var _ = udf.Register("sum", Sum)\n\n'
        "const Cents = 100\n\nfunc Sum(rec *udf.Record) int64 { return Cents }\n\n"
        "func one() int { return 1 }\n",
        "bill/bill.go": f'package bill\n\n{udf}import "example.com/shop/money"\n\n'
        'var _ = udf.Register("bill", Bill)\n\nfunc Bill(rec *udf.Record) int64 { return money.Cents }\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    linted: list[str] = []

    def noted(package: Package) -> LintResult | None:
        linted.append(package.name)
        return lint_package(package)

    monkeypatch.setattr("modgo_lsp.server.workspace.analysis.lint_package", noted)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    analysis, path = Analysis(lambda _: None, lambda: None), tmp_path / "money/money.go"
    opened = OpenDocument(path.as_uri(), str(path), 0, path.read_text())

    def snapshot() -> Snapshot:
        number = opened.version or 0
        return Snapshot(analysis, number, Client(), "utf-16", {str(path): opened}, analysis.disk, {}, {}, {})

    def typed(old: str, new: str) -> list[str]:
        """The packages that are linted after an edit."""
        nonlocal opened
        start = opened.document.text.index(old.encode())
        lines = opened.document.lines
        first, last = (lines.encoded(each, "utf-16") for each in (start, start + len(old)))
        place = wire.Range(wire.Position(*first), wire.Position(*last))
        opened = opened.changed((opened.version or 0) + 1, (wire.Change(new, place),), "utf-16")
        linted.clear()
        publisher.publish(snapshot())
        return sorted(linted)

    nowhere = Connection(BytesIO(), BytesIO(), lambda _, __: None, lambda _: None, lambda: None)
    outbox = Outbox(nowhere)
    publisher = Publisher(outbox, FeatureRefresh(outbox, Client()))
    publisher.publish(snapshot())
    assert sorted(linted) == ["bill", "money"]
    assert typed("return 1", "return 2") == ["money"]
    assert typed('"sum"', '"total"') == ["bill", "money"]
    assert typed("return 2", "return 3") == ["money"]
