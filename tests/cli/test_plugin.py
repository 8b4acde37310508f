"""`modgo plugin`: the two files, and that files in use are replaced, not overwritten."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from modgo_lsp.cli import plugin
from modgo_lsp.cli.plugin import LIBRARY, WORKER, command
from tests.elf_files import elf

FILES = {LIBRARY: elf(rest=b"library 2"), WORKER: elf(segments=(3, 1), rest=b"worker 2")}
OLD = elf(rest=b"library 1")


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, data in FILES.items():
        path = tmp_path / "linux-arm64" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    monkeypatch.setattr(
        plugin, "server_plugin", lambda arch: tmp_path / "linux-arm64" if arch == "arm64" else None
    )
    return tmp_path / "modgo"


def run(output: Path, *options: str, target: str = "linux/arm64") -> Result:
    return CliRunner().invoke(command, ["-o", str(output), "--target", target, *options])


def test_both_files_are_written_and_executable(output: Path) -> None:
    done = run(output)
    assert done.exit_code == 0, done.output
    assert f"{output / LIBRARY}: {len(FILES[LIBRARY])} bytes, linux/arm64\n" in done.stdout
    start = f"start it with LD_PRELOAD={output / LIBRARY}"
    assert done.stderr == f"Help: install both on each server and {start}\n"
    for name, data in FILES.items():
        assert (output / name).read_bytes() == data
        assert (output / name).stat().st_mode & stat.S_IXUSR
    assert sorted(path.name for path in output.rglob("*") if path.is_file()) == [
        "libmod_go_asd.so",
        "mod-go-worker",
    ]


def test_a_loaded_file_is_replaced_not_overwritten(output: Path) -> None:
    (output / "lib").mkdir(parents=True)
    (output / LIBRARY).write_bytes(OLD)
    with (output / LIBRARY).open("rb") as loaded:
        assert run(output).exit_code == 0
        assert (output / LIBRARY).read_bytes() == FILES[LIBRARY]
        assert loaded.read() == OLD


def test_json(output: Path) -> None:
    report = json.loads(run(output, "--json").stdout)
    assert (report["ok"], report["target"]) == (True, "linux/arm64")
    assert report["environment"] == {"LD_PRELOAD": str(output / LIBRARY)}
    assert [(file["path"], file["bytes"], len(file["sha256"])) for file in report["files"]] == [
        (str(output / LIBRARY), len(FILES[LIBRARY]), 64),
        (str(output / WORKER), len(FILES[WORKER]), 64),
    ]


def test_a_missing_plugin_and_a_folder_that_cannot_be_written(output: Path) -> None:
    done = run(output, target="linux/amd64")
    assert done.exit_code == 2
    assert "this modgo has no server plugin for linux/amd64" in done.stderr
    assert run(output, target="linux/riscv64").exit_code == 2
    output.write_text("a file")
    done = run(output)
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
