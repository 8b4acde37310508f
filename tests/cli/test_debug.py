"""`modgo debug` on Delve's prompt, as a process: results are those of `modgo call`, and nothing is left."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
UDFS = ROOT / "tests" / "build" / "modules" / "udfs"
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="modules run on Linux only"),
    pytest.mark.usefixtures("delve"),
]


def modgo(
    *words: str, cwd: Path = ROOT, lines: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modgo_lsp", *words],
        cwd=cwd,
        input=lines,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environment},
    )


def debug(*words: str, lines: str = "continue\nquit\n", **how: str) -> subprocess.CompletedProcess[str]:
    return modgo("debug", *words, lines=lines, **how)


def untimed(text: str) -> str:
    return re.sub(r" in \d+\.\d{3} ms", "", text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the module, with a sample, records and a case."""
    folder = tmp_path_factory.mktemp("debug") / "udfs"
    shutil.copytree(UDFS, folder)
    samples = folder / "testdata/udf"
    samples.mkdir(parents=True, exist_ok=True)
    (samples / "add.record.json").write_text('{"key": ["test", "demo", "k"], "bins": {"hits": 1}}')
    (samples / "many.jsonl").write_text('{"bins": {"hits": 1}}\n{"bins": {"hits": 2}}\n')
    (samples / "add.case.json").write_text(
        '{"name": "two more", "function": "add", "args": ["hits", 2], "record": {"bins": {"hits": 40}}}'
    )
    return folder


def test_it_stops_at_the_functions_first_line_with_its_arguments(folder: Path) -> None:
    done = debug(str(folder), "add", "hits", "5", lines="args\nstack\ncontinue\nquit\n")
    assert done.returncode == 0, done.stderr
    assert "> [Breakpoint 1] example.com/udfs.Add() " in done.stdout
    assert re.search(r"=>\s*\d+:\s*func Add\(r \*udf.Record, bin string, by int64\)", done.stdout)
    assert 'bin = "hits"\nby = 5\n' in done.stdout
    assert "zz_modgo_bind.go:" in done.stdout


def test_the_result_is_that_of_call(folder: Path) -> None:
    called = modgo("call", str(folder), "add", "hits", "5")
    done = debug(str(folder), "add", "hits", "5")
    assert "+ hits: 6" in called.stdout
    result, sample = untimed(called.stdout).rsplit("record of", 1)
    assert result in done.stdout
    assert done.stdout.rstrip().endswith(f"record of{sample}".rstrip())
    assert (folder / "add.record.json").exists() is False


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("create", ['{"$bytes": "AAE="}']),
        ("collections", ["[1, 2]", '{"a": 0.5}', '{"X": 3, "Y": 4, "name": "n"}', "a", "b"]),
        ("meta", []),
        (
            "echo",
            ['{"$map": [[1, {"$int": "9223372036854775807"}], ["b", {"$double": "NaN"}]], "order": "kv"}'],
        ),
    ],
)
def test_values_and_records_are_those_of_call(folder: Path, function: str, arguments: list[str]) -> None:
    words = (
        str(folder),
        function,
        *arguments,
        "--record",
        "null" if function == "create" else '{"bins": {"a": 1}}',
    )
    # A function literal is on the line that registers it, so that stops there as well.
    called, done = modgo("call", *words), debug(*words, lines="clearall\ncontinue\nquit\n")
    assert called.returncode == done.returncode == 0, done.stderr
    assert untimed(called.stdout) in done.stdout


@pytest.mark.parametrize(("function", "arguments"), [("add", ["hits", "one"]), ("remove", [])])
def test_a_failed_call_is_that_of_call(folder: Path, function: str, arguments: list[str]) -> None:
    words = (str(folder), function, *arguments, "--record", "null")
    called, done = modgo("call", *words), debug(*words)
    assert called.returncode in (1, 2)
    assert done.returncode == called.returncode, done.stderr
    assert called.stderr.splitlines()[0] in done.stderr


def test_a_method_value_and_a_literal_stop_too(folder: Path) -> None:
    done = debug(str(folder), "next", "40", lines="continue\nquit\n")
    assert re.search(r"=>\s*\d+:\s*func \(c counter\) next\(n int64\)", done.stdout), done.stdout
    done = debug(str(folder), "echo", "1", lines="continue\nquit\n")
    assert re.search(r'=>\s*\d+:\s*udf.Register\("echo", func', done.stdout), done.stdout


