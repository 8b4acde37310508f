"""Which folders and files a path on the command line means."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.lint_paths import absolute
from modgo_lsp.lint.target_folders import find_targets


def grow(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("package p\n")


def walked(root: Path, *paths: str) -> dict[str, list[str] | None]:
    """The folders, relative, with the files to lint (None for all)."""
    targets, problems = find_targets([str(root / path) for path in paths or (".",)], DiskFiles())
    assert problems == []
    return {
        Path(target.directory).relative_to(root).as_posix(): (
            None if target.files is None else sorted(Path(file).name for file in target.files)
        )
        for target in targets
    }


def test_a_folder_stands_for_all_below_it_but_what_go_leaves_out(tmp_path: Path) -> None:
    grow(tmp_path, "a.go", "in/b.go", "in/deep/c.go", "docs/readme.md")
    grow(tmp_path, "testdata/t.go", "vendor/x/v.go", "node_modules/n.go", "_old/o.go", ".git/g.go")
    assert list(walked(tmp_path)) == [".", "in", "in/deep"]


def test_nested_go_modules_are_searched_too(tmp_path: Path) -> None:
    grow(tmp_path, "a.go", "nested/go.mod", "nested/b.go")
    assert list(walked(tmp_path)) == [".", "nested"]


def test_a_named_path_is_searched_whatever_its_name(tmp_path: Path) -> None:
    grow(tmp_path, "testdata/t.go", "testdata/u.go")
    assert walked(tmp_path, "testdata") == {"testdata": None}
    assert walked(tmp_path, "testdata/t.go") == {"testdata": ["t.go"]}


def test_gitignore_files_in_the_folder_and_above_count(tmp_path: Path) -> None:
    grow(
        tmp_path,
        ".git/HEAD",
        "a.go",
        "gen_a.go",
        "out/b.go",
        "in/c.go",
        "in/skip.go",
        "in/gen_e.go",
        "in/kept/gen_d.go",
    )
    (tmp_path / ".gitignore").write_text("/out/\ngen_*.go\n")
    (tmp_path / "in" / ".gitignore").write_text("skip.go\n!gen_d.go\n")
    assert walked(tmp_path) == {".": ["a.go"], "in": ["c.go"], "in/kept": None}
    assert walked(tmp_path, "in") == {"in": ["c.go"], "in/kept": None}


def test_a_link_in_a_circle_ends(tmp_path: Path) -> None:
    grow(tmp_path, "in/a.go")
    (tmp_path / "in" / "again").symlink_to(tmp_path, target_is_directory=True)
    assert list(walked(tmp_path)) == ["in"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "there is no such file or folder"),
        ("nowhere.go", "there is no such file or folder"),
        ("notes.txt", "neither a Go file nor a folder"),
    ],
)
def test_a_path_that_cannot_be_searched_is_reported_and_the_rest_goes_on(
    tmp_path: Path, name: str, message: str
) -> None:
    grow(tmp_path, "notes.txt", "in/a.go")
    targets, problems = find_targets([str(tmp_path / name), str(tmp_path / "in")], DiskFiles())
    assert [target.directory for target in targets] == [str(tmp_path / "in")]
    assert [problem.path for problem in problems] == [str(tmp_path / name)]
    assert message in problems[0].message


def test_an_unreadable_folder_is_reported(tmp_path: Path) -> None:
    """The disk refuses, because root may read everything."""

    class Guarded(DiskFiles):
        def entries(self, directory: str) -> list[tuple[str, bool]]:
            if directory.endswith("secret"):
                raise PermissionError(13, "Permission denied", directory)
            return super().entries(directory)

    grow(tmp_path, "a.go", "secret/b.go")
    targets, problems = find_targets([str(tmp_path)], Guarded())
    assert len(targets) == 1
    assert [(problem.path, "may not be read" in problem.message) for problem in problems] == [
        (str(tmp_path / "secret"), True)
    ]


def test_a_gitignore_that_cannot_be_followed_is_reported_and_the_rest_counts(tmp_path: Path) -> None:
    grow(
        tmp_path,
        ".git/HEAD",
        "a.go",
        "large/b.go",
        "many/c.go",
        "many/d.go",
        "folder/.gitignore/e.go",
        "folder/f.go",
    )
    (tmp_path / "large" / ".gitignore").write_text("b.go\n" + "#" * 1_000_000)
    patterns = "c*.go\n" + "x?\n" * 40_000 + "d?go\n"
    (tmp_path / "many" / ".gitignore").write_text(patterns)
    targets, problems = find_targets([str(tmp_path)], DiskFiles())
    found = {target.directory.removeprefix(str(tmp_path)): target.files for target in targets}
    assert found["/many"] == {str(tmp_path / "many" / "d.go")}
    assert found["/large"] is None
    assert found["/folder"] is None
    assert {(Path(each.path).parent.name, each.message) for each in problems} == {
        ("large", "this was not read: it has more than 1,000,000 bytes"),
        ("many", "this has more patterns than are followed; some of its last ones are left out"),
    }


def test_a_long_search_reports_how_far_it_is(tmp_path: Path) -> None:
    for number in range(250):
        (tmp_path / f"f{number:03}").mkdir()
    seen: list[tuple[int, str]] = []
    find_targets([str(tmp_path)], DiskFiles(), lambda count, folder: seen.append((count, folder)))
    assert [count for count, _ in seen] == [100, 200]
    assert all(Path(folder).parent == tmp_path for _, folder in seen)


def test_a_named_file_that_is_too_large_is_left_to_its_rule(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("package p\n")
    targets, problems = find_targets([str(tmp_path / "a.go")], DiskFiles(5))
    assert [target.files for target in targets] == [{str(tmp_path / "a.go")}]
    assert problems == []


def test_dots_are_the_go_command_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute("./...") == absolute("...") == absolute(".") == str(tmp_path)
    assert absolute("in/...") == str(tmp_path / "in")


def test_an_ignored_folder_that_is_named_is_searched(tmp_path: Path) -> None:
    grow(tmp_path, ".git/HEAD", "out/a.go", "out/gen.go", "out/in/b.go")
    (tmp_path / ".gitignore").write_text("out/\ngen.go\n")
    assert walked(tmp_path) == {}
    assert walked(tmp_path, "out") == {"out": ["a.go"], "out/in": None}
