"""Running a program: its output, its end, and one that takes too long."""

from __future__ import annotations

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
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE
