"""`modgo test` as a process: results, exit codes, selection, and what is left when a module misbehaves."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import psutil
import pytest

from tests.modgo_command import modgo

ROOT = Path(__file__).parents[2]

SOURCE = """package counter

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("add", Add)
	udf.Register("greet", func(rec *udf.Record, name string) string { return "Hello, " + name })
	udf.Register("crash", func(rec *udf.Record) { fmt.Println("going down"); os.Exit(3) })
	udf.Register("hang", func(rec *udf.Record) { time.Sleep(time.Hour) })
	udf.Register("flood", func(rec *udf.Record) error {
		for n := range 10_000 {
			udf.Log(udf.Info, "a line", "n", n)
			fmt.Println("a line on the standard output")
		}
		return errors.New("enough")
	})
	udf.Register("fault", func(rec *udf.Record) int64 { var none []int64; return none[0] })
	udf.Register("clock", func(rec *udf.Record) []int64 {
		start := time.Now()
		time.Sleep(2 * time.Millisecond)
		passed := min(1, time.Since(start)/time.Millisecond)
		return []int64{start.UnixMilli(), rec.LastUpdate().UnixMilli(), int64(passed)}
	})
	udf.Register("sum", func(s *udf.Stream) *udf.Stream {
		counts := udf.Map(s, func(rec *udf.Record) int64 { n, _ := rec.Int("n"); return n })
		return udf.Reduce(counts, func(a, b int64) int64 { return a + b })
	})
}

// Add adds n to a bin.
func Add(rec *udf.Record, bin string, n int64) (int64, error) {
	count, _ := rec.Int(bin)
	count += n
	rec.Set(bin, count)
	udf.Log(udf.Info, "added", "n", n)
	if rec.Exists() {
		return count, rec.Update()
	}
	return count, rec.Create()
}
"""

PASSING = """
- name: adds to a bin
  function: add
  args: [hits, 2]
  record: {bins: {hits: 1}}
  expect: {result: 3, record: {bins: {hits: 3}}, operations: [update], logs: [added n=2]}
- name: creates the record
  function: add
  args: [hits, 2]
  record: null
  expect: {result: 2, operations: [create]}
- name: sums on nodes
  function: sum
  records: [{bins: {n: 1}}, {bins: {n: 2}}, {bins: {n: 3}}]
  nodes: 2
  expect: {result: [6]}
