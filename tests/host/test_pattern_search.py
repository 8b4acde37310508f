"""Patterns of case files: what they find, and that none takes this process's time or memory."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from modgo_lsp.build.isolation import python_command
from modgo_lsp.host.cases import pattern_search
from modgo_lsp.host.cases.case_file import parse_cases
from modgo_lsp.host.cases.compare import differences
from modgo_lsp.host.cases.pattern_search import SEARCHED_MAX, PatternError, Searches, check_pattern
from modgo_lsp.host.result import CallResult
from modgo_lsp.host.sample import Record

EXPONENTIAL = "(a+)+$"
SLOW_TEXT = "a" * 60 + "b"


def test_what_patterns_find() -> None:
    searches = Searches()
    assert searches.finds("l+o$", "hello")
    assert not searches.finds("^l", "hello")
    assert searches.finds("ü\n", "für: ü\n")
    assert not searches.finds("b", "a" * SEARCHED_MAX + "b")


def test_what_is_no_pattern() -> None:
    with pytest.raises(PatternError, match="missing"):
        check_pattern("(")
    with pytest.raises(PatternError):
        check_pattern("a{3,1}")
    with pytest.raises(PatternError, match="too large"):
        check_pattern("a{99999999999}")
    with pytest.raises(PatternError, match="recursion"):
        check_pattern("(" * 500 + ")" * 500)
    check_pattern("a")


def test_a_search_that_takes_exponential_time_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_search, "SECONDS", 0.2)
    searches = Searches()
    with pytest.raises(PatternError, match=r"takes more than 0\.2 s"):
        searches.finds(EXPONENTIAL, SLOW_TEXT)
    # The limit is for all searches of a comparison. The next comparison has its own.
    with pytest.raises(PatternError, match=r"takes more than 0\.2 s"):
        searches.finds("a", "a")
    assert Searches().finds("a", "a")


def test_a_pattern_that_takes_long_to_compile_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_search, "SECONDS", 0.2)
    with pytest.raises(PatternError, match="takes more than"):
        check_pattern("(?i)" + "[\0-\uffff]" * 199)


def test_a_case_with_such_a_pattern_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_search, "SECONDS", 0.2)
    case = parse_cases(f"function: f\nexpect: {{result: {{$matches: '{EXPONENTIAL}'}}}}", Path("x.case.yaml"))
    found = differences(case.cases[0].expectation, CallResult("f", Record(), Record(), SLOW_TEXT))
    assert [(one.path, one.actual) for one in found] == [("expect", "the search takes more than 0.2 s")]


@pytest.mark.parametrize("end", ["", "; import os; os.kill(os.getpid(), 9)"])
def test_the_process_ends_with_its_parent(end: str) -> None:
    code = (
        "from modgo_lsp.host.cases import pattern_search as p; p.check_pattern('a');"
        f"print(p._worker._process.pid, flush=True){end}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    worker = int(done.stdout)
    if psutil.pid_exists(worker):
        psutil.Process(worker).wait(30)
    assert not psutil.pid_exists(worker)
    assert done.stderr == ""


def test_a_pattern_that_takes_too_much_memory_is_one_that_fails() -> None:
    """Here with a lower limit than the process sets itself."""
    requests = [[5, "(a|b)*c", "a" * 2_000_000], [5, "b", "abc"], [5, "d", "abc"]]
    done = subprocess.run(
        python_command("modgo_lsp.host.cases.pattern_worker"),
        input="".join(f"{json.dumps(request)}\n" for request in requests),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (128 << 20, 128 << 20)),
        capture_output=True,
        text=True,
        check=False,
    )
    answers = [json.loads(line)[0] for line in done.stdout.splitlines()]
    assert (answers, done.stderr) == (["it takes too much memory", True, False], "")


def test_a_process_that_was_killed_fails_one_search() -> None:
    check_pattern("a")
    process = _process()
    process.kill()
    process.wait()
    with pytest.raises(PatternError, match="it cannot be searched: Broken pipe"):
        check_pattern("a")
    assert Searches().finds("a", "a")
    assert _process().pid != process.pid


def test_an_interrupted_search_answers_no_other_one() -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    check_pattern("a")
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(KeyboardInterrupt):
            Searches().finds(EXPONENTIAL, SLOW_TEXT)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert Searches().finds("a", "a")


def test_ctrl_c_in_a_terminal_does_not_reach_the_process() -> None:
    check_pattern("a")
    assert os.getsid(_process().pid) != os.getsid(0)


def _process() -> subprocess.Popen[bytes]:
    process = pattern_search._worker._process
    assert process is not None
    return process
