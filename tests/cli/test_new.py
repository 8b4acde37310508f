"""`modgo new` as a process: what it makes passes modgo's and Go's own commands, and it leaves nothing behind
where it fails."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from modgo_lsp import folder_writer
from modgo_lsp.build.module_name import NAME_LIMIT, name_problem, package_of, path_problem, suggested_name
from modgo_lsp.build.sdk import shipped_sdk
from modgo_lsp.file_writer import WriteRefusedError
from modgo_lsp.folder_writer import write_folder

ROOT = Path(__file__).parents[2]
MODGO = (sys.executable, "-m", "modgo_lsp")

Done = subprocess.CompletedProcess[str]


def run(
    *command: str, cwd: Path, code: int = 0, limit: Callable[[], None] | None = None, **more: str
) -> Done:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GOPROXY": "off", **more}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, preexec_fn=limit
    )
    assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def modgo(*arguments: str, cwd: Path, code: int = 0, **more: str) -> Done:
    return run(*MODGO, *arguments, cwd=cwd, code=code, **more)


def configured_proxy() -> str:
    """What Go uses on this machine where nobody sets GOPROXY. Skips the test if that cannot be reached."""
    environment = {name: value for name, value in os.environ.items() if name != "GOPROXY"}
    asked = subprocess.run(
        ("go", "env", "GOPROXY"), env=environment, capture_output=True, text=True, check=True
    )
    proxy = asked.stdout.strip()
    first = urlsplit(proxy.split(",")[0])
    try:
        socket.create_connection((first.hostname or "", first.port or 443), timeout=3).close()
    except OSError:
        pytest.skip("Go's proxy cannot be reached")
    return proxy


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def whole_chain(folder: Path, proxy: str) -> None:
    """What the README of a new module names, and what every Go user runs."""
    modgo("lint", cwd=folder, GOPROXY=proxy)
    modgo("build", cwd=folder, GOPROXY=proxy)
    modgo("test", cwd=folder, GOPROXY=proxy)
    for command in ("vet ./...", "test ./...", "mod tidy -diff", "mod tidy", "mod verify", "mod download"):
        done = run("go", *command.split(), cwd=folder, GOPROXY=proxy)
        if "mod" in command:
            assert done.stdout in ("", "all modules verified\n")
    assert run("gofmt", "-l", ".", cwd=folder).stdout == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "proxy"),
    [("record", "off"), ("stream", "off"), ("record", "configured")],
)
def test_everything_passes(tmp_path: Path, kind: str, proxy: str) -> None:
    if proxy == "configured":
        proxy = configured_proxy()
    options = ["--stream"] if kind == "stream" else []
    modgo("new", "rate-limiter", *options, cwd=tmp_path, GOPROXY=proxy)
    folder = tmp_path / "rate-limiter"
    before = tree(folder)
    whole_chain(folder, proxy)
    after = tree(folder)
    assert set(after) - set(before) == {"rate-limiter.so"}
    assert all(after[name] == text for name, text in before.items())
    run("go", "work", "init", ".", cwd=folder, GOPROXY=proxy)
    run("go", "work", "sync", cwd=folder, GOPROXY=proxy)
    run("go", "build", "./...", cwd=folder, GOPROXY=proxy)


def test_the_commands_that_it_shows_work_as_they_stand(tmp_path: Path) -> None:
    for name, *options in (["x"], ["y", "--stream"]):
        out = modgo("new", name, *options, cwd=tmp_path).stdout
        commands = [line.strip() for line in out.split("Next:\n")[1].splitlines()]
        made = {path.relative_to(tmp_path / name) for path in (tmp_path / name).rglob("*") if path.is_file()}
        shown = out.split("\n\n")[0].splitlines()
        assert shown[0] == f"Made {name}/, Go module example.com/{name}:"
        assert {Path(line.strip()) for line in shown[1:]} == made
        assert commands[0] == f"cd {name}"
        for command in commands[1:]:
            program, *words = command.split()
            done = run(*(MODGO if program == "modgo" else (program,)), *words, cwd=tmp_path / name)
            if words[0] == "call":
                result = done.stdout.splitlines()[0]
        case = yaml.safe_load((tmp_path / name / f"testdata/udf/{name}.case.yaml").read_text())[0]
        expected = case["expect"]["result"]
        assert json.loads(result) == (expected[0] if options else expected)


def test_no_network_is_asked_for(tmp_path: Path) -> None:
    """A proxy that answers nothing: a request would fail."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{closed.getsockname()[1]}"
        modgo("new", "x", cwd=tmp_path, GOPROXY=proxy)
        for command in ("mod tidy", "mod download", "mod verify", "get ./...", "list -m all", "mod vendor"):
            run("go", *command.split(), cwd=tmp_path / "x", GOPROXY=proxy)


