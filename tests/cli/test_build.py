"""`modgo build` as a process: the module, the output and the exit codes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.modgo_command import modgo

MODULES = Path(__file__).parents[1] / "build" / "modules"
SDK_PATH = "github.com/GeertJohan/aerospike-mod-go/udf"
GO_MOD = f"module example.com/m\n\ngo 1.24\n\nrequire {SDK_PATH} v1.0.0\n"
GOOD = (
    f'package m\n\nimport "{SDK_PATH}"\n\nfunc Add(r *udf.Record, n int64) int64 {{ return n }}\n\n'
    'func init() { udf.Register("add", Add) }\n'
)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def module(tmp_path: Path) -> Path:
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "go.mod").write_text(GO_MOD)
    (folder / "m.go").write_text(GOOD)
    return folder


def test_json_is_the_contract(module: Path, tmp_path: Path) -> None:
    done = modgo("build", "m", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert set(result) == {
        "ok", "module", "output", "bytes", "sha256",
        "dispatch", "target", "functions", "findings", "elapsed_ms",
    }  # fmt: skip
    assert result["output"] == str(tmp_path / "m.so")
    assert (tmp_path / "m.so").stat().st_size == result["bytes"]
    assert result["functions"][0]["name"] == "add"


def test_text_and_the_current_folder(module: Path) -> None:
    done = modgo("build", cwd=module)
    assert done.returncode == 0
    assert done.stdout.startswith("m.so: ")
    assert "1 function (add)" in done.stdout
    assert (module / "m.so").exists()


def test_output_folders_and_spaces(module: Path, tmp_path: Path) -> None:
    spaced = tmp_path / "with a space"
    module.rename(spaced)
    done = modgo("build", str(spaced), "-o", "out/", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out" / "with a space.so").exists()


def test_a_compiler_error_exits_with_1(module: Path, tmp_path: Path) -> None:
    (module / "m.go").write_text(GOOD.replace("return n", "return nothing"))
    done = modgo("build", "m", cwd=tmp_path)
    assert done.returncode == 1
    assert "MG401 error: undefined: nothing" in done.stdout
    assert "m/m.go:5:49" in done.stdout
    finding = json.loads(modgo("build", "m", "--json", cwd=tmp_path).stdout)["findings"][0]
    assert finding["range"] == {"start": {"line": 5, "column": 49}, "end": {"line": 5, "column": 56}}
    assert (finding["code"], finding["path"]) == ("MG401", "m/m.go")


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ("go.mod", "m", "there is no go.mod"),
        ("", "nowhere", "nowhere does not exist"),
        ("", "m/m.go", "is not a folder"),
        ("m.go", "m", "no Go files"),
    ],
)
def test_a_wrong_set_up_exits_with_2(module: Path, tmp_path: Path, change: str, path: str, said: str) -> None:
    if change:
        (module / change).unlink()
    done = modgo("build", path, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def program(name: str) -> Path:
    """The Go program itself: the `go` of a wheel is a script that needs the wheel."""
    if name == "go":
        root = subprocess.run(["go", "env", "GOROOT"], capture_output=True, text=True, check=True).stdout
        return Path(root.strip()) / "bin" / "go"
    found = shutil.which(name)
    assert found, f"{name} is not on PATH"
    return Path(found)


@pytest.mark.parametrize(
    ("tools", "said"),
    [
        ((), "there is no Go on PATH"),
        (("go",), "there is no C compiler on PATH"),
        (("old", "gcc"), "Go 1.21.5"),
    ],
)
def test_missing_tools_name_a_remedy(module: Path, tmp_path: Path, tools: tuple[str, ...], said: str) -> None:
    """Isolates Python from the wheels, which would otherwise provide the tools."""
    path = tmp_path / "bin"
    path.mkdir()
    for tool in tools:
        if tool == "old":
            (path / "go").write_text('#!/bin/sh\necho \'{"GOVERSION": "go1.21.5"}\'\n')
            (path / "go").chmod(0o755)
        else:
            (path / tool).symlink_to(program(tool))
    blocked = tmp_path / "blocked"
    for wheel in ("go", "ziglang"):  # modules of these names, but not the wheels
        (blocked / wheel).mkdir(parents=True)
        (blocked / wheel / "__init__.py").touch()
    done = modgo("build", "m", cwd=tmp_path, PATH=str(path), CC="", PYTHONPATH=f"{blocked}{os.pathsep}{ROOT}")
    assert done.returncode == 2
    assert f"MG406 error: {said}" in done.stdout or said in done.stdout
    assert "pip install 'modgo-lsp[" in done.stdout


def _in_background() -> None:
    """A shell has a script's commands in the background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.mark.parametrize(
    ("number", "begin"),
    [(signal.SIGINT, None), (signal.SIGTERM, None), (signal.SIGHUP, None), (signal.SIGTERM, _in_background)],
)
def test_an_interrupt_leaves_nothing(
    module: Path, tmp_path: Path, number: signal.Signals, begin: Callable[[], None] | None
) -> None:
    slow = tmp_path / "slowcc"
    pid = tmp_path / "pid"
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *--version*) echo slow 1;; *) echo $$ >{pid}; exec sleep 600;; esac\n'
    )
    slow.chmod(0o755)
    (module / "m.go").write_text(GOOD.replace("import", 'import "C"\nimport', 1))
    running = subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", "build", "m", "--cc", str(slow)],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=begin,
    )
    for _ in range(1200):
        if pid.exists() and pid.read_text().strip():
            break
        time.sleep(0.05)
    sleeper = int(pid.read_text())
    running.send_signal(number)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 128 + number
    assert "Traceback" not in said
    if psutil.pid_exists(sleeper):  # it may still be listed as a zombie
        assert psutil.Process(sleeper).status() == psutil.STATUS_ZOMBIE
    assert not (tmp_path / "m.so").exists()


