"""The name that was probably meant, for fixes and error messages.

Not for: finding out what names there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

# difflib's measure, from 0 to 1: twice the letters that match, of all letters of both.
_CLOSE = 0.6

# No longer name is looked for: difflib takes time in proportion to its square.
_LONGEST = 200


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `word`, upper and lower case aside; None where none is close."""
    if len(word) > _LONGEST:
        return None
    # difflib costs a few milliseconds of start-up, and most runs meet no misspelt name.
    from difflib import get_close_matches

    folded = word.casefold()
    by_folded: dict[str, str] = {}
    for candidate in _perhaps_close(folded, candidates):
        if candidate != word:
            key = candidate.casefold()
            by_folded[key] = min(candidate, by_folded.get(key, candidate))
    found = get_close_matches(folded, by_folded, n=1, cutoff=_CLOSE)
    return by_folded[found[0]] if found else None


def _perhaps_close(word: str, candidates: Iterable[str]) -> Iterator[str]:
    """Those that have so many letters of `word`, and it of theirs, as it takes; most names have not, and
    difflib takes ten times as long to say it. Of what isn't ASCII it is left to difflib."""
    if not word.isascii():
        yield from candidates
        return
    letters = word.encode()
    either_case = letters + letters.upper()
    length = len(letters)
    # How many letters have to match, by the length of a name; of a longer one too few can.
    least = {n: (length + n) * _CLOSE / 2 for n in range(int(length * 2 / _CLOSE) + 1)}
    for candidate in candidates:
        if not candidate.isascii():
            yield candidate
        elif (needed := least.get(len(candidate))) is not None:
            theirs = candidate.encode()
            if len(theirs) - len(theirs.translate(None, either_case)) >= needed:
                missing = letters.translate(None, candidate.lower().encode())
                if length - len(missing) >= needed:
                    yield candidate