def test_the_sdk_is_in_the_module_cache_after_it(tmp_path: Path) -> None:
    cache = {"GOMODCACHE": str(tmp_path / "cache")}
    modgo("new", "x", cwd=tmp_path, **cache)
    run("go", "vet", "./...", cwd=tmp_path / "x", **cache)
    run("go", "clean", "-modcache", cwd=tmp_path, **cache)  # its files are read-only


def test_a_proxy_without_the_sdk_answers_upgrades_by_ours(tmp_path: Path) -> None:
    modgo("new", "x", cwd=tmp_path)
    ours = modgo("sdk", "proxy", cwd=tmp_path).stdout.strip()
    assert ours.startswith("file:///")
    assert ours.endswith(",off")
    sdk = f"{shipped_sdk().sum_lines[0].split()[0]}"
    before = tree(tmp_path / "x")
    run("go", "get", f"{sdk}@latest", cwd=tmp_path / "x", code=1)
    for command in ("get -u ./...", f"get {sdk}@latest", "list -m -u all"):
        run("go", *command.split(), cwd=tmp_path / "x", GOPROXY=ours)
    # The module cache is empty, as on a machine without modgo.
    run("go", "vet", "./...", cwd=tmp_path / "x", GOPROXY=ours, GOMODCACHE=str(tmp_path / "empty"))
    assert tree(tmp_path / "x") == before


def test_a_colleague_without_modgo_builds_from_vendor(tmp_path: Path) -> None:
    modgo("new", "x", cwd=tmp_path)
    run("go", "mod", "vendor", cwd=tmp_path / "x")
    empty = {"GOMODCACHE": str(tmp_path / "empty")}
    run("go", "vet", "./...", cwd=tmp_path / "x", **empty)
    modgo("build", cwd=tmp_path / "x", **empty)


def test_lines_end_as_git_likes_them(tmp_path: Path) -> None:
    """A clone with core.autocrlf has CRLF in every file."""
    git = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.autocrlf", "GIT_CONFIG_VALUE_0": "true"}
    run("git", "init", "-q", "repo", cwd=tmp_path)
    modgo("new", ".", cwd=tmp_path / "repo")
    (tmp_path / "repo/.git/info").mkdir(exist_ok=True)
    for command in ("add .", "-c user.name=n -c user.email=e commit -qm new"):
        run("git", *command.split(), cwd=tmp_path / "repo", **git)
    run("git", "clone", "-q", "repo", "clone", cwd=tmp_path, **git)
    folder = tmp_path / "clone"
    assert b"\r\n" in (folder / "go.sum").read_bytes()
    modgo("lint", cwd=folder)
    modgo("build", cwd=folder)
    run("go", "test", "./...", cwd=folder)


def test_a_go_mod_above_that_cannot_be_read(tmp_path: Path) -> None:
    """Anybody may have left one in /tmp."""
    with (tmp_path / "go.mod").open("wb") as file:
        file.write(b"module example.com/shop\n")
        file.truncate(1 << 40)
    out = modgo("new", "limiter", cwd=tmp_path).stdout
    assert "Go module example.com/limiter" in out
    assert "a Go module of its own" not in out


