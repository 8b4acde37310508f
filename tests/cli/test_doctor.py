"""`modgo doctor` as a process."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def doctor(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "doctor", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def test_every_check_passes(tmp_path: Path) -> None:
    done = doctor("--json", cwd=tmp_path)
    checks = json.loads(done.stdout)["checks"]
    assert [check["name"] for check in checks] == [
        "go",
        "c-compiler",
        "cache",
        "libmod_go",
        "fence",
        "sdk",
        "zig",
        "delve",
    ]
    assert all(set(check) == {"name", "ok", "version", "path", "message", "remedy"} for check in checks)
    assert done.returncode == 0
    assert Path(checks[3]["path"]).is_file()


def test_what_is_missing_has_a_remedy(tmp_path: Path) -> None:
    done = doctor("--go", "/no/such/go", "--json", cwd=tmp_path)
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 2
    assert not checks["go"]["ok"]
    assert "https://go.dev/dl" in checks["go"]["remedy"]
    assert checks["c-compiler"]["ok"]
    text = doctor("--go", "/no/such/go", cwd=tmp_path)
    assert text.stdout.startswith(
        "go:          error\n    /no/such/go, which --go or the setting go names, is not a program"
    )


def test_a_zig_that_is_not_there_is_optional(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked/ziglang"  # a module of the wheel's name, but not the wheel
    blocked.mkdir(parents=True)
    (blocked / "__init__.py").touch()
    path = os.pathsep.join(
        folder for folder in os.environ["PATH"].split(os.pathsep) if not Path(folder, "zig").exists()
    )
    done = doctor(cwd=tmp_path, PATH=path, PYTHONPATH=f"{blocked.parent}{os.pathsep}{ROOT}")
    assert done.returncode == 0
    assert "zig:         optional\n    not found; only builds with --target need it\n" in done.stdout


def test_warm_fills_the_build_cache_and_leaves_nothing_else(tmp_path: Path) -> None:
    caches = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "GOPROXY": "off"}
    (tmp_path / "here").mkdir()
    done = doctor("--warm", cwd=tmp_path / "here", **caches)
    assert done.returncode == 0, done.stderr
    assert "running go vet and go test" in done.stderr
    assert "Go's build cache has what build, vet and test need" in done.stdout
    assert list((tmp_path / "here").iterdir()) == []
    assert list((tmp_path / "cache/modgo/scratch").iterdir()) == []


def test_a_target_is_for_warm_builds(tmp_path: Path) -> None:
    done = doctor("--target", "linux/arm64", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--target needs --warm" in done.stderr
    done = doctor("--warm", "--target", "linux/amd64-glibc9.9", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no glibc 9.9" in done.stderr


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = doctor(cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "file"), GOCACHE=str(tmp_path / "go"))
    assert done.returncode == 2
    assert "cache:       error" in done.stdout
    assert "cannot be written (Not a directory)" in done.stdout
    assert "set XDG_CACHE_HOME" in done.stdout
    assert "Traceback" not in done.stderr


def test_without_a_c_compiler_nothing_is_loaded(tmp_path: Path) -> None:
    done = doctor("--cc", "/no/such/cc", "--json", cwd=tmp_path)
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 2
    assert [name for name, check in checks.items() if not check["ok"]][:3] == [
        "c-compiler",
        "libmod_go",
        "fence",
    ]
    assert checks["libmod_go"]["remedy"] == "see c-compiler"
    assert checks["fence"]["remedy"] == "see libmod_go"


@pytest.mark.parametrize(
    ("option", "is_shown"), [("--color=never", True), ("--json", False), ("--report", False)]
)
def test_progress_is_for_people(option: str, is_shown: bool, tmp_path: Path) -> None:
    (go,) = (
        check["path"]
        for check in json.loads(doctor("--json", cwd=tmp_path).stdout)["checks"]
        if check["name"] == "go"
    )
    slow = tmp_path / "go"
    slow.write_text(f'#!/bin/sh\nsleep 1\nexec "{go}" "$@"\n')
    slow.chmod(0o755)
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "doctor", "--go", slow, option],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
    )
    os.write(theirs, b"end")  # so that there is always something to read
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert ("checking the tools" in shown) == is_shown, shown


# A kernel without Landlock: seccomp refuses landlock_create_ruleset (444 on every machine) with ENOSYS, then
# doctor runs.
WITHOUT_LANDLOCK = """
import ctypes, os, struct, sys
code = b"".join(struct.pack("HBBI", *each) for each in
    [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x50000 | 38), (0x06, 0, 0, 0x7FFF0000)])
