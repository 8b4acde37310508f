"""`modgo inspect`, as users see it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from modgo_lsp.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"
Capture = pytest.CaptureFixture[str]


def inspect(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["inspect", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inspect") / "hello.so"
    command = [sys.executable, "-m", "modgo_lsp", "build", EXAMPLES / "hello", "-o", path]
    subprocess.run(command, check=True, capture_output=True)
    return path


def test_a_module(capsys: Capture, module: Path) -> None:
    code, out, err = inspect(capsys, module)
    assert (code, err) == (0, "")
    first, *lines = out.splitlines()
    assert first.startswith(f"{module}: can be a UDF module, ")
    assert "  exports  all 6 functions of the ABI" in lines
    assert any(line.startswith("  machine  ") and "64 bits" in line for line in lines)
    assert any(line.startswith("  built    -buildmode=c-shared") for line in lines)


def test_json_is_the_contract(capsys: Capture, module: Path) -> None:
    code, out, _ = inspect(capsys, module, "--json")
    found = json.loads(out)
    assert code == 0
    assert list(found) == [
        *("path", "bytes", "elf", "exports", "needed", "glibc", "go", "verdict", "problems", "wants"),
    ]
    assert found["elf"]["class"] == 64
    assert set(found["exports"].values()) == {True}
    assert found["go"]["settings"]["-buildmode"] == "c-shared"
    assert (found["verdict"], found["problems"]) == ("module", [])


def test_another_file(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m.so"
    path.write_text("no module")
    code, out, _ = inspect(capsys, path)
    assert code == 1
    assert "not a UDF module, 9 bytes" in out
    assert "  problem  it is not an ELF file; build the package with `modgo build`" in out
    assert "\x1b" not in out


def test_no_file(capsys: Capture, tmp_path: Path) -> None:
    code, out, err = inspect(capsys, tmp_path / "none.so")
    assert (code, out) == (2, "")
    assert "none.so cannot be read (no such file or directory)" in err
