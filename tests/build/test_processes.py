"""Running a program: its output, its end, and one that takes too long."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from modgo_lsp.build.process import TooSlowError, run


async def test_each_line_of_standard_error(tmp_path: Path) -> None:
    lines: list[str] = []
    script = "printf 'one\\n\\ntwo\\nlast' >&2; printf '\\377out\\n'; exit 3"
    done = await run(["/bin/sh", "-c", script], cwd=tmp_path, on_line=lines.append)
    assert (done.code, done.stdout, done.stderr) == (3, "\ufffdout\n", "one\n\ntwo\nlast")
    assert lines == ["one", "", "two"]


async def test_a_program_that_takes_too_long_is_stopped_with_its_children(tmp_path: Path) -> None:
    script = "sleep 1000 & echo $! > child; wait"
    with pytest.raises(TooSlowError, match=r"^/bin/sh took longer than 0.5 s and was stopped$"):
        await run(["/bin/sh", "-c", script], cwd=tmp_path, timeout=0.5)
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 60  # a signal may arrive a little later
    with suppress(psutil.NoSuchProcess):
        while psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline
            time.sleep(0.01)


async def test_what_a_program_is_started_with(tmp_path: Path) -> None:
    script = (
        "import os, sys; print(os.getcwd(), os.environ['A'], os.getsid(0) == os.getpid(), sys.stdin.read())"
    )
    done = await run([sys.executable, "-c", script], cwd=tmp_path, env={"A": "b"})
    assert (done.code, done.stdout, done.stderr) == (0, f"{tmp_path} b True \n", "")
    done = await run(["/bin/sh", "-c", "kill -9 $$"], cwd=tmp_path)
    assert done.code == -9
    with pytest.raises(FileNotFoundError):
        await run([str(tmp_path / "gone")], cwd=tmp_path)


async def test_a_line_that_comes_in_pieces(tmp_path: Path) -> None:
    lines: list[str] = []
    script = "printf '%070000d\\nend\\n' 7 >&2"
    done = await run(["/bin/sh", "-c", script], cwd=tmp_path, on_line=lines.append)
    assert lines == ["7".rjust(70000, "0"), "end"]
    assert done.stderr == "\n".join(lines)
