"""The disk cache applies reported changes, from any thread."""

from __future__ import annotations

import resource
import threading
from pathlib import Path

import pytest

from modgo_lsp.golang.disk_cache import DiskCache
from modgo_lsp.golang.files import DiskFiles, FileTooLargeError


def test_a_reported_file_updates_the_listings_of_its_parents(tmp_path: Path) -> None:
    """The client reports only the file, not its new folders."""
    disk = DiskCache()
    (tmp_path / "old").mkdir()
    files = disk.now()
    assert files.entries(str(tmp_path)) == [("old", True)]
    assert files.entries(str(tmp_path / "old")) == []
    path = tmp_path / "new" / "deep" / "a.go"
    path.parent.mkdir(parents=True)
    path.write_text("package deep\n")
    disk.report_change(str(path))
    now = disk.now()
    assert now.since(files) == {str(path)}
    assert now.entries(str(tmp_path)) == [("new", True), ("old", True)]
    assert now.entries(str(path.parent)) == [("a.go", False)]


def test_concurrent_reports_are_all_applied(tmp_path: Path) -> None:
    disk = DiskCache()
    before = disk.now()
    path = tmp_path / "a.go"

    def report(number: int) -> None:
        for count in range(500):
            disk.report_change(str(tmp_path / f"{number}-{count}.go"))

    reporting = [threading.Thread(target=report, args=(number,)) for number in range(4)]
    for thread in reporting:
        thread.start()
    for text in range(300):
        path.write_text(str(text))
        disk.report_change(str(path))
        assert disk.now().read(str(path)) == str(text).encode()
    for thread in reporting:
        thread.join()
    assert disk.changes == 4 * 500 + 300
    assert len(disk.now().since(before) or ()) == 4 * 500 + 1


def test_changed_paths_are_those_that_were_read_before(tmp_path: Path) -> None:
    disk = DiskCache()
    files = disk.now()
    (tmp_path / "a.go").write_text("package a\n")
    files.read(str(tmp_path / "a.go"))
    assert files.stamp(str(tmp_path / "modgo.toml")) is None
    files.entries(str(tmp_path))

    def changed() -> set[str]:
        return {Path(each).name for each in disk.changed_paths(lambda _: True)}

    assert changed() == set()
    (tmp_path / "modgo.toml").write_text("")
    assert changed() == {"modgo.toml"}
    (tmp_path / "a.go").write_text("package b\n")
    assert changed() == {"a.go", "modgo.toml"}
    assert {*disk.changed_paths(lambda path: path.endswith(".toml"))} == {str(tmp_path / "modgo.toml")}


def test_an_earlier_state_of_the_disk_knows_no_changes_since_a_later_one(tmp_path: Path) -> None:
    cache = DiskCache()
    earlier = cache.now()
    cache.report_change(str(tmp_path / "modgo.toml"))
    assert cache.now().since(earlier) == {str(tmp_path / "modgo.toml")}
    assert earlier.since(cache.now()) is None


def test_a_cached_file_that_exceeds_a_smaller_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("package a\n")
    path, files = str(tmp_path / "a.go"), DiskCache().now()
    assert files.read(path) == files.read(path, 10) == b"package a\n"
    with pytest.raises(FileTooLargeError, match="it has more than 9 bytes"):
        files.read(path, 9)


def test_changes_are_known_since_the_same_disk_with_the_same_limit(tmp_path: Path) -> None:
    cache = DiskCache()
    earlier = cache.now(largest=100)
    assert cache.now(largest=100).since(earlier) == set()
    assert cache.now(largest=101).since(earlier) is None
    assert DiskCache().now(largest=100).since(earlier) is None
    assert cache.now(largest=100).since(DiskFiles(100)) is None


def test_a_folder_that_cannot_be_listed_has_changed(tmp_path: Path) -> None:
    disk = DiskCache()
    disk.now().entries(str(tmp_path))
    (tmp_path / "a.go").write_text("package a\n")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        changed = disk.changed_paths(lambda _: True)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert changed == [str(tmp_path)]
    assert disk.changed_paths(lambda _: True) == [str(tmp_path / "a.go")]
