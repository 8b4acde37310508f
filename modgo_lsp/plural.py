"""Counts with their nouns, in messages."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """ "1 node", "2 nodes". `noun` is a singular whose plural takes an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
