"""What is remembered of a disk is as somebody has told, from whichever threads."""

from __future__ import annotations

import threading
from pathlib import Path

from modgo_lsp.golang.disk_cache import DiskCache


def test_a_file_in_new_folders_is_found_from_above(tmp_path: Path) -> None:
    """A client tells of the file alone."""
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


def test_no_change_is_lost_where_threads_tell_at_once(tmp_path: Path) -> None:
    disk = DiskCache()
    before = disk.now()
    path = tmp_path / "a.go"

    def tell(number: int) -> None:
        for count in range(500):
            disk.report_change(str(tmp_path / f"{number}-{count}.go"))

    telling = [threading.Thread(target=tell, args=(number,)) for number in range(4)]
    for thread in telling:
        thread.start()
    for text in range(300):
        path.write_text(str(text))
        disk.report_change(str(path))
        assert disk.now().read(str(path)) == str(text).encode()
    for thread in telling:
        thread.join()
    assert disk.changes == 4 * 500 + 300
    assert len(disk.now().since(before) or ()) == 4 * 500 + 1


def test_what_has_changed_among_what_was_looked_at(tmp_path: Path) -> None:
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
