"""The result of a call as a text for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modgo_lsp.report.call_text import call_text


def record(bins: dict[str, Any], generation: int) -> dict[str, Any]:
    return {"key": ["test", "demo", "k1"], "bins": bins, "ttl": 0, "generation": generation}


def test_a_call_shows_its_value_logs_and_change(tmp_path: Path) -> None:
    (tmp_path / "limiter.go").touch()
    answer = {
        "ok": True,
        "result": [9007199254740993, 6.0],
        "record": {"before": record({"a": 1, "s": "x"}, 1), "after": record({"a": 2, "s": "x"}, 2)},
        "operations": ["update"],
        "logs": [{"level": "info", "message": "\x1b[31mred\nnext", "location": "limiter.go:12"}],
        "elapsed_ns": 1_234_000,
    }
    assert call_text("add", answer, tmp_path) == (
        "add → [9007199254740993, 6.0]\n"
        "update in 1.234 ms\n"
        "\n"
        f"{tmp_path}/limiter.go:12: info: \\u001b[31mred\\u000anext\n"
        "\n"
        '--- record ["test", "demo", "k1"] before\n'
        '+++ record ["test", "demo", "k1"] after\n'
        "- a: 1\n"
        "+ a: 2\n"
        '  s: "x"\n'
        "- (generation 1, ttl 0)\n"
        "+ (generation 2, ttl 0)\n"
    )


def test_a_failure_shows_its_frames_with_paths_that_an_editor_opens(tmp_path: Path) -> None:
    (tmp_path / "limiter.go").touch()
    error = {"kind": "panic", "message": "boom", "frames": ["limiter.go:9", "/usr/lib/go/x.go:3"]}
    text = call_text("add", {"ok": False, "error": error, "logs": []}, tmp_path)
    assert text == f"add: panic: boom\n  at {tmp_path}/limiter.go:9\n  at /usr/lib/go/x.go:3\n"


def test_a_created_record_did_not_exist_before(tmp_path: Path) -> None:
    change = {"before": record({}, 0), "after": record({"a": 1}, 1)}
    answer = {"ok": True, "result": None, "record": change, "operations": ["create"], "elapsed_ns": 0}
    assert "\n+ a: 1\n- (does not exist)\n+ (generation 1, ttl 0)\n" in call_text("add", answer, tmp_path)


def test_a_stream_shows_its_nodes_and_each_of_many_calls_its_line(tmp_path: Path) -> None:
    nodes = [{"records": 2, "values": [3], "elapsed_ns": 0}]
    text = call_text("sum", {"ok": True, "result": [3], "nodes": nodes, "elapsed_ns": 0}, tmp_path)
    assert text == "sum → [3]\ndone in 0.000 ms\nnode 1: 2 records → [3] in 0.000 ms\n"
    calls = [{"line": 4, "ok": True, "result": 1, "operations": [], "elapsed_ns": 0}]
    text = call_text("add", {"ok": True, "calls": calls}, tmp_path)
    assert text == "add, line 4 → 1\nno write in 0.000 ms\n\n"


def test_findings_have_the_place_of_their_file(tmp_path: Path) -> None:
    (tmp_path / "limiter.go").touch()
    start = {"range": {"start": {"line": 3, "character": 0}}}
    finding = {"path": "limiter.go", "code": "MG303", "message": "no\nSave", **start}
    answer = {"ok": True, "result": 1, "operations": [], "elapsed_ns": 0, "findings": [finding]}
    assert call_text("add", answer, tmp_path).splitlines()[-1] == (
        f"{tmp_path}/limiter.go:3: MG303 no\\u000aSave"
    )


def test_a_text_has_an_end(tmp_path: Path) -> None:
    logs = [{"level": "info", "message": "x" * 5000, "location": None}] * 20_000
    answer = {"ok": True, "result": 1, "operations": [], "logs": logs, "elapsed_ns": 0}
    lines = call_text("add", answer, tmp_path).splitlines()
    assert len(lines) == 10_001
    assert max(map(len, lines)) <= 2001
    assert lines[-1] == "… and 10003 more lines"
