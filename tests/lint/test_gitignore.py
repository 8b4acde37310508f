"""Which paths .gitignore files ignore, compared with git itself."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.gitignore import Patterns
from modgo_lsp.lint.target_folders import find_targets

PIECES = (
    *("a", "b", "ab", "a.go", "b.go", "a b.go", "*.go", "*", "**", "***", "?", "a*", "*b", "*a*", "a**b"),
    *("[ab]", "[!a]", "[^b]*", "[a-c].go", "[c-a]", "[--b]", "[b-]*", "[]a]", "[!]a]", "[a", r"[a\]b]"),
    *("[[:alpha:]].go", "[[:lower:]b]", "[[:nope:]]", r"\a", r"\*", "\\"),
)
FOLDERS = (".", "a", "b", "ab", "a/b", "a/ab", "b/a", "a/b/a")


def pattern(choose: random.Random) -> str:
    inside = "/".join(choose.choice(PIECES) for _ in range(choose.choice((1, 1, 1, 2, 2, 3))))
    before, after = choose.choice(("", "", "/")), choose.choice(("", "", "/", " ", "/**", "\r"))
    return choose.choice(("", "", "", "!")) + before + inside + after


def seen_by_git(root: Path) -> set[str]:
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return {path for path in listed.split("\0") if path.endswith(".go")}


def seen_by_us(root: Path) -> set[str]:
    targets, _ = find_targets([str(root)], DiskFiles())
    return {
        path.relative_to(root).as_posix()
        for target in targets
        for path in Path(target.directory).glob("*.go")
        if target.files is None or str(path) in target.files
    }


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_git_ignores(tmp_path: Path, seed: int) -> None:
    choose = random.Random(seed)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for _ in range(25):
        for entry in tmp_path.iterdir():
            if entry.is_file():
                entry.unlink()
            elif entry.name != ".git":
                shutil.rmtree(entry)
        for folder in FOLDERS:
            for name in ("a.go", "b.go", "ab.go", "a b.go"):
                if choose.random() < 0.6:
                    path = tmp_path / folder / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text("package p\n")
        written = {}
        for folder in choose.sample(FOLDERS, 3):
            if (tmp_path / folder).is_dir():
                written[folder] = [pattern(choose) for _ in range(choose.choice((1, 2, 4)))]
                (tmp_path / folder / ".gitignore").write_text("\n".join(written[folder]), newline="")
        assert seen_by_us(tmp_path) == seen_by_git(tmp_path), written


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (b"\xef\xbb\xbfa.go\r\n", "a.go", True),
        (b"# a.go\n\\#b.go\n", "#b.go", True),
        (b"# a.go\n", "# a.go", None),
        (b"a.go  \n", "a.go", True),
        (b"a\\ \n", "a ", True),
        (b"*.go\n!a.go\n", "in/a.go", False),
        (b"!\n/\n//\n\\\n[\n", "a.go", None),
        (rb"[a-\c].go", "b.go", True),
        (rb"[a-\c].go", "d.go", None),
        (b"[[:a]b.go", ":b.go", True),
        (b"[[:a]b.go", "[b.go", True),
        (b"[[:-]", ";", None),
        (b"[[:x-z]", "y", True),
        (b"[a-\\", "a", None),
        (b"[[:a", "[:a", None),
        (b"caf\xc3\xa9.go\n", "café.go", True),
        (b"caf\xe9.go\n", "caf\udce9.go", True),
    ],
)
def test_lines(text: bytes, path: str, expected: bool | None) -> None:
    assert Patterns(text).verdict(path, False) is expected


def test_a_folder_covers_what_is_in_it() -> None:
    patterns = Patterns(b"legacy/\n/old/*.go\n")
    assert [patterns.covers(path) for path in ("in/legacy/deep/a.go", "old/a.go", "new/old/a.go")] == [
        True,
        True,
        False,
    ]


def test_many_stars_end_soon() -> None:
    assert Patterns(b"*a*a*a*a*a*a*b\n").verdict("a" * 200, False) is None
