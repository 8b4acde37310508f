"""`modgo load` as a process."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.load import _show
from modgo_lsp.host.result import Failure, FunctionInfo, LoadResult, LogLine, ParameterInfo
from tests.modgo_command import modgo

ROOT = Path(__file__).parents[2]
UDFS = ROOT / "tests" / "build" / "modules" / "udfs"


def test_a_package_in_text_and_json(tmp_path: Path) -> None:
    done = modgo("load", str(UDFS), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "loaded and set up (ABI 1.0, go-version go1." in done.stdout
    assert "  add(bin string, by int64) (int64, error)  udfs.go:26\n" in done.stdout
    assert "      Add adds by to a bin and returns its new value\n" in done.stdout
    result = json.loads(modgo("load", str(UDFS), "--json", cwd=tmp_path).stdout)
    assert (result["abi"], result["setup"]) == ({"major": 1, "minor": 0}, 0)
    assert list(tmp_path.iterdir()) == []


def test_setup_problems_are_findings_and_exit_with_1(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text((UDFS / "go.mod").read_text())
    text = (UDFS / "shared" / "shared.go").read_text()
    (tmp_path / "m.go").write_text(
        text.replace('Register("double", Double)', 'Register("double", none)\n\nvar none func()')
    )
    done = modgo("load", cwd=tmp_path)
    assert done.returncode == 1
    assert "MG404 error:" in done.stdout
    assert "m.go:12:" in done.stdout


def test_a_file_that_is_not_a_module_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "x.so").write_text("text")
    for name in ("x.so", "none.so", "none"):
        done = modgo("load", name, cwd=tmp_path)
        assert done.returncode == 2
        assert name in done.stderr
        assert "Traceback" not in done.stderr
    assert json.loads(modgo("load", "x.so", "--json", cwd=tmp_path).stdout)["error"]["kind"] == "usage"


def test_a_failure_in_text_has_frames_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    failure = Failure("timeout", "the setup did not end", ("m.go:5", "n.go:6"), "look for waiting")
    _show(LoadResult("m.so", failure=failure, logs=(LogLine("info", "begins"),)), "")
    assert capsys.readouterr() == (
        "",
        "info: begins\nError: the setup did not end\n  at m.go:5\n  at n.go:6\nHelp: look for waiting\n",
    )
    _show(LoadResult("m.so", failure=Failure("abi", "no module")), "")
    assert capsys.readouterr() == ("", "Error: no module\n")


def test_a_module_without_functions_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    _show(LoadResult("m.so", abi=(1, 0), properties={"go-version": "", "conn-name": "x"}), "")
    assert capsys.readouterr().out == "m.so: loaded and set up (ABI 1.0, x)\n  it registers no functions\n"


def test_a_module_with_its_functions(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = (
        FunctionInfo(
            "add", "record", (ParameterInfo("n", "int64"),), ("error",), "Adds n. Slowly.", "m.go:7"
        ),
        FunctionInfo("sum", "stream", doc="Sums\nup.\n\nIn all."),
        FunctionInfo("none"),
    )
    properties = {"conn-version": "2", "conn-name": "x", "dispatch": "registry", "go-version": "go1.26"}
    loaded = LoadResult("m.so", (1, 2), properties, 0, functions, logs=(LogLine("info", "begins"),))
    lines = (
        "[1]%s[0]: %sloaded and set up (ABI 1.2, go-version go1.26, dispatch registry, x 2)\n"
        "  [32]add(n int64) error[0]  m.go:7\n      Adds n\n"
        "  [32]sum()[0]  stream\n      Sums up\n"
        "  [32]none()[0]\n"
    )
    _show(loaded, "")
    assert capsys.readouterr() == (re.sub(r"\[\d+\]", "", lines % ("m.so", "")), "info: begins\n")
    monkeypatch.setattr(global_options(), "color", "always")
    _show(loaded, "./m")
    shown = re.sub(r"\x1b\[(\d+)m", r"[\1]", capsys.readouterr().out)
    assert shown == lines % ("./m", "built, ")
