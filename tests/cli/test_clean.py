"""`modgo clean` removes the cache that modgo made, and nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from modgo_lsp.build.cache_cleaning import FOLDERS, CacheFolder
from modgo_lsp.cli.clean import _show, _size

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "modgo"
    for name, size in (("lint", 1000), ("modules", 2000)):
        (folder / name / "ab").mkdir(parents=True)
        (folder / name / "ab" / "x").write_bytes(b"x" * size)
    folder.chmod(0o700)
    return folder


def clean(cache: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "clean", *options],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache.parent)},
        timeout=60,
        check=False,
    )


def test_a_dry_run_lists_sizes_and_removes_nothing(cache: Path) -> None:
    ran = clean(cache, "--dry-run")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.search(r"^  lint +1\.0 kB  lint results$", ran.stdout, re.MULTILINE)
    assert ran.stdout.endswith("3.0 kB would be freed.\n")
    assert (cache / "lint" / "ab" / "x").exists()


def test_it_removes_the_cache_and_says_what_was_freed(cache: Path) -> None:
    answer = json.loads(clean(cache, "--json").stdout)
    assert (answer["ok"], answer["bytes"], answer["path"], answer["dry_run"]) == (
        True,
        3000,
        str(cache),
        False,
    )
    assert [(one["name"], one["files"], one["bytes"]) for one in answer["folders"]] == [
        ("lint", 1, 1000),
        ("modules", 1, 2000),
    ]
    assert [entry.name for entry in cache.iterdir()] == ["scratch"]
    assert list((cache / "scratch").iterdir()) == []
    assert clean(cache).stdout == f"{cache} is empty.\n"


def test_what_modgo_did_not_make_stays(cache: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "x").write_text("x")
    (cache / "facts").symlink_to(precious)
    (cache / "modules" / "link").symlink_to(precious)
    (cache / "sdk").write_text("a file")
    (cache / "mine").mkdir()
    ran = clean(cache)
    assert ran.returncode == 2
    assert f"{cache}/facts is left alone: it is a symbolic link" in ran.stderr
    assert f"{cache}/sdk is left alone: it is not a folder" in ran.stderr
    assert "not made by modgo, and left alone: mine" in ran.stderr
    assert (precious / "x").exists()
    assert sorted(entry.name for entry in cache.iterdir()) == ["facts", "mine", "scratch", "sdk"]


def test_what_cannot_be_removed_is_named(cache: Path) -> None:
    (cache / "scratch").write_text("in the way")
    ran = clean(cache)
    assert ran.returncode == 2
    assert f"{cache}/lint is left alone: {cache}/scratch: File exists" in ran.stderr
    assert (cache / "lint" / "ab" / "x").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_a_folder_of_somebody_else_stays(cache: Path) -> None:
    os.chown(cache / "lint", 54321, -1)
    ran = clean(cache)
    assert ran.returncode == 2
    assert f"{cache}/lint is left alone: it belongs to another user" in ran.stderr
    assert (cache / "lint" / "ab" / "x").exists()
    assert not (cache / "modules").exists()


@pytest.mark.parametrize("name", ["README.md", ".git"])
def test_a_project_that_is_the_cache_as_well_stays(cache: Path, name: str) -> None:
    (cache / ".git").mkdir() if name == ".git" else (cache / name).write_text("x")
    ran = clean(cache)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"{cache} is not only modgo's cache: it has {name}" in ran.stderr
    assert (cache / "lint" / "ab" / "x").exists()


@pytest.mark.parametrize("option", [(), ("--dry-run",)])
def test_a_cache_that_cannot_be_used(option: tuple[str, ...], tmp_path: Path) -> None:
    cache = tmp_path / ("x" * 300) / "modgo"
    ran = clean(cache, *option)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"Error: {cache} cannot be used (File name too long)\nHelp: set XDG_CACHE_HOME\n"


def test_files_of_running_commands_stay(cache: Path) -> None:
    for name, age in (("running", 60), ("killed", 7200)):
        folder = cache / "scratch" / name
        folder.mkdir(parents=True)
        (folder / "x").write_text("x")
        os.utime(folder, (time.time() - age, time.time() - age))
    assert clean(cache).returncode == 0
    assert [entry.name for entry in (cache / "scratch").iterdir()] == ["running"]


def test_the_folders_are_those_that_the_code_makes() -> None:
    made: set[str] = set()
    for path in (ROOT / "modgo_lsp").rglob("*.py"):
        made.update(re.findall(r'cache_directory\(\) / "([\w-]+)"', path.read_text()))
        made.update(re.findall(r'FactsCache\("([\w-]+)"\)', path.read_text()))
    assert made | {"facts"} == FOLDERS.keys()


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_900, "999.9 kB"),
        (1_000_000, "1.0 MB"),
        (1_500_000_000, "1.5 GB"),
    ],
)
def test_sizes(size: int, shown: str) -> None:
    assert _size(size) == shown


def test_all_that_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    folders = [
        CacheFolder("lint", "/c/lint", "lint results", 1, 1000),
        CacheFolder("modules", "/c/modules", "modules", 2, 2_000_000),
        CacheFolder("sdk", "/c/sdk", "the SDK", 0, 5, "it is not a folder"),
    ]
    table = "/c\n  lint        1.0 kB  lint results\n  modules     2.0 MB  modules\n"
    error = "Error: /c/sdk is left alone: it is not a folder\n"
    for is_dry, end in ((True, "2.0 MB would be freed.\n"), (False, "Freed 2.0 MB.\n")):
        _show(folders, "/c", 2_001_000, is_dry)
        assert capsys.readouterr() == (table + end, error)
        _show([], "/c", 0, is_dry)
        assert capsys.readouterr() == ("/c is empty.\n", "")
