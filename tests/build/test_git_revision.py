"""Reading a git revision: hostile repositories run nothing and take bounded memory and time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from modgo_lsp.build import git_revision
from modgo_lsp.build.git_revision import RevisionError, revision_files
from modgo_lsp.golang.files import DiskFiles, FileTooLargeError


def git(folder: Path, *words: str, text: bytes = b"") -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    done = subprocess.run(["git", *who, *words], cwd=folder, input=text, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "a.go").write_text("package a\n")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "a")
    return folder


def test_files_of_a_revision(repository: Path) -> None:
    (repository / "below" / "a.go").write_text("package changed\n")
    with revision_files(str(repository / "below"), "HEAD", DiskFiles()) as files:
        assert files.root == str(repository)
        assert files.read(str(repository / "below" / "a.go")) == b"package a\n"
        assert files.entries(str(repository / "below")) == [("a.go", False)]


def test_a_link_into_a_repository_is_an_error(repository: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(repository / "below")
    with (
        pytest.raises(RevisionError, match="symbolic link") as caught,
        revision_files(str(link), "HEAD", DiskFiles()),
    ):
        pass
    assert caught.value.remedy == f"lint {repository / 'below'}"


def test_a_few_objects_that_describe_a_huge_tree(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each tree has the one below ten times: a hundred million files in nine objects."""
    monkeypatch.setattr(git_revision, "_LARGEST_LIST", 1 << 20)
    blob = git(repository, "rev-parse", "HEAD:below/a.go")
    entries = "".join(f"100644 blob {blob}\t{number}.go\n" for number in range(10))
    for _ in range(8):
        tree = git(repository, "mktree", text=entries.encode())
        entries = "".join(f"040000 tree {tree}\t{number}\n" for number in range(10))
    with (
        pytest.raises(RevisionError, match="too many files"),
        revision_files(str(repository), tree, DiskFiles()),
    ):
        pass


def test_git_that_takes_too_long(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec sleep 1000\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(git_revision, "_SECONDS", 0.1)
    with (
        pytest.raises(RevisionError, match="git took longer than"),
        revision_files(str(repository), "HEAD", DiskFiles()),
    ):
        pass


def test_no_transport_runs_in_a_version_of_git_without_no_lazy_fetch(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delitem(git_revision._ENVIRONMENT, "GIT_NO_LAZY_FETCH")
    ran = tmp_path / "ran"
    for setting, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::touch {ran}",
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
    }.items():
        git(repository, "config", setting, value)
    tree = git(repository, "rev-parse", "HEAD^{tree}")
    (repository / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(RevisionError), revision_files(str(repository), "HEAD", DiskFiles()):
        pass
    assert not ran.exists()


def test_a_file_of_a_revision_that_is_too_large(repository: Path) -> None:
    with revision_files(str(repository), "HEAD", DiskFiles()) as files:
        path = str(repository / "below" / "a.go")
        assert files.read(path, 10) == b"package a\n"
        with pytest.raises(FileTooLargeError):
            files.read(path, 9)
        assert files.since(files) is None


def test_an_object_that_is_gone_or_damaged(repository: Path) -> None:
    (repository / "b.go").write_text("package b\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "b")
    blob = git(repository, "rev-parse", "HEAD:b.go")
    path = repository / ".git" / "objects" / blob[:2] / blob[2:]
    with revision_files(str(repository), "HEAD", DiskFiles()) as files:
        path.chmod(0o644)
        path.unlink()
        with pytest.raises(OSError, match=f"git cannot read the object {blob}"):
            files.read(str(repository / "b.go"))


def test_only_files_and_folders_of_the_revision_are_there(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "below" / "deep" / "er").mkdir(parents=True)
    for name in ("below/deep/er/x.go", "below/deep/y.go", "z.go"):
        (repository / name).write_text(name)
    (repository / "z.go").chmod(0o755)
    (repository / "link.go").symlink_to("z.go")
    commit = git(repository, "rev-parse", "HEAD")
    git(repository, "add", ".")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    git(repository, "commit", "--quiet", "--message", "more")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "another"))
    (repository / "new.go").touch()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "o.go").write_text("o")
    base = DiskFiles()
    with revision_files(str(repository), "HEAD", base) as files:
        assert files.root == str(repository)
        for folder, expected in {
            "": [(".git", True), ("below", True), ("z.go", False)],
            "below": [("a.go", False), ("deep", True)],
            "below/deep": [("er", True), ("y.go", False)],
            "below/deep/er": [("x.go", False)],
        }.items():
            assert files.entries(str(repository / folder)) == expected
        assert files.read(str(repository / "z.go")) == b"z.go"
        assert files.entries(str(outside)) == [("o.go", False)]
        assert files.read(str(outside / "o.go")) == b"o"
        assert files.stamp(str(outside / "o.go")) == base.stamp(str(outside / "o.go")) is not None
        # A folder beside the repository, whose name begins in the same way.
        with pytest.raises(FileNotFoundError):
            files.read(f"{repository}2/z.go")
        assert files.stamp(str(repository / "new.go")) is None
        for read, name, kind in (
            (files.read, "new.go", FileNotFoundError),
            (files.read, "link.go", FileNotFoundError),
            (files.entries, "module", FileNotFoundError),
            (files.entries, "z.go", NotADirectoryError),
        ):
            path = str(repository / name)
            with pytest.raises(kind) as caught:
                read(path)
            assert (caught.value.filename, caught.value.errno) == (path, 2)
        process = files._objects
        assert process.poll() is None
    assert process.returncode is not None


@pytest.mark.parametrize(
    ("revision", "message", "remedy"),
    [
        ("", "'' is not a git revision", "name one, such as main or HEAD~1"),
        ("-x", "'-x' is not a git revision", "name one, such as main or HEAD~1"),
        ("gone", "the git repository {root} has no revision gone", "`git log` lists the revisions"),
    ],
)
def test_revisions_that_are_none(repository: Path, revision: str, message: str, remedy: str) -> None:
    with (
        pytest.raises(RevisionError) as caught,
        revision_files(str(repository / "below"), revision, DiskFiles()),
    ):
        pass
    assert (caught.value.message, caught.value.remedy) == (message.format(root=repository), remedy)


def test_a_folder_in_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RevisionError) as caught, revision_files(str(tmp_path), "HEAD", DiskFiles()):
        pass
    assert caught.value.message == f"{tmp_path} is in no git repository"
    assert caught.value.remedy.startswith("git says: not a git repository")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RevisionError) as caught, revision_files(str(tmp_path), "HEAD", DiskFiles()):
        pass
    assert (caught.value.message, caught.value.remedy) == (
        "git was not found, which --new-since needs",
        "install git",
    )
