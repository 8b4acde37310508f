"""Names and texts of a repository or a module reach a terminal without control characters."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from modgo_lsp.build.module_inspection import Inspection
from modgo_lsp.cli.call_report import show_outcome
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.inspect import _show as show_inspection
from modgo_lsp.cli.load import _show as show_load
from modgo_lsp.cli.modules import _Listing
from modgo_lsp.cli.modules import _show as show_modules
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.host.result import CallResult, Failure, FunctionInfo, LoadResult, LogLine
from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import List
from modgo_lsp.model.finding import Finding, Fix, Location, Related
from modgo_lsp.report.colours import Painter
from modgo_lsp.report.concise import report_concise
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.sources import Sources
from modgo_lsp.report.terminal_escapes import on_a_line, shown, styled
from modgo_lsp.report.text import report_text
from modgo_lsp.ship.cluster import Node
from modgo_lsp.ship.module_listing import RemoteModule
from modgo_lsp.ship.node_status import ModuleStatus, NodeReport, NodeStatus

ROOT = Path(__file__).parents[2]
SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
# A colour, a title, a cleared screen, C1's CSI, DEL, a carriage return, and reversed text.
EVIL = "a\x1b[31mb\x1b]0;title\x07\x1b[2J\x9b31m\x7f\r\b\u202eabc\u2066d\u200f"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
OURS = re.compile(r"\x1b\[(0|1|2|3[0-7])m")
Attack = Callable[[str], None]


def harmless(text: str, coloured: bool = False) -> bool:
    return OBEYED.search(OURS.sub("", text) if coloured else text) is None


def finding(path: Path) -> Finding:
    place = Location(str(path), Span(0, 3))
    fix = Fix(EVIL, (), True)
    return Finding(
        code="MG101",
        severity="error",
        message=EVIL,
        location=place,
        fixes=(fix,),
        related=(Related(place, EVIL),),
    )


@pytest.mark.parametrize("report", [report_text, report_concise])
@pytest.mark.parametrize("coloured", [False, True])
def test_findings(
    report: Callable[..., str],
    coloured: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    attack: Attack,
) -> None:
    attack("inputs")
    path = tmp_path / f"x{EVIL.replace('/', '')}.go"
    path.write_text(f"abc // {EVIL}\n")
    text = report(LintReport([finding(path)], Sources(DiskFiles(), str(tmp_path)), paint=Painter(coloured)))
    assert harmless(shown(text), coloured)
    assert "\\u001b[31mb" in shown(text)
    if report is report_concise:
        assert len(text.splitlines()) == 1


def test_colours_in_names_are_escaped() -> None:
    assert shown(styled(f"x{EVIL}", fg="red")) == f"\x1b[31m{shown(f'x{EVIL}')}\x1b[0m"
    assert shown("\x1b[31mred") == "\\u001b[31mred"


@pytest.mark.parametrize("text", ["\x1b", "\u202e", "\ud800", "a\ufeff\x9bb"])
def test_an_escape_is_that_of_json(text: str) -> None:
    assert json.loads(f'"{shown(text)}"') == text
    assert shown(text).isascii()


def test_a_document_in_json_stays_what_it_is() -> None:
    text = json.dumps({"name": EVIL}, ensure_ascii=False)
    assert harmless(shown(text))
    assert json.loads(shown(text)) == {"name": EVIL}


def test_on_a_line_is_one() -> None:
    assert on_a_line("a\nb\tc\u2028d") == "a\\u000ab\\u0009c\\u2028d"


RESULT = CallResult(
    EVIL, Record(), Record(bins={"a": EVIL}), value=List((EVIL,)), logs=(LogLine(EVIL, EVIL, EVIL),)
)
FAILED = msgspec.structs.replace(
    RESULT, failure=Failure("panic", EVIL, frames=(EVIL,), remedy=EVIL, replay=EVIL)
)
LOADED = LoadResult(
    path=EVIL,
    abi=(1, 0),
    properties={"go-version": EVIL, "dispatch": EVIL, "conn-name": EVIL, "conn-version": EVIL},
    setup=0,
    functions=(FunctionInfo(EVIL, "record", (), (), EVIL, EVIL),),
    logs=(LogLine(EVIL, EVIL, EVIL),),
)
STATUS = NodeStatus(1, EVIL, "fenced", "standard", EVIL, 1, (ModuleStatus(EVIL, {}, [0] * 64),))
NODES = (NodeReport(Node(EVIL, "127.0.0.1:3000"), STATUS), NodeReport(Node(EVIL, EVIL), None, EVIL))
MODULE = RemoteModule(EVIL, "go", (EVIL,), None, EVIL, 0, 1, 1, problems=(EVIL,))
INSPECTED = Inspection(EVIL, 1, None, {}, (EVIL,), EVIL, None, "not-a-module", (EVIL,))
SHOWN: dict[str, Callable[[], object]] = {
    "call": lambda: show_outcome(RESULT),
    "failed call": lambda: show_outcome(FAILED),
    "load": lambda: show_load(LOADED, ""),
    "load of a package": lambda: show_load(LOADED, EVIL),
    "failed load": lambda: show_load(msgspec.structs.replace(LOADED, failure=FAILED.failure), ""),
    "modules": lambda: show_modules(_Listing(NODES, (MODULE,)), None, 1),
    "inspect": lambda: show_inspection(INSPECTED),
    "error": lambda: CliError(EVIL, EVIL).show(),
}


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("coloured", ["", "1"])
def test_what_commands_show(
    name: str,
    coloured: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    attack: Attack,
) -> None:
    attack("inputs")
    monkeypatch.setenv("FORCE_COLOR", coloured)
    monkeypatch.delenv("NO_COLOR", raising=False)
    SHOWN[name]()
    out, err = capsys.readouterr()
    assert "title" in out + err
    assert harmless(out, bool(coloured)), repr(out)
    assert harmless(err, bool(coloured)), repr(err)


COMMANDS = (
    ("lint",),
    ("lint", "--output-format", "concise"),
    ("lint", "--output-format", "json"),
    ("lint", "--output-format", "github"),
    ("lint", "--output-format", "sarif"),
    ("lint", "--diff", "--unsafe-fixes"),
    ("lint", "no\x1b[31msuch"),
    ("build", "no\x1b[31msuch"),
    ("build", "."),
    ("load", "no\x1b[31msuch.so"),
    ("load", "x\x1b[31m.so"),
    ("call", "x\x1b[31m.so", "f\x1b[31m"),
    ("inspect", "x\x1b[31m.so"),
    ("config",),
    ("rule", "MG\x1b[31m"),
    ("doctor", "--bug-report"),
    ("\x1b[31m",),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: ascii(" ".join(words)))
def test_on_a_real_terminal(words: tuple[str, ...], tmp_path: Path, attack: Attack) -> None:
    attack("repositories")
    folder = tmp_path / f"m{EVIL.replace('/', '')}"
    folder.mkdir()
    (folder / "go.mod").write_text(f"module example.com/m\n\ngo 1.24\n\nrequire {SDK} v1.0.0 // {EVIL}\n")
    name = f"m{EVIL}.go".replace("/", "")
    (folder / name).write_text(
        f'package m\n\nimport "{SDK}"\n\n// {EVIL}\n'
        f"func Add(r *udf.Record, n chan int) int64 {{ return {EVIL} }}\n"
        f'func init() {{ udf.Register("{EVIL}", Add); udf.Register("a\\x1b[31mb", Add) }}\n'
    )
    (folder / "modgo.toml").write_text('"k\\u001b[31m" = 1\nselect = ["\\u001b[31m"]\n')
    (folder / "x\x1b[31m.so").write_text(EVIL)
    written = on_terminal([sys.executable, "-m", "modgo_lsp", *words], folder)
    assert written
    # The terminal's own: line ends, our colours, and a line that is cleared.
    text = OURS.sub("", written.replace("\r\n", "\n").replace("\r\x1b[K", ""))
    text = re.sub(r"\x1b\[(\?25[lh]|2K|1A)|\r(?=[^\n])", "", text)  # rich's line that changes
    assert harmless(text), ascii(text)


def on_terminal(command: list[str], folder: Path) -> str:
    """The output of a command whose standard output and error are one terminal."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=its,
        stderr=its,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "GOPROXY": "off"},
    )
    os.close(its)
    parts = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the end of a terminal
            break
        if not part:
            break
        parts.append(part)
    os.close(ours)
    process.wait(timeout=60)
    return b"".join(parts).decode("utf-8", "replace")
