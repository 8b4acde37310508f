"""The command lines of `modgo lint` that can be read without click, which takes longer to load than lint to
find that nothing has changed.

Those are paths, and options for a report that are written out; for all others, and for whatever may be wrong,
click is asked (lint.py). Not for: other commands.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from modgo_lsp.cli.lint_run import FAIL_ON, FORMATS, Options

_FLAGS = {
    "--exit-zero": "exit_zero",
    "-e": "exit_zero",
    "--statistics": "statistics",
    "--no-cache": "no_cache",
}
_CHOICES = {"--output-format": ("output_format", FORMATS), "--fail-on": ("fail_on", FAIL_ON)}
_CODES = {"--select": "select", "--ignore": "ignore"}


def plain_options(words: Sequence[str]) -> Options | None:
    """What the words behind `modgo lint` ask for; None where click has to say."""
    # A shell asks which words there are.
    if os.environ.get("_MODGO_COMPLETE"):
        return None
    given: dict[str, Any] = {}
    paths: list[str] = []
    left = iter(words)
    for word in left:
        if word in _FLAGS:
            given[_FLAGS[word]] = True
        elif not word.startswith("-") and word:
            paths.append(word)
        else:
            name, is_apart, value = word.partition("=")
            value = value if is_apart else next(left, "")
            if not value or value.startswith("-"):
                return None
            if name in _CODES:
                given[_CODES[name]] = (*given.get(_CODES[name], ()), value)
            elif name in _CHOICES and value in _CHOICES[name][1]:
                given[_CHOICES[name][0]] = value
            else:
                return None
    return Options(tuple(paths), **given)
