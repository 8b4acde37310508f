"""The tool itself: which mutants there are, which sample a seed gives, how the outcome of a test is read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from textwrap import indent

import msgspec
import pytest

pytest.importorskip("mutmut", reason="make mutants installs it")

from coverage import CoverageData

from tests.mutants import suites
from tests.mutants.__main__ import Result, draw, equivalents, measure, read_killed, sources
from tests.mutants.covering import Covering
from tests.mutants.mutant import Mutant
from tests.mutants.python_mutants import python_mutants
from tests.mutants.suites import language, run_tests
from tests.mutants.tree_mutants import tree_mutants
from tests.mutants.working_copy import ROOT, Outcome, WorkingCopy

PYTHON = '''"""A docstring with 1 < 2."""
from os import path

__all__ = ["a", "b", "c"]
log.info("n %d", 1 + 1)
@cache(1)
def f(x: int | None = None) -> int | None:
    if x is None or x < 10:
        raise ValueError(f"not {1 + 1}")
    log.debug("x %d", x + 1)
    return x
'''
C = """#include <a.h>
#define MAX (1 + 2)
/* 1 < 2 */
static const char *text = "1 < 2";
static const int list[] = {1, 2, 3};
int f(int x)
{
	if (x <= MAX && x != 3)
		return x + 1;
	g(x);
	return 0;
}
"""


def changes(mutants: list[Mutant]) -> set[str]:
    """The new lines, without white space."""
    return {"".join(each.diff.splitlines()[-1][1:].split()) for each in mutants}


def test_python() -> None:
    found = {line: changes(python_mutants("a.py", PYTHON, line)) for line in range(1, 12)}
    assert {line for line, mutants in found.items() if mutants} == {8, 9}
    assert found[8] == {
        *("ifxisnotNoneorx<10:", "ifxisNoneandx<10:", "ifxisNoneorx<=10:", "ifxisNoneorx<11:"),
        *("ifxisNone:", "ifx<10:", "ifnot(xisNoneorx<10):"),
    }
    assert found[9] == {"pass"}


def test_code_that_is_the_same_or_a_choice_is_left_out() -> None:
    def lines(code: str) -> set[str]:
        return changes(python_mutants("a.py", f"def f(n: int, depth: int = 0) -> None:\n    {code}\n", 2))

    assert not python_mutants("a.py", "def f(n: int, depth: int = 0) -> None:\n    pass\n", 1)
    assert python_mutants("a.py", "def f(n: int = 0) -> None:\n    pass\n", 1)
    assert {'return"".rfind("")'} <= lines('return "".find("")')
    assert not any("rfind" in each for each in lines('return "".find("") < 0'))
    assert any("<1" in each for each in lines('return "".find("") < 0'))
    assert not any("<1" in each for each in lines('return "".find("", n) < 0'))
    assert not any("False" in each for each in lines("return zip(n, n, strict=True)"))
    assert lines("return zip(n, m, strict=True)") == {
        *(f"returnzip({each},strict=True)" for each in ("None,m", "n,None", "m", "n"))
    }
    assert any("False" in each for each in lines("return g(n, n, strict=True)"))
    assert lines('return getattr(os, "O_BINARY", 0)') == set()
    assert lines('return getattr(n, "O_BINARY", 0)')
    for test in ('sys.platform != "linux"', 'sys.platform == "win32"'):
        code = f"if {test}:\n    return 1\nelse:\n    return 2\n"
        found = [
            bool(python_mutants("a.py", f"def f() -> int:\n{indent(code, '    ')}", n)) for n in range(2, 6)
        ]
        assert found == [True, False, False, True]
    for limits in ("MOST = 8", "_MOST = 1 << 20", "_FEW, _MUCH = 8, 256 * 1024", "_MOST = 2 * 3 * 4"):
        assert lines(limits) == set()
    for others in ("most = 8", "_MOST = n << 20", "_FEW, _MUCH = 8, n * 1024"):
        assert lines(others)
    assert lines("return n / 1e6") == {"returnn*1e6"}
    assert lines("return n // 1_000") == {"returnn/1_000"}


def test_c() -> None:
    found = {line: changes(tree_mutants("a.c", C, line)) for line in range(1, 13)}
    assert {line for line, mutants in found.items() if mutants} == {5, 8, 9, 10, 11}
    assert "staticconstintlist[]={1,3};" in found[5]
    assert {"if(x<MAX&&x!=3)", "if(x<=MAX||x!=3)", "if(x!=3)", "if(!(x<=MAX&&x!=3))"} < found[8]
    assert found[10] == {";"}
    assert changes(tree_mutants("a.c", "int f(int a)\n{\n\treturn a < b ? a : b;\n}\n", 3)) == set()
    assert changes(tree_mutants("a.c", "int f(int a)\n{\n\treturn a < b ? b : c;\n}\n", 3))
    assert changes(tree_mutants("a.c", "int f(int a)\n{\n\tg(x * 1000000u);\n}\n", 3)) == {
        "g(x/1000000u);",
        ";",
    }
    assert changes(tree_mutants("a.c", "int f(int a)\n{\n\treturn a == b ? a : b;\n}\n", 3))
    for allocated, numbers in (("(a + 1) * sizeof(b[0])", set()), ("a / 2", {"(2+1)"})):
        found = changes(tree_mutants("a.c", f"int f(int a)\n{{\n\treturn malloc({allocated});\n}}\n", 3))
        assert {each for each in numbers if any(each in line for line in found)} == numbers
        assert found
        assert not any("(1+1)" in line or "(0+1)" in line for line in found)


def test_go() -> None:
    text = 'package p\n\nimport "a"\n\nfunc f(x int) bool {\n\treturn x >= 1 || !g(x)\n}\n'
    found = changes(tree_mutants("a.go", text, 6))
    assert {"returnx>1||!g(x)", "returnx>=1&&!g(x)", "returnx>=1||g(x)", "return!g(x)"} <= found
    assert not changes(tree_mutants("a.go", text, 3))
    for returned, numbers in (
        ("0, err", 0),
        ("0, errExt", 0),
        ('0, errors.New("no")', 0),
        ("0, nil", 1),
        ("1, 2", 2),
        ("f(0), err", 1),
        ("f(0)", 1),
    ):
        text = f"package p\n\nfunc f(x int) (int, error) {{\n\treturn {returned}\n}}\n"
        assert len(changes(tree_mutants("a.go", text, 4))) == numbers


def test_a_seed_gives_the_same_sample() -> None:
    texts = {path: text for path, text in sources("udf/bind").items() if language(path) == "Go"}
    samples = [[next(drawn).diff for _ in range(5)] for drawn in (draw(texts, "7") for _ in range(2))]
    assert samples[0] == samples[1]
    assert samples[0] != [next(each).diff for each in [draw(texts, "8")] for _ in range(5)]


def test_a_line_more_changes_no_other_lines_draw() -> None:
    texts = {path: text for path, text in sources("udf/bind").items() if language(path) == "Go"}
    (path, *_) = texts
    few = {each.diff for each in draw({path: texts[path]}, "7")}
    assert few <= {each.diff for each in draw(texts, "7")}


def test_a_killed_mutant_is_not_tried_again(tmp_path: Path) -> None:
    texts = {path: text for path, text in sources("udf/bind").items() if language(path) == "Go"}
    first, second = (mutant for mutant, _ in zip(draw(texts, "7"), range(2), strict=False))
    killed = Result("Go", first.path, first.line, first.operator, first.diff, "a test", 1)
    survived = msgspec.structs.replace(killed, line=second.line, diff=second.diff, killed_by="")
    path = tmp_path / "results.json"
    assert read_killed(path) == {}
    path.write_bytes(msgspec.json.encode([killed, survived]))
    known = read_killed(path)
    assert list(known.values()) == [killed]
    assert list(measure(iter([first]), 1, [WorkingCopy(tmp_path)], known)) == [killed]


def test_every_folder_has_sources_in_its_language() -> None:
    assert {language(path) for path in sources("")} == {"Python", "Go", "C"}


def test_equivalent_mutants_are_of_files_that_are_there() -> None:
    for each in equivalents():
        text = ROOT.joinpath(each.path).read_text("utf-8")
        before = [line[1:].strip() for line in each.diff.splitlines() if line.startswith("-")]
        assert all(line in text for line in before), each
        assert each.reason


def test_outcomes(tmp_path: Path) -> None:
    copy = WorkingCopy(tmp_path)
    assert copy.run("echo fine").killed_by == ""
    assert copy.run("echo 'test.c: failed: one'; sleep 100").killed_by == "test.c: failed: one"
    assert copy.run("exit 3").killed_by == "exit code 3: exit 3"
    assert copy.run("sleep 100", seconds=0.1).killed_by == "timeout of 0.1 s"


def test_each_write_has_another_second(tmp_path: Path) -> None:
    copy = WorkingCopy(tmp_path)
    seconds = set()
    for text in ("1 * 1", "1 / 1", "1 * 1"):
        copy.write("a.py", text)
        seconds.add(int((tmp_path / "a.py").stat().st_mtime))
    assert len(seconds) == 3


def test_a_run_that_is_cut_has_noticed_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    copy = WorkingCopy(tmp_path)
    mutant = Mutant("a.py", 1, "none", "", str)
    many = "import time\n" + "".join(f"def test_{n}(): time.sleep(0.3)\n" for n in range(99))
    (tmp_path / "test_many.py").write_text(many)
    (tmp_path / "test_hung.py").write_text("while True:\n    pass\n")
    assert suites._pytest(copy, mutant, ["test_many.py"], seconds=5).killed_by == ""
    assert suites._pytest(copy, mutant, ["test_hung.py"], seconds=5).killed_by == "timeout of 5 s"


def test_a_failure_counts_if_the_test_passes_without_the_mutant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.setattr(suites, "_confirmed", set())
    monkeypatch.setattr(suites, "_broken", set())
    copy = WorkingCopy(tmp_path)
    mutant = Mutant("a.py", 1, "none", "X = 1\n", lambda: "X = 2\n")
    copy.write("a.py", mutant.after)
    (tmp_path / "test_a.py").write_text(
        "from a import X\ndef test_broken(): assert False\ndef test_x(): assert X == 1\ndef test_y(): pass\n"
    )

    def run(*names: str) -> str:
        return suites._pytest(copy, mutant, [f"test_a.py::{name}" for name in names]).killed_by

    assert run("test_broken") == ""
    assert run("test_y") == ""
    assert run("test_broken", "test_x", "test_y") == "FAILED test_a.py::test_x - assert 2 == 1"
    assert run("test_gone", "test_y") == "FAILED test_a.py::test_x - assert 2 == 1"  # its file runs instead
    assert (tmp_path / "a.py").read_text() == mutant.after


def test_each_language_has_its_suites_in_a_run_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[str] = []
    monkeypatch.setattr(
        WorkingCopy, "run", lambda copy, command, *_, **__: commands.append(command) or Outcome()
    )
    covering = Covering(CoverageData(no_disk=True), {})
    first = {}
    for path in ("modgo_lsp/plural.py", "libmod_go/src/elf/elf_file.c", "udf/udf.go"):
        commands.clear()
        run_tests(WorkingCopy(tmp_path), Mutant(path, 1, "none", "", str), covering)
        first[language(path)] = commands[0]
    assert first == {
        "Python": "mypy",
        "C": "make libmod_go.so mod-go-worker",
        "Go": "go build ./... && go test -run '^$' ./...",
    }


def test_the_suites_are_there() -> None:
    places = [*suites._PYTHON.values(), suites._GO_FROM_PYTHON, *suites._C_FROM_PYTHON.values()]
    for place in " ".join(places).split():
        assert suites._test_files(ROOT, [place]), place
    for place in suites.python_tests(sources("modgo_lsp")):
        assert ROOT.joinpath(place).exists()
    folders = {Path(path).parts[1] for path in sources("modgo_lsp") if len(Path(path).parts) > 2}
    assert folders == suites._PYTHON.keys() - {""}
