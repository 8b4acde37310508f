"""The name that was probably meant, for fixes and error messages.

Not for: finding out what names there are.
"""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `word`, upper and lower case aside; None where none is close."""
    # difflib costs a few milliseconds of start-up, and most runs meet no misspelt name.
    from difflib import get_close_matches

    by_folded: dict[str, str] = {}
    for candidate in sorted(set(candidates) - {word}):
        by_folded.setdefault(candidate.casefold(), candidate)
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None
