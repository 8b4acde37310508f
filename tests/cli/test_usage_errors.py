"""Words that a command refuses: exit code 2, what is wrong, and what to do instead."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
from pathlib import Path

import pytest

CLUSTER = ("--hosts", "127.0.0.1:1")
# By message: the words, and what to do.
REFUSED = {
    "--reason needs --add-suppressions": (("lint", "--reason", "x"), "add it, or leave --reason out"),
    "--force needs --write-baseline": (("lint", "--force"), "leave it out"),
    "--show-fixes needs --fix or --diff": (("lint", "--show-fixes"), "add one of them"),
    "standard input has no file name": (("lint", "-"), "add --stdin-filename FILE"),
    "a.txt is no Go file": (("lint", "--stdin-filename", "a.txt"), "name a file that ends in .go"),
    "--stdin-filename and other paths cannot be combined": (
        ("lint", "--stdin-filename", "a.go", "b.go"),
        "leave the other paths out",
    ),
    "--baseline names no file": (("lint", "--write-baseline", "--baseline", ""), "name one, or leave it out"),
    "-o is empty": (("build", ".", "-o", ""), "name a file, or leave -o out"),
    "--hosts names no host": (("modules", "--hosts", " , "), "write HOST or HOST:PORT"),
    "--key has no key": (("apply", "m", "f", *CLUSTER, "--key", '["a", "b", null]'), "add one"),
    "--watch and --accept cannot be combined": (("test", "--watch", "--accept"), "leave one of them out"),
    "--watch writes no coverage": (("test", "--watch", "--coverage"), "leave out one of --watch and"),
    "--watch shows text": (
        ("test", "--watch", "--output-format", "junit"),
        "leave out --output-format junit",
    ),
    "gone.case.yaml does not exist": (("test", "gone.case.yaml"), "name a package's folder, a module (.so)"),
    "gone is not a folder": (
        ("sdk", "install", "--write", "--path", "gone"),
        "name a folder of your Go module",
    ),
    "--pipe names no file": (("lsp", "--pipe", ""), "name a file that doesn't exist"),
    "no socket can be made at xxx": (("lsp", "--pipe", "x" * 200), "name a file that doesn't exist"),
    "--pipe makes no socket there": (("lsp", "--pipe", "nowhere/x"), "name a file that doesn't exist"),
}
# Each of these needs the report of lint for itself.
ALONE = ("--fix", "--diff", "--write-baseline", "--add-suppressions", "--watch")
OTHERS = (("--stdin-filename", "a.go"), ("--build",), ("--new-since", "HEAD"))


def modgo(folder: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "modgo_lsp", *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


@pytest.mark.parametrize("message", REFUSED)
def test_words_that_are_refused(tmp_path: Path, message: str) -> None:
    words, remedy = REFUSED[message]
    code, printed = modgo(tmp_path, *words)
    assert code == 2
    assert printed.startswith(f"Error: {message}")
    assert f"\nHelp: {remedy}" in printed


def combinations() -> list[tuple[str, ...]]:
    pairs = [pair for pair in itertools.combinations(ALONE, 2) if pair != ("--fix", "--diff")]
    mixed = itertools.product(ALONE, OTHERS)
    allowed = {("--fix", "--stdin-filename"), ("--diff", "--stdin-filename"), ("--watch", "--build")}
    return [
        *pairs,
        *((alone, *other) for alone, other in mixed if (alone, other[0]) not in allowed),
        *((*one, *other) for one, other in itertools.combinations(OTHERS, 2)),
    ]


@pytest.mark.parametrize("words", combinations(), ids=" ".join)
def test_options_of_lint_that_cannot_be_combined(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, printed = modgo(tmp_path, "lint", *words)
    assert code == 2
    first, _, rest = printed.partition("\n")
    assert first.endswith(" cannot be combined")
    named = first.removeprefix("Error: ").removesuffix(" cannot be combined").split(" and ")
    assert set(named) == {word for word in words if word.startswith("--")}
    assert rest == "Help: leave one of them out\n"


def test_a_port_that_is_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]
        code, printed = modgo(tmp_path, "debug", "--dap", str(port))
    assert code == 2
    assert printed.startswith(f"Error: the port {port} cannot be used (")
    assert "\nHelp: choose another, or 0\n" in printed