def test_log_lines_come_as_they_are_written(folder: Path) -> None:
    done = debug(str(folder), "speak")
    assert re.search(r"^warning: udfs.go:\d+: careful n=3$", done.stderr, re.MULTILINE), done.stderr
    assert "printed\n" in done.stdout


def test_each_of_many_records(folder: Path) -> None:
    many = str(folder / "testdata/udf/many.jsonl")
    done = debug(str(folder), "add", "hits", "1", "--records", many, lines="continue\ncontinue\nquit\n")
    assert done.returncode == 0, done.stderr
    assert '["test", "demo", 1]: 2  update' in done.stdout
    assert '["test", "demo", 2]: 3  update' in done.stdout


def test_a_stream_on_nodes() -> None:
    words = ("examples/sales", "largest", "2", "--stream", "--nodes", "3")
    called = modgo("call", *words)
    done = debug(*words, lines="clearall\ncontinue\nquit\n")
    assert called.returncode == done.returncode == 0, done.stderr
    result, _ = untimed(called.stdout).rsplit("records of", 1)
    assert result in done.stdout


def test_a_case(folder: Path) -> None:
    done = debug(str(folder), "--case", "two more")
    assert '42\n  record ["test", "demo", "sample"]\n- hits: 40\n' in done.stdout, done.stdout + done.stderr
    done = debug(str(folder), "--case", "two more", "--record", '{"bins": {"hits": 7}}')
    assert "- hits: 7\n" in done.stdout, done.stdout + done.stderr
    done = debug(str(folder), "--case", "two mor")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no case 'two mor'" in done.stderr
    assert "did you mean two more?" in done.stderr


def test_a_module_needs_no_grant(folder: Path, tmp_path: Path) -> None:
    """Neither its file, which is not loaded, nor its program, which has no fence."""
    shutil.copytree(folder, tmp_path / "m")
    (tmp_path / "m" / "modgo.toml").write_text('wants-network = true\nwants-read = ["/etc"]\n')
    modgo("build", str(tmp_path / "m"), "-o", str(tmp_path / "m.so"))
    assert "the module wants the network" in modgo("load", str(tmp_path / "m.so")).stderr
    for module in ("m.so", "m"):
        done = debug(str(tmp_path / module), "add", "hits", "5")
        assert "+ hits: 6" in done.stdout, done.stdout + done.stderr


def test_a_file_that_is_no_module_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "m.so").write_text('{"flags": [], "folders": [' + "[" * 100_000)
    done = debug(str(tmp_path / "m.so"), "add")
    assert done.returncode == 2
    assert "m.so is no UDF module: it is not" in done.stderr


def test_a_module_file_names_its_package(folder: Path, tmp_path: Path) -> None:
    modgo("build", str(folder), "-o", str(tmp_path / "m.so"))
    done = debug(str(tmp_path / "m.so"), "add", "hits", "5")
    assert "+ hits: 6" in done.stdout, done.stdout + done.stderr
    modgo("build", str(folder), "--release", "-o", str(tmp_path / "m.so"))
    done = debug(str(tmp_path / "m.so"), "add", "hits", "5")
    assert done.returncode == 2
    assert "name the folder of its package" in done.stderr


def test_a_panic_stops_where_it_happens(folder: Path) -> None:
    done = debug(str(folder), "index", "[1]", lines="clearall\ncontinue\nstack\nquit\n")
    assert "[unrecovered-panic]" in done.stdout
    assert re.search(r"in example.com/udfs.index\n\s+at .*udfs.go:\d+", done.stdout), done.stdout
    done = debug(str(folder), "index", "[1]", lines="continue\ncontinue\nquit\n")
    assert "panic: runtime error: index out of range [5] with length 1" in done.stderr


