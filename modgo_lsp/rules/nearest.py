"""The name that was probably meant, for fixes and error messages.

Not for: finding out what names there are.
"""

from __future__ import annotations

from collections.abc import Iterable

# difflib's measure, from 0 to 1.
_CLOSE = 0.6


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `word`, upper and lower case aside; None where none is close."""
    # difflib costs a few milliseconds of start-up, and most runs meet no misspelt name.
    from difflib import get_close_matches

    by_folded: dict[str, str] = {}
    for candidate in sorted(set(candidates) - {word}):
        by_folded.setdefault(candidate.casefold(), candidate)
    folded = word.casefold()
    length = len(folded)
    alike = [
        each
        for each in by_folded
        if 2.0 * min(length, len(each)) / (length + len(each)) >= _CLOSE and _may_be_close(folded, each)
    ]
    found = get_close_matches(folded, alike, n=1, cutoff=_CLOSE)
    return by_folded[found[0]] if found else None


def _may_be_close(word: str, other: str) -> bool:
    """Whether so many letters of each are in the other as it takes; of most names not, and difflib takes ten
    times as long to say it."""
    if not (word.isascii() and other.isascii()):
        return True
    ours, theirs = word.encode(), other.encode()
    common = min(
        len(ours) - len(ours.translate(None, theirs)), len(theirs) - len(theirs.translate(None, ours))
    )
    return 2.0 * common / (len(ours) + len(theirs)) >= _CLOSE
