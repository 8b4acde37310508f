"""The editor's settings by the keys of modgo.toml."""

from __future__ import annotations

from typing import Any

import pytest

from modgo_lsp.server.workspace.editor_settings import overrides


@pytest.mark.parametrize(
    ("section", "found"),
    [
        ({}, {}),
        ({"go": {"path": "go1.26"}, "c": {"compiler": "clang"}}, {"go": "go1.26", "cc": "clang"}),
        ({"go": {"path": ""}, "c": {"compiler": None}}, {}),
        ({"lint": {"failOn": "error", "select": [], "baseline": ""}}, {"fail-on": "error", "select": []}),
        ({"lint": {"newSince": "main"}}, {}),
        ({"lint": 1, "go": "go"}, {}),
    ],
)
def test_an_empty_value_is_not_set(section: dict[str, Any], found: dict[str, Any]) -> None:
    assert overrides(section) == found
