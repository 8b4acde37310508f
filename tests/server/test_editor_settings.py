"""The editor's settings: by the keys of modgo.toml, those that only editors have, and what is wrong with
them."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from modgo_lsp.server.lsp.log_handlers import set_level
from modgo_lsp.server.workspace.editor_settings import log_level, new_since, overrides, problems, section_of


@pytest.mark.parametrize(
    ("section", "found"),
    [
        ({}, {}),
        ({"go": {"path": "go1.26"}, "c": {"compiler": "clang"}}, {"go": "go1.26", "cc": "clang"}),
        ({"go": {"path": ""}, "c": {"compiler": None}}, {}),
        ({"lint": {"failOn": "error", "select": [], "baseline": ""}}, {"fail-on": "error", "select": []}),
        ({"lint": {"maxFileSize": None, "a": 0, "b": False}}, {"a": 0, "b": False}),
        ({"lint": {"newSince": "main"}}, {}),
        ({"lint": 1, "go": "go"}, {}),
    ],
)
def test_an_empty_value_is_not_set(section: dict[str, Any], found: dict[str, Any]) -> None:
    assert overrides(section) == found


@pytest.mark.parametrize(
    ("settings", "section"),
    [
        ({"modgo": {"lint": {}}}, {"lint": {}}),
        ({"modgo": {}, "gopls": {}}, {}),
        ({"gopls": {}}, None),
        ({"modgo": None}, None),
        ({"modgo": [1]}, None),
        ({}, None),
        (None, None),
        ([{"modgo": {}}], None),
        ("modgo", None),
    ],
)
def test_our_section(settings: Any, section: dict[str, Any] | None) -> None:
    assert section_of(settings) == section


@pytest.mark.parametrize(
    ("section", "revision"),
    [
        ({"lint": {"newSince": " origin/main\n"}}, "origin/main"),
        ({"lint": {"newSince": ""}}, ""),
        ({"lint": {"newSince": 7}}, ""),
        ({"lint": {"newSince": None}}, ""),
        ({"lint": {}}, ""),
        ({"lint": "newSince"}, ""),
        ({}, ""),
    ],
)
def test_the_revision(section: dict[str, Any], revision: str) -> None:
    assert new_since(section) == revision


def test_what_is_wrong_with_settings() -> None:
    assert problems({}) == []
    assert problems({"ignore": ["MG101"], "severity": {"MG101": "error"}}) == []
    found = problems({"ignor": ["MG101"], "select": "MG1"})
    assert [text.startswith("editor settings: ") for text in found] == [True, True], found
    assert [name for name in ("ignor", "select") if any(name in text for text in found)] == [
        "ignor",
        "select",
    ]


@pytest.mark.parametrize(
    ("section", "level", "problem"),
    [
        ({}, logging.INFO, None),
        ({"log": {}}, logging.INFO, None),
        ({"log": {"level": ""}}, logging.INFO, None),
        ({"log": {"level": None}}, logging.INFO, None),
        ({"log": {"level": "off"}}, logging.CRITICAL + 1, None),
        ({"log": {"level": "error"}}, logging.ERROR, None),
        ({"log": {"level": "warning"}}, logging.WARNING, None),
        ({"log": {"level": "info"}}, logging.INFO, None),
        ({"log": {"level": "debug"}}, logging.DEBUG, None),
        ({"log": {"level": "trace"}}, None, "modgo.log.level is 'trace': it may be {}"),
        ({"log": {"level": 7}}, None, "modgo.log.level is 7: it may be {}"),
        ({"log": {"level": ["off"]}}, None, "modgo.log.level is ['off']: it may be {}"),
    ],
)
def test_the_log_level(section: dict[str, Any], level: int | None, problem: str | None) -> None:
    logger = logging.getLogger("modgo_lsp")
    before = logger.level
    try:
        logger.setLevel(17)
        found = set_level(log_level(section))
        assert logger.level == (17 if level is None else level)
    finally:
        logger.setLevel(before)
    assert found == (problem and problem.format("off, error, warning, info, debug"))
