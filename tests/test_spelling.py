"""Suggestions for misspelt names."""

from __future__ import annotations

import pytest

from modgo_lsp.spelling import did_you_mean, nearest


@pytest.mark.parametrize(
    ("name", "candidates", "expected"),
    [
        ("Ad", ["Add", "AddAll", "Remove"], "Add"),
        ("remvoe", ["Add", "Remove", "RemoveAll"], "Remove"),
        ("abc", ["abcxyzw"], "abcxyzw"),  # 6 of 10 letters match, which is just enough
        ("abc", ["abcxyzwv"], None),
        ("add", ["Add", "ADD"], "ADD"),
        ("Add", ["Add"], None),
        ("strasse", ["Straße"], "Straße"),
        ("x", [], None),
        ("x" * 201, ["x" * 200], None),
    ],
)
def test_nearest(name: str, candidates: list[str], expected: str | None) -> None:
    assert nearest(name, candidates) == expected


def test_did_you_mean() -> None:
    assert did_you_mean("ad", ["add", "sub"], "there is no such name") == "did you mean add?"
    assert did_you_mean("x", ["add"], "there is no such name") == "there is no such name"
