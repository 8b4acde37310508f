"""`modgo call` as a process: results, the record's change, samples, and exit codes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.modgo_command import modgo

ROOT = Path(__file__).parents[2]
UDFS = ROOT / "tests" / "build" / "modules" / "udfs"


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with udfs.so."""
    folder = tmp_path_factory.mktemp("call")
    done = modgo("build", str(UDFS), "-o", str(folder), cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_result_and_the_change_are_shown(module: Path) -> None:
    done = modgo(
        "call", "udfs.so", "add", "hits", "5", "--record", '{"bins": {"hits": 1, "a": [1]}}', cwd=module
    )
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[:7] == [
        "6",
        '  record ["test", "demo", "sample"]',
        "  a: [1]",
        "- hits: 1",
        "+ hits: 6",
        "- (generation 1, ttl 0)",
        "+ (generation 2, ttl 0)",
    ]
    assert lines[7].startswith("update in ")


def test_negative_numbers_and_words_are_arguments(module: Path) -> None:
    done = modgo("call", "udfs.so", "double", "-21", "--json", cwd=module)
    assert json.loads(done.stdout)["result"] == -42
    done = modgo("call", "udfs.so", "echo", "two words", cwd=module)
    assert done.stdout.splitlines()[0] == '"two words"'
    done = modgo("call", "udfs.so", "echo", "--", "--json", cwd=module)
    assert done.stdout.splitlines()[0] == '"--json"'


def test_json_has_the_digits_of_values(module: Path) -> None:
    values = "[9007199254740993,9007199254740991,88.0,-0.0,1e300,6,6.5]"
    exact = values.replace("9007199254740993", '{"$int":"9007199254740993"}')
    done = modgo(
        "call", "udfs.so", "echo", values, "--record", f'{{"bins":{{"v":{values}}}}}', "--json", cwd=module
    )
    printed = "".join(done.stdout.split())
    assert f'"result":{exact},' in printed
    assert f'"bins":{{"v":{exact}}}' in printed


def test_default_samples(module: Path) -> None:
    samples = module / "testdata" / "udf"
    samples.mkdir(parents=True)
    (samples / "default.record.json").write_text('{"bins": {"n": 1}, "generation": 3}')
    assert modgo("call", "udfs.so", "meta", cwd=module).stdout.startswith('"true 3demo0s"')
    (samples / "meta.record.json").write_text('{"bins": {"n": 1}, "key": ["t", "s", 1], "generation": 7}')
    assert modgo("call", "udfs.so", "meta", cwd=module).stdout.startswith('"true 7s0s"')
    (samples / "meta.record.json").write_text("{")
    done = modgo("call", "udfs.so", "meta", cwd=module)
    shutil.rmtree(samples)
    assert done.returncode == 2
    assert "meta.record.json:1:2: not JSON" in done.stderr


def test_a_package_is_built_first(module: Path) -> None:
    done = modgo("call", str(UDFS), "double", "4", "--json", cwd=module)
    assert json.loads(done.stdout)["result"] == 8
    assert not (UDFS / "udfs.so").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["udfs.so", "fail"], 1, "udf: out of tokens"),
        (["udfs.so", "index", "[]"], 1, "panic: runtime error: index out of range"),
        (["udfs.so", "exit"], 1, "crash: exit: the module ended its process"),
        (["udfs.so", "spin", "--timeout", "0.3"], 1, "timeout: spin did not return within 0.3 s"),
        (["udfs.so", "ad"], 2, "did you mean add?"),
        (["udfs.so", "double"], 2, "double expects 1 argument, got 0\nHelp: its signature is double(n "),
        (["udfs.so", "double", '"x"'], 2, "expected an integer, got the string"),
        (["udfs.so", "double", "[1"], 2, "argument 1 is not JSON"),
        (["udfs.so", "meta", "--record", "{bins: 1}"], 2, "record:1:2: not JSON"),
        (["udfs.so", "meta", "--record", "nofile.json"], 2, "nofile.json cannot be read"),
        (["udfs.so", "meta", "--record", '{"bins": {"a": {"$bytes": 1}}}'], 2, "bins.a.$bytes: must be"),
        (["nowhere.so", "meta"], 2, "nowhere.so does not exist"),
        (["nowhere", "meta"], 2, "nowhere does not exist"),
        (["text.so", "meta"], 2, "text.so: is not a shared object"),
        (["udfs.so"], 2, "Missing argument 'FUNCTION'"),
        (["udfs.so", "echo", "--recod", "{}"], 2, "there is no option --recod\nHelp: did you mean --record?"),
        (["udfs.so", "echo", "--x=1"], 2, "an argument of the function goes after --, as in: -- --x=1"),
    ],
)
def test_failures_have_one_message_and_their_exit_code(
    module: Path, arguments: list[str], code: int, message: str
) -> None:
    (module / "text.so").write_text("text")
    done = modgo("call", *arguments, cwd=module)
    assert message in done.stderr
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_failures_as_json(module: Path) -> None:
    done = modgo("call", "udfs.so", "fail", "--json", cwd=module)
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "ok": False,
        "error": {"kind": "udf", "message": "out of tokens", "frames": []},
        "logs": [],
    }


