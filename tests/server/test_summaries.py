"""The result of a command in a sentence, and the errors of requests."""

from __future__ import annotations

import logging
import os
from typing import Any

import pytest

from modgo_lsp.server.commands.results import summary
from modgo_lsp.server.lsp import errors
from modgo_lsp.server.lsp.errors import RefusedError, StaleError
from modgo_lsp.server.lsp.uri import path_of, uri_of

LOADED = {"ok": True, "path": "/m.so", "functions": [{"name": "add"}, {"name": "count"}]}


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"cases": [{}], "passed": 2, "failed": 1, "ok": False}, "1 failed, 2 passed"),
        ({"cases": [], "passed": 0, "failed": 0, "ok": True}, "done"),
        ({"cases": [{}]}, "done"),
        ({"ok": False, "error": {"message": "no Go"}}, "failed: no Go"),
        ({"ok": False, "findings": [{"message": "first"}, {"message": "second"}]}, "failed: first"),
        ({"ok": False, "findings": []}, "failed: see the diagnostics"),
        ({"go_mod": "/go.mod", "version": "v1.0.0"}, "/go.mod requires the SDK v1.0.0"),
        ({"ok": True, "output": "/m.so"}, "built /m.so"),
        (
            {"build": {"output": "/m.so"}, "load": LOADED},
            "built and loaded /m.so, which registers add, count",
        ),
        (LOADED, "loaded /m.so, which registers add, count"),
        ({**LOADED, "functions": []}, "loaded /m.so"),
        (
            {
                "results": [
                    {"mode": "fenced", "ns_per_call": 12345.6, "floor_ns": 1},
                    {"mode": "unfenced", "ns_per_call": 99.4, "floor_ns": 1},
                ]
            },
            "fenced 12,346 ns a call, unfenced 99 ns a call",
        ),
        ({"results": []}, "done"),
        ({"results": [{"bins": {}}], "result": [1]}, "result [1]"),
        ({"created": True, "path": "/a"}, "made /a"),
        ({"created": False, "path": "/a"}, "there is already /a"),
        ({"ok": True, "result": "é"}, 'result "é"'),
        ({"ok": True}, "done"),
    ],
)
def test_summaries(answer: dict[str, Any], text: str) -> None:
    assert summary(answer) == text


def test_errors_of_requests(caplog: pytest.LogCaptureFixture) -> None:
    method = "textDocument/hover"
    assert errors.of(RefusedError("no such name"), method) == (errors.INVALID_PARAMS, "no such name")
    assert errors.of(StaleError(), method) == (
        errors.CONTENT_MODIFIED,
        "The document has changed meanwhile.",
    )
    assert caplog.messages == []
    message = "modgo could not answer textDocument/hover. Its log has the details."
    assert errors.of(ValueError("secret"), method) == (errors.INTERNAL_ERROR, message)
    (record,) = caplog.records
    assert (record.levelno, record.message) == (logging.ERROR, "Could not answer textDocument/hover")
    assert record.exc_info is not None


@pytest.mark.parametrize("name", ["a.go", "a b.go", "é.go", "\udcff.go", "a%ff.go"])
def test_each_path_has_a_uri(name: str) -> None:
    path = f"/m/{name}"
    uri = uri_of(path)
    assert uri.isascii()
    assert uri.startswith("file:///m/")
    assert path_of(uri) == path
    assert os.fsencode(path_of(uri) or "") == os.fsencode(path)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///m/a.go", "/m/a.go"),
        ("file:///m//x/../a%2Ego", "/m/a.go"),
        ("file:///", "/"),
        ("file:///m/a%00.go", None),
        ("file:///m/%ff%00.go", None),
        ("file:m/a.go", None),
        ("file:%ff.go", None),
        ("file:", None),
        ("/m/a.go", None),
        ("untitled:/m/a.go", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_only_uris_of_files_have_a_path(uri: str, path: str | None) -> None:
    assert path_of(uri) == path
