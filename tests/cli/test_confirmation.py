"""Questions before something is replaced or removed: who can be asked, and what an answer does."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = """
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.confirmation import ask
try:
    ask("2 nodes would lose\\x1b the module m", "remove", {as_json})
except CliError as error:
    print(f"{{error.message!r}}; {{error.remedy}}")
else:
    print("removed")
"""


def asked(answer: bytes | None, as_json: bool = False) -> tuple[int, str, str]:
    """The exit code, and what is written, if `answer` is typed on a terminal; None for no terminal."""
    ours, its = pty.openpty()
    if answer is not None:
        os.write(ours, answer)
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(as_json=as_json)],
        stdin=subprocess.DEVNULL if answer is None else its,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    os.close(ours)
    os.close(its)
    return done.returncode, done.stdout, done.stderr


def test_an_answer_on_a_terminal() -> None:
    question = "2 nodes would lose\\u001b the module m. Remove it? [y/N]: "
    assert asked(b"y\n") == (0, "removed\n", question)
    for no in (b"n\n", b"\n"):
        assert asked(no) == (1, "", f"{question}Nothing was changed.\n")


@pytest.mark.parametrize(("answer", "as_json"), [(None, False), (None, True), (b"y\n", True)])
def test_where_nobody_can_be_asked_it_is_an_error(answer: bytes | None, as_json: bool) -> None:
    code, out, err = asked(answer, as_json)
    assert (code, err) == (0, "")
    assert out == "'2 nodes would lose\\x1b the module m'; add --yes to remove it\n"
