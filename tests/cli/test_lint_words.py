"""Command lines of `modgo lint` that are read without click: they mean what click says.

Not for: what lint then does (test_lint.py).
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.cli.lint import command
from modgo_lsp.cli.lint_run import FAIL_ON, FORMATS, Options
from modgo_lsp.cli.lint_words import plain_options

NAMES = [
    name for option in command.params for name in (*option.opts, *option.secondary_opts) if name[:1] == "-"
]
VALUES = [
    *FORMATS,
    *FAIL_ON,
    "MG1",
    "MG101,MG2",
    "",
    "-",
    "--",
    "a b",
    "./...",
    "counters",
    "=",
    "-x",
    "--fi",
]
WORDS = st.one_of(
    st.sampled_from([*NAMES, *VALUES]),
    st.builds("{}={}".format, st.sampled_from(NAMES), st.sampled_from(VALUES)),
)


@given(st.lists(WORDS, max_size=6))
def test_they_mean_what_click_says(words: list[str]) -> None:
    found = plain_options(words)
    if found is not None:
        assert found == Options(**command.make_context("lint", list(words)).params)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "./...",
        "a.go counters -e",
        "--exit-zero counters --select MG1 --select=MG2,MG3 --ignore MG101",
        "--output-format=json --fail-on never --statistics --no-cache",
    ],
)
def test_the_usual_ones_are(words: str) -> None:
    assert plain_options(words.split()) is not None


def test_a_shell_that_completes_words_asks_click(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MODGO_COMPLETE", "bash_complete")
    assert plain_options(["counters"]) is None
