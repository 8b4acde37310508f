"""The cache folder: which leftovers are removed, and when."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from modgo_lsp.build.cache import cache_directory, scratch_directory


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