def test_in_another_module_and_in_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/shop\n\ngo 1.24\n")
    out = modgo("new", "services/limiter", cwd=tmp_path).stdout
    assert "Go module example.com/shop/services/limiter" in out
    assert "a Go module of its own" in out
    run("go", "vet", "./...", cwd=tmp_path / "services/limiter")
    (tmp_path / "go.work").write_text("go 1.24\n\nuse .\n")
    out = modgo("new", "other", "--module", "github.com/me/other", cwd=tmp_path).stdout
    assert "  cd other\n  go work use .\n" in out
    run("go", "vet", "./...", cwd=tmp_path / "other", code=1)
    run("go", "work", "use", ".", cwd=tmp_path / "other")
    run("go", "vet", "./...", cwd=tmp_path / "other")
    modgo("build", cwd=tmp_path / "other")
    assert "go work use" not in modgo("new", "third", cwd=tmp_path, GOWORK="off").stdout


def test_this_folder_if_it_is_empty_but_for_git(tmp_path: Path) -> None:
    folder = tmp_path / "limiter"
    (folder / ".git").mkdir(parents=True)
    (empty := tmp_path / "other").mkdir()
    out = modgo("new", ".", cwd=empty).stdout
    assert out.startswith("Made other, Go module example.com/other:\n")
    assert "Next:\n  modgo lint\n" in out
    assert out.endswith("  modgo test\n  go test ./...\n")
    data = json.loads(modgo("new", ".", "--json", cwd=folder).stdout)
    assert (data["name"], data["module"], data["folder"]) == ("limiter", "example.com/limiter", str(folder))
    assert {*data["files"]} == {*tree(folder)}
    done = modgo("new", ".", cwd=folder, code=2)
    assert "it is not empty: it has .gitignore, README.md, go.mod and 4 more" in done.stderr


@pytest.mark.parametrize(
    ("name", "says", "suggests"),
    [
        ("my limiter", "must begin with a letter", "modgo new my-limiter"),
        ("services/my limiter", "must begin with a letter", "modgo new services/my-limiter"),
        ("Zähler", "must begin with a letter", "modgo new Zahler"),
        ("日本", "must begin with a letter", "like counters"),
        ("3d", "must begin with a letter", "modgo new udf-3d"),
        ("a.b", "must begin with a letter", "modgo new a-b"),
        ("a\nb", "'a\\nb': it must", "modgo new a-b"),
        ("range", "a keyword of Go", "modgo new udf-range"),
        ("r-ange", "a keyword of Go", "modgo new udf-r-ange"),
        ("main", "a special meaning", "modgo new udf-main"),
        ("vendor", "a special meaning", "modgo new udf-vendor"),
        ("x" * 200, "longer than 100", f"modgo new {'x' * 96}"),
        ("", "NAME is empty", "modgo new limiter"),
        ("/", "must begin with a letter", ""),
    ],
)
def test_names_that_cannot_be(tmp_path: Path, name: str, says: str, suggests: str) -> None:
    done = modgo("new", name, cwd=tmp_path, code=2)
    assert says in done.stderr
    assert suggests in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_suggestion_is_a_name() -> None:
    for name in ("a b", "Ünïcode", "func", "--", "9", "x" * 300, "_x", "con", "a\0b", "日本x", "x."):
        near = suggested_name(name)
        assert near is None or (name_problem(near) == "" and len(near) <= NAME_LIMIT), name
    assert package_of("Rate-Limiter_2") == "ratelimiter2"


@pytest.mark.parametrize(
    "path", ["", "/a", "a//b", "a/", "a b", "a/.b", "a/b.", "-a", "ä/b", "x/con/y", "x/aux.go", "a\nb"]
)
def test_paths_that_no_go_module_can_have(tmp_path: Path, path: str) -> None:
    assert path_problem(path)
    done = modgo("new", "x", "--module", path, cwd=tmp_path, code=2)
    assert "a Go module cannot have the path" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["a", "github.com/me/x", "example.com/a_b/c-d/v2", "gopkg.in/x.v1", "a~b"])
