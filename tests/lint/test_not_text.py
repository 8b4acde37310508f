"""A Go file that is binary or not UTF-8 is MG400 wherever a build would compile it: its imports can't be
read, and Go builds nothing with it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from modgo_lsp.build.lint_store import DiskStore
from modgo_lsp.golang.files import DiskFiles, OverlayFiles
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.lint.lint_paths import Machine, Outcome, lint_paths

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
UDFS = f"package m\n\n{SDK}\nvar _ = udf.Register(`a`, func() {{}})\n"
PLAIN = "package m\n\nfunc plain() {}\n"
GO = shutil.which("gofmt", path="/usr/local/go/bin") or shutil.which("gofmt") or "gofmt"

NOT_TEXT = {
    "NUL in a comment": PLAIN.encode() + b"// a\0b\n",
    "NUL first": b"\0" + PLAIN.encode(),
    "NUL alone": b"\0",
    "NUL in the package clause": b"package\0m\n",
    "NUL in an import": UDFS.replace("udf", "u\0df").encode(),
    "program": b"\x7fELF\x02\x01\x01\0\0\0\0",
    "picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "Latin-1": "package m\n\n// café\n".encode("latin-1"),
    "Latin-1 name": "package m\n\nfunc café() {}\n".encode("latin-1"),
    "Latin-1 in the package clause": "package café\n".encode("latin-1"),
    "Windows-1252": "package m\n\nvar price = `5 €`\n".encode("cp1252"),
    "Shift JIS": "package m\n\n// 日本\n".encode("shift_jis"),
    "UTF-16 with BOM": UDFS.encode("utf-16"),
    "UTF-16 big-endian with BOM": b"\xfe\xff" + UDFS.encode("utf-16-be"),
    "UTF-16 without BOM": UDFS.encode("utf-16-le"),
    "UTF-32 with BOM": UDFS.encode("utf-32"),
    "a surrogate": b"package m\n\nvar s = `\xed\xa0\x80`\n",
    "an overlong NUL": b"package m\n\nvar s = `\xc0\x80`\n",
    "cut off": "package m\n\n// é".encode()[:-1],
}
TEXT = {
    "BOM": b"\xef\xbb\xbf" + PLAIN.encode(),
    "CRLF": PLAIN.replace("\n", "\r\n").encode(),
    "other scripts": "package m\n\n// 日本 é 🙂 \ufffd\nvar é = `\u200f`\n".encode(),
}


def module(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    (folder / "go.mod").write_text("module example.com/m\n\ngo 1.24\n")
    for name, text in files.items():
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def reported(outcome: Outcome) -> list[str]:
    return [f"{each.code} {Path(each.location.path).name}" for each in outcome.findings]


@pytest.mark.parametrize("text", NOT_TEXT.values(), ids=list(NOT_TEXT))
def test_a_file_that_is_not_text_is_named(tmp_path: Path, text: bytes) -> None:
    root = module(tmp_path, {"a.go": text})
    assert reported(lint_paths([str(root)], DiskFiles())) == ["MG400 a.go"]
    assert reported(lint_paths([str(root / "a.go")], DiskFiles())) == ["MG400 a.go"]
    # Go says so too.
    assert subprocess.run([GO, "-e", root / "a.go"], capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("text", NOT_TEXT.values(), ids=list(NOT_TEXT))
def test_it_is_named_beside_others(tmp_path: Path, text: bytes) -> None:
    root = module(tmp_path, {"a.go": text, "b.go": PLAIN})
    assert reported(lint_paths([str(root)], DiskFiles())) == ["MG400 a.go"]
    assert reported(lint_paths([str(root / "b.go")], DiskFiles())) == []
    (root / "b.go").write_text(UDFS)
    assert reported(lint_paths([str(root)], DiskFiles())) == ["MG400 a.go"]


@pytest.mark.parametrize("text", TEXT.values(), ids=list(TEXT))
def test_text_is_left_alone(tmp_path: Path, text: bytes) -> None:
    root = module(tmp_path, {"a.go": text})
    assert reported(lint_paths([str(root)], DiskFiles())) == []
    assert subprocess.run([GO, "-e", root / "a.go"], capture_output=True, check=False).returncode == 0


def test_standard_input_is_checked_like_a_file(tmp_path: Path) -> None:
    root = module(tmp_path, {"a.go": PLAIN})
    path = str(root / "a.go")
    for text, found in ((b"package m\n\0", ["MG400 a.go"]), (PLAIN.encode(), [])):
        files = OverlayFiles(DiskFiles(), {path: parse(path, text)})
        assert reported(lint_paths([path], files)) == found


def test_nothing_else_is_reported_in_the_package(tmp_path: Path) -> None:
    broken = "package main\n\nfunc broken( {}\n\nfunc Exit() { os.Exit(1) }\n"
    root = module(tmp_path, {"a.go": broken, "b.go": b"package main\n\0"})
    outcome = lint_paths([str(root)], DiskFiles())
    assert reported(outcome) == ["MG400 b.go"]
    # It can't be built as a UDF module either.
    assert (outcome.modules, outcome.without_module) == ((), ())


def test_files_that_no_build_compiles_may_be_anything(tmp_path: Path) -> None:
    root = module(tmp_path, {"a.go": PLAIN, "b_test.go": b"\0", "c_windows.go": b"\0", "_d.go": b"\0"})
    assert reported(lint_paths([str(root)], DiskFiles())) == []


def test_the_finding_is_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "m"
    folder.mkdir()
    root = module(folder, {"a.go": b"\0\0"})
    machine = Machine(store=DiskStore())
    for _ in range(2):
        assert reported(lint_paths([str(root)], DiskFiles(), machine=machine)) == ["MG400 a.go"]
    (root / "a.go").write_text(PLAIN)
    assert reported(lint_paths([str(root)], DiskFiles(), machine=machine)) == []
    (root / "a.go").write_bytes(b"\0\0")
    assert reported(lint_paths([str(root)], DiskFiles(), machine=machine)) == ["MG400 a.go"]