buffer = ctypes.create_string_buffer(code)
program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-m", "modgo_lsp", "doctor", "--json"])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="modules run on Linux only")
def test_what_the_fence_lacks_on_this_kernel_is_reported(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LANDLOCK],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    answer = json.loads(done.stdout)
    check = answer["checks"][4]
    assert check["name"] == "fence"
    assert check["ok"]  # what this kernel can hold is held
    assert "attacks are held" in check["message"]
    assert "this kernel has no Landlock" in check["message"]
    assert "not on this kernel" in {each["verdict"] for each in answer["attacks"]}


@pytest.mark.skipif(sys.platform != "linux", reason="modules run on Linux only")
def test_each_attack_on_the_fence_is_listed(tmp_path: Path) -> None:
    short, long = doctor(cwd=tmp_path), doctor("--verbose", cwd=tmp_path)
    assert re.search(r"attacks are held \([^)]*\)(; \w.*)?\n", short.stdout)
    assert "starting a program" not in short.stdout
    assert "    held                starting a program\n" in long.stdout


WITHOUT_A_FILTER = WITHOUT_LANDLOCK.replace(
    "(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x50000 | 38)",
    # prctl (157, on arm64 167) with PR_SET_SECCOMP (22) fails with EINVAL (22).
    "(0x20, 0, 0, 0), (0x15, 0, 3, 167 if os.uname().machine == 'aarch64' else 157), (0x20, 0, 0, 16),"
    " (0x15, 0, 1, 22), (0x06, 0, 0, 0x50000 | 22)",
)


@pytest.mark.skipif(sys.platform != "linux", reason="modules run on Linux only")
def test_a_fence_that_holds_nothing_is_an_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_A_FILTER.replace('"--json"', '"--color", "never"')],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert "fence:       error" in done.stdout
    assert "    failed              starting a program: got through" in done.stdout


def test_the_report_contains_no_secrets(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_text('ignore = ["MG104"]\nselct = 3\n')
    (tmp_path / "secret.go").write_text("package secret // s3cret\n")
    done = doctor(
        "--report",
        cwd=tmp_path,
        HOME=str(tmp_path),
        GOFLAGS="-ldflags=-X=main.token=s3cret",
        GOPROXY="https://me:s3cret@proxy.example.com",
        AEROSPIKE_PASSWORD="s3cret",
        GOMODCACHE=f"{tmp_path}/cache",
        LANG="https://me:s3cret@example.com",
    )
    text = done.stdout
    for part in ("- modgo ", "- CPython ", "tree-sitter", "| c-compiler | ", "| go | ", "MG104", "selct"):
        assert part in text
    assert "- `GOMODCACHE=~/cache`" in text
    assert "s3cret" not in text
    assert str(tmp_path) not in text
    assert "AEROSPIKE" not in text


def test_colours_only_mark(tmp_path: Path) -> None:
    coloured = doctor("--color=always", "--go", "/no/such/go", cwd=tmp_path).stdout
    plain = doctor("--go", "/no/such/go", cwd=tmp_path).stdout
    marks = r"^[a-z-]+: +(?:ok|error|optional)\b"
    assert re.findall(marks, re.sub(r"\x1b\[\d+m", "", coloured), re.MULTILINE) == re.findall(
        marks, plain, re.MULTILINE
    )
    assert "\x1b" not in plain
    assert re.search(r"^go: +\x1b\[31m\x1b\[1merror\x1b\[0m\n", coloured)
    assert re.search(r"^c-compiler: +\x1b\[32m(\x1b\[22m)?ok\x1b\[0m ", coloured, re.MULTILINE)
