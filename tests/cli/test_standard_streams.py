"""Every command with standard streams that are closed, full or not files: at most one line of error."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.commands import COMMANDS
from modgo_lsp.cli.standard_input import read_bytes, read_text
from modgo_lsp.cli.standard_streams import _Lenient

ROOT = Path(__file__).parents[2]
# Arguments with which each command has output.
WORDS: dict[str, tuple[str, ...]] = {
    "lint": ("lint",),
    "rule": ("rule", "MG101"),
    "build": ("build", "no/such/folder"),
    "inspect": ("inspect", "go.mod"),
    "load": ("load", "no/such.so"),
    "call": ("call", "no/such.so", "add"),
    "bench": ("bench", "no/such.so", "add"),
    "debug": ("debug", "no/such.so", "add"),
    "deploy": ("deploy", "no/such.so", "--hosts", "127.0.0.1:1"),
    "modules": ("modules", "--hosts", "127.0.0.1:1"),
    "apply": ("apply", "m", "f", "--hosts", "127.0.0.1:1"),
    "undeploy": ("undeploy", "m", "--hosts", "127.0.0.1:1"),
    "plugin": ("plugin", "--help"),
    "sdk": ("sdk", "--help"),
    "config": ("config",),
    "clean": ("clean", "--dry-run"),
    "doctor": ("doctor", "--json"),
    "lsp": ("lsp",),
    "completion": ("completion", "bash"),
}
STREAMS = (
    ">&-",
    "2>&-",
    "<&-",
    ">&- 2>&- <&-",
    ">/dev/full",
    "2>/dev/full",
    ">/dev/full 2>/dev/full",
    "1<go.mod",
)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_stream_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.24\n")
    (tmp_path / "m.go").write_text("package m\n\nfunc f() {\n")  # a finding, so that lint has output
    words = WORDS.get(name, (name, "no/such.so"))
    for streams in STREAMS:
        done = subprocess.run(
            ["sh", "-c", f'"$@" {streams}', "sh", sys.executable, "-m", "modgo_lsp", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        where = f"{words} {streams}"
        assert done.returncode in (0, 1, 2), f"{where}: {done.returncode} {done.stderr}"
        assert "modgo itself" not in done.stderr, f"{where}: {done.stderr}"
        assert "Traceback" not in done.stderr, where
        assert "Exception ignored" not in done.stderr, where
        if ">/dev/full" in streams.split() and done.returncode == 2 and "Error" in done.stderr:
            assert len(done.stderr.splitlines()) <= 2, f"{where}: {done.stderr}"


def test_lost_results_are_an_error(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >/dev/full', "sh", sys.executable, "-m", "modgo_lsp", "rule", "--all"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: the standard output cannot be written (No space left on device)\n"


def test_a_reader_that_ends_early_is_as_a_signal() -> None:
    """As in `modgo rule --all | head`: the exit code is that of a program that SIGPIPE ends."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "modgo_lsp", "rule", "--all"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(write)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


def give(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def test_standard_input_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    give("\ufeffgrün\r\n".encode(), monkeypatch)
    assert read_text("give less") == "grün\r\n"
    give(b"abc\xff", monkeypatch)
    with pytest.raises(CliError, match=r"standard input is not UTF-8 text \(byte 4\)") as refused:
        read_text("give less")
    assert refused.value.remedy == "give less"


def test_standard_input_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    give(bytes(64 << 20), monkeypatch)
    assert len(read_bytes("give less")) == 64 << 20
    give(bytes((64 << 20) + 1), monkeypatch)
    with pytest.raises(CliError, match="standard input has more than 64 MiB") as refused:
        read_bytes("give less")
    assert refused.value.remedy == "give less"


def test_standard_error_is_written_at_each_line_and_when_it_is_flushed(tmp_path: Path) -> None:
    path = tmp_path / "error"
    stream = _Lenient(path.open("w", encoding="utf-8"))
    assert stream.write("a") == 1
    assert path.read_bytes() == b""
    stream.flush()
    assert path.read_bytes() == b"a"
    stream.write("b\nü")
    assert path.read_bytes() == b"ab\n\xc3\xbc"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("flushes", [False, True])
def test_standard_error_that_is_full_is_discarded(flushes: bool) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        stream = _Lenient(full)
        if flushes:
            stream.write("a")
            stream.flush()
        assert stream.write("bc\n") == 3
        assert os.fstat(stream.fileno()).st_rdev == Path(os.devnull).stat().st_rdev
