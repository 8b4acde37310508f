"""The cache folder: which leftovers are removed, and when."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from modgo_lsp.build.cache import (
    cache_directory,
    cached_module,
    forget_old,
    move_once,
    once,
    scratch_directory,
)
from modgo_lsp.build.facts_cache import DiskFactsCache, sweep


def test_folders_of_killed_processes_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    left = [cache_directory() / "scratch" / name for name in ("old", "new")]
    for folder in left:
        folder.mkdir(parents=True)
        (folder / "module.so").touch()
    long_ago = time.time() - 2 * 86400
    os.utime(left[0], (long_ago, long_ago))
    with scratch_directory() as own:
        assert sorted(own.parent.iterdir()) == sorted([left[1], own])
    assert list(own.parent.iterdir()) == [left[1]]


def test_what_another_process_has_made_meanwhile_stays(tmp_path: Path) -> None:
    made, there = tmp_path / "made", tmp_path / "cache" / "there"
    for folder, text in ((there, "theirs"), (made, "ours")):
        folder.mkdir(parents=True)
        (folder / "x").write_text(text)
    move_once(made, there)
    assert (there / "x").read_text() == "theirs"
    blocked = tmp_path / "blocked"
    blocked.touch()
    with pytest.raises(NotADirectoryError):
        move_once(made, blocked)
    move_once(made, tmp_path / "new" / "there")
    assert (tmp_path / "new" / "there" / "x").read_text() == "ours"


def test_a_new_value_removes_those_of_long_ago(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache = DiskFactsCache("facts")
    cache.put("old", b"1")
    assert cache.get("old") == b"1"
    for path in Path(cache.folder).rglob("*"):
        os.utime(path, (1, 1))
    cache.put("new", b"2")
    assert (cache.get("old"), cache.get("new")) == (None, b"2")


def test_the_files_used_longest_ago_are_removed_first(tmp_path: Path) -> None:
    """Those of more than `days` ago, and then the oldest until the rest is small enough."""
    now = time.time()
    for name, days in (("a", 40), ("b", 20), ("c", 10), ("d", 1)):
        path = tmp_path / "sub" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(100))
        os.utime(path, (now - days * 86400, now - days * 86400))
    read_lately = tmp_path / "sub" / "e"
    read_lately.write_bytes(bytes(100))
    os.utime(read_lately, (now, now - 50 * 86400))
    sweep(str(tmp_path), 30, 1000)
    assert sorted(each.name for each in (tmp_path / "sub").iterdir()) == ["b", "c", "d", "e"]
    sweep(str(tmp_path), 5, 0)  # it ran today
    assert len(list((tmp_path / "sub").iterdir())) == 4
    (tmp_path / ".swept").unlink()
    sweep(str(tmp_path), 30, 200)
    assert sorted(each.name for each in (tmp_path / "sub").iterdir()) == ["d", "e"]


def test_each_folder_and_kind_of_build_has_its_own_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = cached_module("/a/m")
    assert (made.parents[1], made.name) == (cache_directory() / "modules", "m.so")
    assert made == cached_module("/a/m")
    assert len({made.parent, cached_module("/b/m").parent, cached_module("/a/n").parent}) == 3
    assert cached_module("/a/m", "coverage") == made.parent / "coverage" / "m.so"
    assert cached_module("/").name == "module.so"


def test_a_folder_is_filled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    calls: list[Path] = []

    def fill(folder: Path) -> None:
        calls.append(folder)
        (folder / "x").write_text("x")

    there = cache_directory() / "kind" / "there"
    for _ in range(2):
        assert once(there, fill) == there
        assert (there / "x").read_text() == "x"
    assert len(calls) == 1

    def fail(folder: Path) -> None:
        fill(folder)
        raise OSError(28, "full")

    with pytest.raises(OSError, match="full"):
        once(there.with_name("other"), fail)
    assert [each.name for each in there.parent.iterdir()] == ["there"]
    assert list((cache_directory() / "scratch").iterdir()) == []


def test_folders_of_long_ago_are_removed_and_files_stay(tmp_path: Path) -> None:
    now = time.time()
    for name, days in (("new", 2.9), ("old", 3.1)):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}.txt").touch()
        for each in (tmp_path / name, tmp_path / f"{name}.txt"):
            os.utime(each, (now - days * 86400, now - days * 86400))
    forget_old(tmp_path, 3)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["new", "new.txt", "old.txt"]
    forget_old(tmp_path / "gone", 3)


@pytest.mark.parametrize("damaged", [b"", b"\0" * 20, b"\0" * 4, None])
def test_a_damaged_value_counts_as_missing(
    damaged: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache = DiskFactsCache("facts")
    cache.put("abc", b"a value")
    path = Path(cache.folder, "ab", "abc")
    assert cache.get("abc") == b"a value"
    assert cache.get("ab") is None
    path.write_bytes(path.read_bytes()[:-1] + b"x" if damaged is None else damaged)
    assert cache.get("abc") is None
    cache.put("abc", b"")
    assert cache.get("abc") == b""
    assert DiskFactsCache("other").get("abc") is None
    (tmp_path / "modgo" / "full").write_text("in the way")
    full = DiskFactsCache("full")
    full.put("abc", b"a value")
    assert full.get("abc") is None