def test_a_setup_that_fails(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "m")
    (tmp_path / "m/late.go").write_text(
        'package udfs\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\n'
        'func init() {\n\tvar missing func() int\n\tudf.Register("missing", missing)\n}\n'
    )
    done = debug(str(tmp_path / "m"), "add", "hits", "1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the function is nil when it is registered" in done.stderr


def test_restart_makes_the_call_again(folder: Path) -> None:
    done = debug(str(folder), "add", "hits", "5", lines="continue\nrestart\ncontinue\ncontinue\nquit\n")
    assert done.stdout.count("+ hits: 6") == 2, done.stdout


def test_nothing_is_written_beside_the_package(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    debug(str(folder), "add", "hits", "5")
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("PKG", "ad", "1"), "no function is registered as 'ad'"),
        (("PKG", "add", "--stream"), "add is a record UDF"),
        (("PKG", "add", "--record", "-"), "the standard input is the debugger's"),
        (("PKG", "add", "--record", "{"), "record:1:2"),
        (("PKG",), "Missing argument 'FUNCTION'"),
        (("no/such", "add"), "no/such does not exist"),
        (("PKG", "add", "--case", "two more", "--records", "x"), "cannot be read"),
        (("PKG", "fail", "--case", "two more"), "calls add, not fail"),
        (("PKG", "add", "--dap", "99999"), "--dap 99999 is not a port"),
        (("--install-delve", "PKG"), "take no module"),
    ],
)
def test_wrong_usage(folder: Path, words: tuple[str, ...], message: str) -> None:
    done = debug(*(str(folder) if word == "PKG" else word for word in words))
    assert done.returncode == 2, done.stdout + done.stderr
    assert message in done.stderr
    assert done.stdout == ""


def test_a_package_that_does_not_build(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "m")
    with (tmp_path / "m/udfs.go").open("a") as file:
        file.write("\nfunc broken() int { return missing }\n")
    done = debug(str(tmp_path / "m"), "add", "hits", "1")
    assert done.returncode == 1
    assert "undefined: missing" in done.stdout
    assert done.stderr.endswith(" was not built.\n")


def test_without_delve(folder: Path, tmp_path: Path) -> None:
    nowhere = {
        "PATH": os.pathsep.join(
            each for each in os.environ["PATH"].split(os.pathsep) if not Path(each, "dlv").exists()
        ),
        "GOPATH": str(tmp_path),
        "GOBIN": "",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    done = debug(str(folder), "add", "hits", "5", **nowhere)
    assert done.returncode == 2
    assert "the debugger Delve (dlv) was not found" in done.stderr
    assert "modgo debug --install-delve" in done.stderr
    checked = modgo("doctor", **nowhere)
    assert "delve:       optional\n    not found; only `modgo debug` needs it\n" in checked.stdout


def test_an_old_delve_is_refused(folder: Path, tmp_path: Path) -> None:
    old = tmp_path / "bin/dlv"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho Delve Debugger\necho Version: 1.9.0\n")
    old.chmod(0o755)
    path = f"{old.parent}{os.pathsep}{os.environ['PATH']}"
    bare = {"GOPATH": str(tmp_path), "GOBIN": "", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    path = os.pathsep.join(
        each for each in path.split(os.pathsep) if each == str(old.parent) or not Path(each, "dlv").exists()
    )
    done = debug(str(folder), "add", "hits", "5", PATH=path, **bare)
    assert done.returncode == 2
    assert f"{old} is Delve 1.9.0, and modgo needs 1.22 or newer" in done.stderr


def test_delve_is_installed_into_the_cache(tmp_path: Path, delve: str) -> None:
    """With an offline proxy it is an error; by the ordinary one it becomes the one that is found."""
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = debug("--install-delve", **cache, GOPROXY="off", GOMODCACHE=str(tmp_path / "empty"))
    assert done.returncode == 2
    assert "Delve could not be installed" in done.stderr
    assert "check the network and GOPROXY" in done.stderr
    assert not (tmp_path / "cache/modgo/delve").exists()
    assert list((tmp_path / "cache/modgo/scratch").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_process(folder: Path, number: int) -> None:
    process = psutil.Popen(
        [sys.executable, "-m", "modgo_lsp", "debug", str(folder), "spin"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for line in process.stdout:
        if b"[Breakpoint 1]" in line:
            break
    process.stdin.write(b"continue\n")
    process.stdin.flush()
    children = process.children(recursive=True)
    assert len(children) >= 2
    process.send_signal(number)
    assert process.wait(30) == 128 + number
    deadline = time.monotonic() + 30
    while any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children):
        assert time.monotonic() < deadline, children
        time.sleep(0.05)