def test_help_has_examples(tmp_path: Path) -> None:
    for command in ("build", "load", "call", "sdk", "doctor"):
        done = modgo(command, "--help", cwd=tmp_path)
        assert done.returncode == 0
        assert "Examples:" in done.stdout


def _no_cc1(folder: Path, flag: str, said: str) -> str:
    """A C compiler that answers --version and fails at everything else."""
    path = folder / "gcc"
    path.write_text(f'#!/bin/sh\ncase "$*" in *{flag}*) echo "{said}" >&2; exit 1;; esac\nexec gcc "$@"\n')
    path.chmod(0o755)
    return str(path)


SETUPS: dict[str, Callable[[Path], dict[str, str]]] = {
    "no cache": lambda folder: {"XDG_CACHE_HOME": "/proc/none"},
    "cache is a file": lambda folder: {"XDG_CACHE_HOME": str(folder / "m" / "m.go")},
    "no home": lambda folder: {"HOME": "", "XDG_CACHE_HOME": "", "GOCACHE": "", "GOPATH": ""},
    "GOFLAGS": lambda folder: {"GOFLAGS": "-nosuch"},
    "GOFLAGS, a value": lambda folder: {"GOFLAGS": "-mod=banana"},
    "GOFLAGS, of the linker": lambda folder: {"GOFLAGS": "-ldflags=-zz"},
    "Go's cache": lambda folder: {"GOCACHE": "/proc/none"},
    "no cache of Go's": lambda folder: {"GOCACHE": "off"},
    "module cache": lambda folder: {"GOMODCACHE": "/proc/none"},
    "C flags": lambda folder: {"CGO_CFLAGS": "-nosuchflag"},
    "linker flags": lambda folder: {"CGO_LDFLAGS": "-fuse-ld=nosuch"},
    "no library": lambda folder: {"CGO_LDFLAGS": "-lnosuchlibrary"},
    "no C compiler": lambda folder: {"CC": "/bin/false"},
    "no linker": lambda folder: {"CC": _no_cc1(folder, "-shared", "collect2: fatal error: cannot find 'ld'")},
    "a C compiler in part": lambda folder: {
        "CC": _no_cc1(folder, " -c ", "gcc: fatal error: cannot execute 'cc1': No such file or directory")
    },
    "full disk": lambda folder: {
        "CC": _no_cc1(folder, "-shared", "/usr/bin/ld: final link: No space left on device")
    },
    "Go experiment": lambda folder: {"GOEXPERIMENT": "nosuch"},
}


@pytest.mark.parametrize("setup", SETUPS)
@pytest.mark.parametrize("command", [("build", "m"), ("load", "m"), ("lint", "--build", "m")], ids=" ".join)
def test_a_fault_of_the_setup_is_not_an_error_in_the_code(
    setup: str, command: tuple[str, ...], module: Path, tmp_path: Path
) -> None:
    done = modgo(*command, cwd=tmp_path, **SETUPS[setup](tmp_path))
    assert done.returncode == 2, done.stdout + done.stderr
    assert "MG401" not in done.stdout
    assert "MG406" in done.stdout or done.stderr.startswith("Error: ")
    assert not (tmp_path / "m.so").exists()
    assert "Traceback" not in done.stderr


def test_a_missing_temporary_folder_does_not_matter(module: Path, tmp_path: Path) -> None:
    done = modgo("load", "m", cwd=tmp_path, TMPDIR="/no/such", GOTMPDIR="/no/such")
    assert done.returncode == 0, done.stdout + done.stderr
