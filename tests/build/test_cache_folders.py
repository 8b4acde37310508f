"""The cache and the state folder are used only if nobody else can have written to them."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.build import cache_folders
from modgo_lsp.build.cache_folders import own_folder
from modgo_lsp.build.ownership import foreign_hand

IS_ROOT = os.geteuid() == 0
# The id of a user other than root and the one who runs the tests.
OTHER = 12345
needs_root = pytest.mark.skipif(not IS_ROOT, reason="root alone can give a folder to somebody else")


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a folder for temporary files of this test alone; cached decisions are dropped."""
    tmp_path.chmod(0o755)
    (tmp_path / "home").mkdir(0o700)
    (tmp_path / "tmp").mkdir(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for each in (cache_folders._own, cache_folders._temporary):
        each.cache_clear()
    return tmp_path


def test_they_are_made_for_the_user_alone_whatever_the_umask(folders: Path) -> None:
    before = os.umask(0)
    try:
        cache, state = Path(own_folder("cache")), Path(own_folder("state"))
    finally:
        os.umask(before)
    assert cache == folders / "home" / ".cache" / "modgo"
    assert state == folders / "home" / ".local" / "state" / "modgo"
    for made in (cache, cache.parent, state, state.parent, state.parent.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def open_to_all(cache: Path) -> None:
    cache.chmod(0o777)


def above_open_to_all(cache: Path) -> None:
    cache.parent.chmod(0o777)


def a_group_can_write(cache: Path) -> None:
    cache.chmod(0o775)
    os.chown(cache, -1, 12345 if IS_ROOT else min(set(os.getgroups()) - {os.getgid()}, default=os.getgid()))


def given_away(cache: Path) -> None:
    os.chown(cache, OTHER, -1)


def above_given_away(cache: Path) -> None:
    os.chown(cache.parent.parent, OTHER, -1)


def a_link_of_somebody_else(cache: Path) -> None:
    real = cache.parent / "real"
    cache.rename(real)
    cache.symlink_to(real)
    os.chown(cache, OTHER, -1, follow_symlinks=False)


def a_link_to_where_somebody_else_writes(cache: Path) -> None:
    real = cache.parents[2] / "tmp" / "shared"
    real.mkdir()
    real.chmod(0o777)
    (real / "modgo").mkdir(0o700)
    cache.rmdir()
    cache.symlink_to(real / "modgo")


HANDS: list[tuple[Callable[[Path], None], str]] = [
    (open_to_all, "everybody can write to"),
    (above_open_to_all, "everybody can write to"),
    (a_link_to_where_somebody_else_writes, "everybody can write to"),
]
HANDS_OF_ROOT = [
    (a_group_can_write, "a group of users can write to"),
    (given_away, f"belongs to user {OTHER}"),
    (above_given_away, f"belongs to user {OTHER}"),
    (a_link_of_somebody_else, f"belongs to user {OTHER}"),
]


@pytest.mark.parametrize(
    ("change", "reason"), [*HANDS, *(pytest.param(*each, marks=needs_root) for each in HANDS_OF_ROOT)]
)
@pytest.mark.parametrize("kind", ["cache", "state"])
def test_a_folder_that_others_can_write_is_not_used_and_logged_once(
    folders: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    change: Callable[[Path], None],
    reason: str,
    kind: cache_folders.Kind,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folders / "home" / "x"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folders / "home" / "x"))
    folder = folders / "home" / "x" / "modgo"
    folder.mkdir(parents=True)
    change(folder)
    with caplog.at_level(logging.WARNING):
        used = [Path(own_folder(kind)) for _ in range(3)]
    assert set(used) == {folders / "tmp" / f"modgo-{os.geteuid()}" / kind}
    assert stat.S_IMODE(used[0].parent.stat().st_mode) == 0o700
    assert foreign_hand(str(used[0])) is None
    assert len(caplog.messages) == 1
    assert str(folder) in caplog.messages[0]
    assert reason in caplog.messages[0]
    assert caplog.messages[0].startswith(f"modgo does not use its {kind} folder ")
    variable = {"cache": "XDG_CACHE_HOME", "state": "XDG_STATE_HOME"}[kind]
    assert caplog.messages[0].endswith(
        f"It uses {used[0]} instead. Make the folder yours alone, or set {variable}."
    )


@needs_root
def test_root_does_not_use_the_home_of_another_user(folders: Path) -> None:
    os.chown(folders / "home", OTHER, OTHER)
    assert Path(own_folder("cache")) == folders / "tmp" / "modgo-0" / "cache"
    # That user could replace a folder that root makes there.
    assert Path(own_folder("state")) == folders / "tmp" / "modgo-0" / "state"


def test_a_folder_that_somebody_else_has_made_among_the_temporary_ones_is_not_used(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    (folders / "tmp" / f"modgo-{os.geteuid()}").mkdir(0o777)
    (folders / "tmp" / f"modgo-{os.geteuid()}").chmod(0o777)
    used = Path(own_folder("cache"))
    assert used.parent.name.startswith("modgo-")
    assert used.parent.name != f"modgo-{os.geteuid()}"
    assert stat.S_IMODE(used.parent.stat().st_mode) == 0o700


def test_nothing_is_made_where_not_even_the_temporary_folder_is_safe(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    (folders / "tmp").chmod(0o777)
    with pytest.raises(PermissionError, match="everybody can write to"):
        own_folder("cache")
    assert list((folders / "tmp").iterdir()) == []


def test_without_a_home_the_current_folder_is_not_searched(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folders / "home")
    monkeypatch.setenv("HOME", "~")
    (folders / "home" / "~" / ".cache" / "modgo").mkdir(parents=True)
    assert Path(own_folder("cache")) == folders / "tmp" / f"modgo-{os.geteuid()}" / "cache"


def test_a_folder_of_the_user_that_others_may_read_is_used(folders: Path) -> None:
    cache = folders / "home" / ".cache" / "modgo"
    cache.mkdir(parents=True)
    cache.chmod(0o755)
    assert own_folder("cache") == str(cache)


@pytest.mark.skipif(not IS_ROOT, reason="the groups of the user are not known")
def test_a_group_that_is_the_users_alone_may_write(folders: Path) -> None:
    cache = folders / "home" / ".cache" / "modgo"
    cache.mkdir(parents=True)
    cache.chmod(0o775)
    assert own_folder("cache") == str(cache)


def test_a_command_warns_on_standard_error_and_works(folders: Path) -> None:
    cache = folders / "home" / ".cache" / "modgo"
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    (folders / "shop.go").write_text("package shop\n")
    for _ in range(2):
        done = subprocess.run(
            [Path(sys.executable).with_name("modgo"), "lint", str(folders / "shop.go")],
            capture_output=True,
            text=True,
            env={**os.environ, "TMPDIR": str(folders / "tmp")},
            check=False,
        )
        assert done.returncode == 0
        assert done.stderr.count(f"modgo does not use its cache folder {cache}: everybody can write to") == 1
    assert [each.name for each in (folders / "tmp").iterdir()] == [f"modgo-{os.geteuid()}"]
    assert list(cache.iterdir()) == []