def test_paths_that_go_takes(tmp_path: Path, path: str) -> None:
    assert path_problem(path) == ""
    run("go", "mod", "init", path, cwd=tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x.go").write_text("package x\n")
    (tmp_path / "dangling").symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path)
    for name, says in [
        ("file", "it is not a folder"),
        ("file/below", f"{tmp_path / 'file'} is not a folder"),
        ("full", "it is not empty: it has x.go"),
        ("dangling", "a symbolic link that leads nowhere"),
        ("full/../file", "it is not a folder"),
    ]:
        assert says in modgo("new", name, cwd=tmp_path, code=2).stderr
    assert tree(tmp_path) == before
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    done = modgo("new", "/proc/limiter", cwd=tmp_path, code=2)
    assert "/proc/limiter cannot be written" in done.stderr
    assert "Help:" in done.stderr


@pytest.mark.parametrize("name", ["a/b/limiter", "."])
def test_a_full_disk_leaves_nothing(tmp_path: Path, name: str) -> None:
    """A limit on the size of files stands for the full disk: the second file is larger."""
    modgo("new", "first", cwd=tmp_path)  # the SDK is in the module cache, modgo's cache is warm
    folder = tmp_path / "limiter"
    folder.mkdir()

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (160, 160))

    done = run(*MODGO, "new", name, cwd=folder, code=2, limit=small_files, PYTHONDONTWRITEBYTECODE="1")
    assert "cannot be written (File too large)" in done.stderr
    assert list(folder.iterdir()) == []


def test_without_go_nothing_is_made(tmp_path: Path) -> None:
    done = modgo("new", "x", "--go", "/nowhere/go", cwd=tmp_path, code=2)
    assert "/nowhere/go" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_nothing_or_all(tmp_path: Path) -> None:
    """At many moments of the command. The last may be after the folder was written."""
    modgo("new", "limiter", cwd=tmp_path)
    whole = tree(tmp_path / "limiter")
    for tenths in range(0, 30, 3):
        folder = tmp_path / f"{tenths}" / "limiter"
        folder.mkdir(parents=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [*MODGO, "new", "."], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        time.sleep(tenths / 10)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert tree(folder) in ({}, whole), tenths


FILES: Mapping[str, bytes] = {"go.mod": b"m", "a/b.txt": b"b", "c.txt": b"c"}


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize("step", range(6))
def test_an_interrupt_at_each_step_of_writing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool, step: int
) -> None:
    """Interrupted before the nth file is written or entry is moved."""
    folder = tmp_path / "up" / "x"
    if exists:
        (folder / ".git").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    steps = iter(range(step, -1, -1))

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **more: object) -> object:
            if next(steps, 0) == 0:
                raise KeyboardInterrupt
            return function(*arguments, **more)

        return call

    monkeypatch.setattr(folder_writer, "write_file", counted(folder_writer.write_file))
    monkeypatch.setattr(Path, "rename", counted(Path.rename))
    if not exists and step > 3:  # three files and one rename
        write_folder(folder, FILES, {".git"})
        assert tree(folder) == FILES
        return
    with pytest.raises(KeyboardInterrupt):
        write_folder(folder, FILES, {".git"})
    assert sorted(tmp_path.rglob("*")) == before


def test_what_somebody_else_makes_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    write = folder_writer.write_file

    def and_another(path: Path, content: bytes) -> None:
        write(path, content)
        (folder / "c.txt").write_text("theirs")

    monkeypatch.setattr(folder_writer, "write_file", and_another)
    with pytest.raises(OSError, match="somebody else"):
        write_folder(folder, FILES)
    assert tree(folder) == {"c.txt": b"theirs"}
    with pytest.raises(WriteRefusedError, match=r"it is not empty: it has c\.txt"):
        write_folder(folder, FILES)


def test_what_it_says_of_a_folder_far_away_and_with_quiet(tmp_path: Path) -> None:
    here = tmp_path / "a" / "b"
    here.mkdir(parents=True)
    loud = modgo("new", str(tmp_path / "far"), cwd=here).stdout
    assert loud.startswith(f"Made {tmp_path}/far/, Go module ")
    assert f"\nNext:\n  cd {tmp_path}/far\n" in loud
    near = modgo("-q", "new", "../near", cwd=here).stdout
    assert near.startswith("Made ../near/, Go module ")
    assert "Next:" not in near
