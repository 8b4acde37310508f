"""The name that was probably meant, for fixes and error messages."""

from __future__ import annotations

from collections.abc import Iterable

# A longer name gets no suggestion: difflib takes time in proportion to the square of the length.
_LONGEST = 200


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most similar to `name`, ignoring case; None if none is similar."""
    if len(name) > _LONGEST:
        return None
    # difflib takes 1 ms to import, and most runs have no wrong name.
    from difflib import get_close_matches

    others = sorted({*candidates} - {name}, reverse=True)
    by_folded = {each.casefold(): each for each in others}
    found = get_close_matches(name.casefold(), by_folded, n=1)
    return by_folded[found[0]] if found else None


def did_you_mean(name: str, candidates: Iterable[str], otherwise: str) -> str:
    """ "did you mean X?" with the candidate most similar to `name`, or `otherwise`."""
    near = nearest(name, candidates)
    return otherwise if near is None else f"did you mean {near}?"