def test_a_package_that_does_not_build(module: Path, tmp_path: Path) -> None:
    (tmp_path / "m.go").write_text((UDFS / "shared" / "shared.go").read_text())
    done = modgo("call", ".", "double", "1", "--json", cwd=tmp_path)
    assert done.returncode == 2
    result = json.loads(done.stdout)
    assert (result["ok"], result["error"]["kind"]) == (False, "usage")
    assert result["findings"][0]["code"] == "MG406"


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_leaves_no_worker(module: Path, times: int) -> None:
    command = [sys.executable, "-m", "modgo_lsp", "call", "udfs.so", "spin", "--timeout", "60"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=module, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        found = _worker_of(process.pid)
        for _ in range(times):
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.stderr is not None
        message = process.stderr.read()
        assert process.wait(10) == 130
    assert "Traceback" not in message
    assert not psutil.wait_procs([found], timeout=60)[1]


def _worker_of(pid: int) -> psutil.Process:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for child in psutil.Process(pid).children():
            if child.name() == "mod-go-worker" and child.num_threads() > 3:  # Go has begun
                time.sleep(0.3)
                return child
        time.sleep(0.02)
    raise AssertionError("there is no worker")


def test_a_module_finds_its_package(tmp_path: Path) -> None:
    """Samples come from the package, wherever the .so is; a .so older than its source gets a note."""
    package, out = tmp_path / "counters", tmp_path / "out"
    shutil.copytree(ROOT / "examples" / "counters", package)
    out.mkdir()
    for options in ((), ("--release",)):
        built = subprocess.run(
            [sys.executable, "-m", "modgo_lsp", "build", str(package), "-o", "c.so", "--json", *options],
            cwd=out,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert built.returncode == 0, built.stdout
        called = modgo("call", "c.so", "add", "hits", "5", "100", cwd=out)
        if options:  # it contains no path of this machine
            assert str(tmp_path).encode() not in (out / "c.so").read_bytes()
            assert "(does not exist)" in called.stdout
            assert "Note" not in called.stderr
            continue
        assert '["test", "counters", "logins"]' in called.stdout
        assert called.stdout.endswith("\nrecord of ../counters/testdata/udf/add.record.json\n")
        assert "older" not in called.stderr
        for command in (("call", "c.so", "add", "hits", "5", "100", "--json"), ("load", "c.so")):
            with (package / "counters.go").open("a") as file:
                file.write("\n")
            done = modgo(*command, cwd=out)
            assert "Warning: c.so is older than its source in ../counters; build it again" in done.stderr
        package.rename(tmp_path / "moved")
        assert "(does not exist)" in modgo("call", "c.so", "add", "hits", "5", "100", cwd=out).stdout
        (tmp_path / "moved").rename(package)
