"""`modgo build ./...`, and records from the standard input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.modgo_command import modgo

ROOT = Path(__file__).parents[2]
SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
SOURCE = (
    f'package {{name}}\n\nimport "{SDK}"\n\nfunc init() {{{{ udf.Register("add", Add) }}}}\n\n'
    "func Add(rec *udf.Record, n int) (int, error) {{ return n, {error} }}\n"
)


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text(f"module example.com/m\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n")
    for folder, error in (("a", "nil"), ("b/bad", "7"), ("b/good", "nil")):
        (tmp_path / folder).mkdir(parents=True)
        name = Path(folder).name
        (tmp_path / folder / f"{name}.go").write_text(SOURCE.format(name=name, error=error))
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "plain.go").write_text("package plain\n")
    return tmp_path


def test_each_package_with_udfs_becomes_a_module(modules: Path) -> None:
    ran = modgo("build", "./...", "-o", "out/", cwd=modules)
    assert ran.returncode == 1
    assert ran.stdout.endswith("Built 2 of 3 modules; failed: bad.\n")
    assert sorted(path.name for path in (modules / "out").iterdir()) == ["a.so", "good.so"]
    ran = modgo("build", "./b/...", "./a", "--json", "-o", "out", cwd=modules)
    answer = json.loads(ran.stdout)
    assert (ran.returncode, answer["ok"]) == (1, False)
    assert {one["module"]: one["ok"] for one in answer["modules"]} == {"a": True, "bad": False, "good": True}
    call = ("call", "out/a.so", "add", "3")
    ran = modgo(*call, "--record", "-", "--json", cwd=modules, lines='\ufeff{"bins": {"n": 1}}\n')
    assert json.loads(ran.stdout)["record"]["before"]["bins"] == {"n": 1}
    ran = modgo(*call, "--records", "-", cwd=modules, lines='{"bins": {"n": 1}}\n\n{"bins": {"n": 2}}')
    assert "2 calls, none failed" in ran.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("build", "./...", "-o", "all.so"), "-o all.so is not a folder"),
        (("build", "./plain/..."), "no package in ./plain/... has UDFs"),
        (("build", "./nowhere/..."), "there is no such file or folder"),
    ],
)
def test_patterns_that_build_nothing(modules: Path, words: tuple[str, ...], said: str) -> None:
    ran = modgo(*words, cwd=modules)
    assert ran.returncode == 2
    assert said in ran.stderr


def test_two_modules_of_one_name(modules: Path) -> None:
    (modules / "c" / "a").mkdir(parents=True)
    (modules / "c" / "a" / "a.go").write_text(SOURCE.format(name="a", error="nil"))
    ran = modgo("build", "./...", cwd=modules)
    assert ran.returncode == 2
    assert "a and c/a would both become a.so" in ran.stderr
    assert not (modules / "a.so").exists()


@pytest.mark.parametrize("text", ["", "hits", "\x00\x01"])
def test_standard_input_that_is_no_record(modules: Path, text: str) -> None:
    ran = modgo("call", "./a", "add", "1", "--record", "-", lines=text, cwd=modules)
    assert ran.returncode == 2
    assert "standard input is not a record" in ran.stderr