"""

FAILING = """
- name: wrong
  function: add
  args: [hits, 2]
  record: {bins: {hits: 1}}
  expect: {result: 4}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package without cases. All tests have the same source, so that the Go cache has it."""
    folder = tmp_path / "counter"
    (folder / "testdata" / "udf").mkdir(parents=True)
    (folder / "go.mod").write_text(
        "module example.com/counter\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
    )
    (folder / "counter.go").write_text(SOURCE)
    return folder


def workers_of(process: int) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(process).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.name() == "mod-go-worker":
                found.append(child)
    return found


def write_cases(package: Path, text: str, name: str = "x.case.yaml") -> Path:
    path = package / "testdata" / "udf" / name
    path.write_text(text)
    return path


def test_all_is_well(package: Path) -> None:
    write_cases(package, PASSING)
    done = modgo("test", cwd=package)
    assert done.returncode == 0, done.stdout + done.stderr
    module, summary = done.stdout.splitlines()
    assert module.startswith("ok    counter  3 cases in ")
    assert summary.startswith("3 passed in ")


def test_the_rate_of_many_calls_names_the_time_that_it_leaves_out(package: Path) -> None:
    write_cases(package, "".join(f"- {{function: greet, args: [a{n}]}}\n" for n in range(100)))
    summary = modgo("test", cwd=package).stdout.splitlines()[-1]
    assert re.fullmatch(r"100 passed in [\d.]+ m?s \([\d.]+ m?s to load, then [\d,]+ calls/s\)", summary), (
        summary
    )


def test_json_of_a_passed_and_a_failed_case(package: Path) -> None:
    write_cases(package, PASSING + FAILING)
    done = modgo("test", "--json", package, cwd=package.parent)
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert (answer["ok"], answer["passed"], answer["failed"], answer["invalid"]) == (False, 3, 1, [])
    assert [case["name"] for case in answer["cases"]] == [
        "adds to a bin",
        "creates the record",
        "sums on nodes",
        "wrong",
    ]
    failed = answer["cases"][3]
    assert failed.pop("elapsed_ns") > 0
    location = failed["logs"][0].pop("location")
    assert location.startswith("counter.go:")
    assert failed == {
        "name": "wrong",
        "function": "add",
        "ok": False,
        "expected": {"result": 4},
        "actual": {
            "result": 3,
            "record": {"key": ["test", "demo", "sample"], "bins": {"hits": 3}, "ttl": 0, "generation": 2},
            "operations": ["update"],
        },
        "differences": [{"path": "result", "expected": "4", "actual": "3"}],
        "logs": [{"level": "info", "message": "added n=2"}],
        "location": "counter/testdata/udf/x.case.yaml:18",
    }


def test_a_failed_case_as_text(package: Path) -> None:
    write_cases(package, PASSING + FAILING)
    done = modgo("test", cwd=package)
    assert done.returncode == 1
    assert done.stdout.splitlines()[1:8] == [
        "",
        "FAIL wrong",
        "  testdata/udf/x.case.yaml:18  add",
        "  result",
        "    expected 4",
        "    actual   3",
        "  logs",
    ]
    assert "1 failed, 3 passed in " in done.stdout.splitlines()[-1]
    assert "\x1b" not in done.stdout
    assert "\x1b[31m" in modgo("test", cwd=package, FORCE_COLOR="1").stdout


def test_cases_that_are_not_valid(package: Path) -> None:
    write_cases(package, PASSING + "- name: typo\n  functon: add\n")
    done = modgo("test", cwd=package)
    assert done.returncode == 2
    assert done.stdout.startswith("FAIL  counter  3 cases, 1 not valid in ")
    place = "testdata/udf/x.case.yaml:18: not valid: a case has no key 'functon'; did you mean function?"
    assert place in done.stdout
    answer = json.loads(modgo("test", "--json", cwd=package).stdout)
    assert (answer["passed"], answer["failed"]) == (3, 0)
    assert [one["location"] for one in answer["invalid"]] == ["testdata/udf/x.case.yaml:18"]


def test_a_module_that_misbehaves_fails_its_cases_alone(package: Path) -> None:
    bad = ["crash", "hang", "flood", "fault"]
    cases = [
        {"function": "add", "args": ["hits", n], "record": None, "expect": {"result": n}} for n in range(200)
    ]
    for place, function in enumerate(bad, 1):
        cases.insert(
            50 * place, {"name": function, "function": function, "timeout": 0.5 if function == "hang" else 30}
        )
    write_cases(package, json.dumps(cases), "x.case.json")
    done = modgo("test", "--json", "-j", 2, cwd=package)
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    failed = {case["name"]: case for case in answer["cases"] if not case["ok"]}
    assert sorted(failed) == sorted(bad)
    assert answer["passed"] == 200
    kinds = {name: case["actual"]["error"]["kind"] for name, case in failed.items()}
    assert kinds == {"crash": "crash", "hang": "timeout", "flood": "udf", "fault": "panic"}
    assert failed["fault"]["actual"]["error"]["frames"][0].startswith("counter.go:")
    assert [line["message"] for line in failed["crash"]["logs"]] == ["going down"]
    assert len(failed["flood"]["logs"]) <= 201


def test_no_cases(package: Path) -> None:
    done = modgo("test", cwd=package)
    assert done.returncode == 2
    assert "has no cases" in done.stderr
    assert "testdata/udf/NAME.case.yaml" in done.stderr
    done = modgo("test", "./...", cwd=package)
    assert done.returncode == 2
    done = modgo("test", "nothing", cwd=package)
    assert (done.returncode, "nothing does not exist" in done.stderr) == (2, True)


def test_packages_below_a_folder_and_a_module(package: Path) -> None:
    write_cases(package, PASSING)
    done = modgo("test", cwd=package.parent)
    assert (done.returncode, "./... are all packages below it" in done.stderr) == (2, True)
    assert modgo("test", "./...", cwd=package.parent).returncode == 0
    assert modgo("build", "-o", "x.so", cwd=package).returncode == 0
    done = modgo("test", "counter/x.so", "--json", cwd=package.parent)
    assert (done.returncode, json.loads(done.stdout)["passed"]) == (0, 3)


def test_selection(package: Path) -> None:
    path = write_cases(package, PASSING + FAILING)

    def names(*arguments: object) -> list[str]:
        return [
            case["name"]
            for case in json.loads(modgo("test", "--json", *arguments, cwd=package).stdout)["cases"]
        ]

    assert names("-k", "ADD and not wrong") == ["adds to a bin", "creates the record"]
    assert names("-k", '"to a" or sum') == ["adds to a bin", "sums on nodes"]
    assert names(path) == ["adds to a bin", "creates the record", "sums on nodes", "wrong"]
    assert names(f"{path}:9") == ["creates the record"]
    assert names("--failed") == ["wrong"]
    write_cases(package, FAILING + PASSING)
    assert names("-x", "-j1") == ["wrong"]
    done = modgo("test", "-k", "nothing", cwd=package)
    assert (done.returncode, "none of 4 cases matches" in done.stderr) == (2, True)
    done = modgo("test", "-k", "(add", cwd=package)
    assert (done.returncode, "a closing parenthesis is missing" in done.stderr) == (2, True)


def test_errors_in_the_code(package: Path) -> None:
    write_cases(package, PASSING)
    (package / "counter.go").write_text(SOURCE.replace("return count, rec.Create()", "return count"))
    done = modgo("test", cwd=package)
    assert done.returncode == 1
    assert done.stdout.startswith("FAIL  counter  could not be built")
    answer = json.loads(modgo("test", "--json", cwd=package).stdout)
    assert answer["ok"] is False
    assert answer["findings"][0]["path"] == "counter.go"


def test_a_failed_load_is_reported(package: Path) -> None:
    write_cases(package, PASSING)
    (package / "counter.go").write_text(SOURCE.replace("func init() {", "func init() {\n\tos.Exit(4)"))
    done = modgo("test", cwd=package)
    assert done.returncode == 1
    assert "could not be loaded" in done.stdout
    answer = json.loads(modgo("test", "--json", cwd=package).stdout)
    assert (answer["ok"], answer["errors"][0]["kind"]) == (False, "crash")


def test_the_cases_of_the_page_pass(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "testing.md").read_text(), re.DOTALL)
    assert len(blocks) == 4
    by_example = {
        "counters": [*blocks[:3], blocks[3].split("\n\n")[0]],
        "sales": [blocks[3].split("\n\n")[1]],
    }
    for name, texts in by_example.items():
        package = tmp_path / name
        shutil.copytree(ROOT / "examples" / name, package)
        for old in (package / "testdata" / "udf").glob("*.case.*"):
            old.unlink()
        for number, text in enumerate(texts):
            write_cases(package, text, f"{number}.case.yaml")
    done = modgo("test", "./...", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "8 passed" in done.stdout


def test_junit(package: Path) -> None:
    write_cases(package, PASSING + FAILING.replace("wrong", "wrong \\u0001") + "- {function: 5}\n")
    done = modgo("test", "--output-format", "junit", cwd=package)
    assert done.returncode == 2
    root = ElementTree.fromstring(done.stdout)
    assert [root.get(name) for name in ("name", "tests", "failures", "errors")] == [
        "modgo test",
        "5",
        "1",
        "1",
    ]
    (suite,) = root
    assert suite.get("name") == "counter"
    assert [(case.get("name"), case.get("classname"), len(case)) for case in suite] == [
        ("adds to a bin", "counter.add", 0),
        ("creates the record", "counter.add", 0),
        ("sums on nodes", "counter.sum", 0),
        ("wrong \\u0001", "counter.add", 2),
        ("modgo", "counter", 1),
    ]
    failed = suite[3]
    assert (failed.get("file"), failed.get("line")) == ("testdata/udf/x.case.yaml", "18")
    assert failed[0].get("message") == "result: expected 4, actual 3"
    assert "info: added n=2" in str(failed[1].text)
    assert "function must be" in str(suite[4][0].get("message"))


def test_accept_writes_what_happened(package: Path) -> None:
    text = f"# A comment\n{PASSING}{FAILING}- {{function: fault}}\n- {{function: greet, args: [Ada]}}\n"
    path = write_cases(package, text)
    done = modgo("test", "--accept", cwd=package)
    assert done.returncode == 1
    assert "-  expect: {result: 4}\n+  expect: {result: 3}\n" in done.stdout
    assert "1 of 6 cases failed, 2 accepted" in done.stdout
    expected = text.replace("{result: 4}", "{result: 3}").replace(
        "[Ada]}", "[Ada], expect: {result: Hello, Ada}}"
    )
    expected = expected.replace("Hello, Ada}}", '"Hello, Ada"}}')
    assert path.read_text() == expected
    answer = json.loads(modgo("test", "--json", "--accept", cwd=package).stdout)
    assert [case["name"] for case in answer["cases"] if not case["ok"]] == ["fault()"]
    assert path.read_text() == expected


def test_what_is_accepted_is_shown_in_colour(package: Path) -> None:
    for colour in ("never", "always"):
        write_cases(package, PASSING + FAILING)
        lines = modgo("--color", colour, "test", "--accept", cwd=package).stdout.splitlines()
        changed, kept = (
            [each for each in lines if word in each] for word in ("expect: {result: ", "  args:")
        )
        assert len(changed) == 2
        assert kept
        assert all(("\x1b[" in each) == (colour == "always") for each in changed)
        assert not any("\x1b[" in each for each in kept)


def test_accept_in_a_file_that_cannot_be_written(package: Path) -> None:
    elsewhere = package.parent / "elsewhere.case.yaml"
    elsewhere.write_text(FAILING)
    (package / "testdata" / "udf" / "x.case.yaml").symlink_to(elsewhere)
    done = modgo("test", "--accept", cwd=package)
    assert (done.returncode, "cannot be written" in done.stderr) == (2, True)
    assert elsewhere.read_text() == FAILING


def test_watch_runs_the_cases_at_each_change(package: Path) -> None:
    write_cases(package, FAILING)
    running = subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", "test", "--watch"],
        cwd=package,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout is not None

    def until_it_waits() -> str:
        shown = ""
        for line in running.stdout or ():
            if line.startswith("Watching"):
                break
            shown += line
        return shown

    try:
        assert "1 failed" in until_it_waits()
        write_cases(package, "[")
        assert "1 not valid" in until_it_waits()
        write_cases(package, FAILING.replace("4", "3"))
        assert "1 passed" in until_it_waits()
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130
    finally:
        running.kill()
        running.stdout.close()
        running.wait()


def test_an_interrupted_run_shows_what_was_run_and_leaves_no_process(package: Path) -> None:
    write_cases(package, PASSING + "- {function: hang, timeout: 3000}\n")
    running = subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", "test", "-j1"],
        cwd=package,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        end = time.monotonic() + 100
        while not (workers := workers_of(running.pid)):
            assert time.monotonic() < end
            time.sleep(0.05)
        time.sleep(1)  # for the three cases before
        running.send_signal(signal.SIGINT)
        shown, _ = running.communicate(timeout=60)
        assert running.returncode == 130
        assert "3 passed in " in shown
        assert "interrupted" in shown
        _, alive = psutil.wait_procs(workers, timeout=30)
        assert alive == []
    finally:
        running.kill()
        running.wait()


def test_coverage(package: Path) -> None:
    write_cases(package, PASSING + "- {function: crash, expect: {error: {kind: crash}}}\n")
    done = modgo("test", "--coverage", "-j1", "-k", "not crash", cwd=package)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "GOCOVERDIR" not in done.stdout + done.stderr
    percent = re.search(r"coverage: ([\d.]+)% of statements, in cover.out$", done.stdout)
    assert percent is not None
    assert 30 < float(percent[1]) < 90
    profile = (package / "cover.out").read_text()
    first = SOURCE.splitlines().index("\tcount, _ := rec.Int(bin)") + 1
    assert re.search(rf"^example.com/counter/counter.go:{first - 1}\.\d+,.* 2$", profile, re.MULTILINE)
    crash = next(number for number, line in enumerate(SOURCE.splitlines(), 1) if "os.Exit" in line)
    assert re.search(rf"^example.com/counter/counter.go:{crash}\.\d+,.* 0$", profile, re.MULTILINE)
    answer = json.loads(modgo("test", "--coverage=x.out", "--json", package, cwd=package.parent).stdout)
    assert answer["passed"] == 4
    assert answer["coverage"]["profile"] == "x.out"
    assert (package.parent / "x.out").exists()


def test_coverage_replaces_nothing_else(package: Path) -> None:
    write_cases(package, PASSING)
    done = modgo("test", "--coverage=counter.go", cwd=package)
    assert (done.returncode, "it is not a cover profile" in done.stderr) == (2, True)
    assert (package / "counter.go").read_text() == SOURCE


def test_time_stands_still_where_a_case_says_now(package: Path) -> None:
    write_cases(
        package,
        """
function: clock
record: {bins: {n: 1}}
cases:
  - {now: 2001-09-09T03:46:40.5+02:00, expect: {result: [1000000000500, 1000000000500, 1]}}
  - {now: 1234567890123, expect: {result: [1234567890123, 1234567890123, 1]}}
  - {name: real}
""",
    )
    began = time.time() * 1000
    answer = json.loads(modgo("test", "--json", cwd=package).stdout)
    assert (answer["passed"], answer["failed"]) == (3, 0), answer
    now, updated, passed = answer["cases"][2]["actual"]["result"]
    assert began - 1 <= updated <= now <= time.time() * 1000
    assert passed == 1


def test_names_that_are_no_text(package: Path) -> None:
    write_cases(package, PASSING + '- {name: "\\e[31mred", function: fault}\n', "\udcff.case.yaml")
    done = modgo("test", cwd=package)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "FAIL \\u001b[31mred" in done.stdout
    answer = json.loads(modgo("test", "--json", cwd=package).stdout)
    assert (answer["passed"], answer["failed"]) == (3, 1)
    assert answer["cases"][0]["location"].endswith(".case.yaml:2")
    assert modgo("test", "--output-format", "junit", cwd=package).returncode == 1
