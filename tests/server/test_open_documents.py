"""The versions of an open document, whatever the order in which they are computed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.workspace.open_documents import OpenDocument

LINES = [f"var v{number} = {number}" for number in range(300)]
TEXT = "package p\n\n" + "\n".join(LINES) + "\n"


def insertion(line: int, text: str) -> wire.Change:
    place = wire.Position(line, 0)
    return wire.Change(text, wire.Range(place, place))


def versions(count: int, piece: str = "// {}\n") -> tuple[list[OpenDocument], list[str]]:
    """A document with `count` edits, and the text of each of its versions."""
    documents, texts = [OpenDocument("file:///p/a.go", "/p/a.go", 1, TEXT)], [TEXT]
    random = Random(count)
    for number in range(count):
        lines = texts[-1].splitlines(keepends=True)
        line = random.randrange(len(lines))
        new = piece.format(number)
        documents.append(documents[-1].changed(number + 2, [insertion(line, new)], "utf-16"))
        texts.append("".join([*lines[:line], new, *lines[line:]]))
    return documents, texts


def sources(documents: Sequence[OpenDocument], order: Sequence[int], largest: int) -> dict[int, str]:
    return {number: documents[number].within(largest).source.decode() for number in order}


@pytest.mark.parametrize("largest", [1_000_000, len(TEXT) + 120, 100], ids=["small", "grows", "large"])
@pytest.mark.parametrize("piece", ["// {}\n", "// {}" + "x" * 20_000 + "\n"], ids=["few", "much"])
@pytest.mark.parametrize("order", ["forwards", "backwards", "random"])
def test_each_version_has_its_text(order: str, piece: str, largest: int) -> None:
    documents, texts = versions(40, piece)
    numbers = list(range(len(documents)))
    if order == "backwards":
        numbers.reverse()
    elif order == "random":
        Random(1).shuffle(numbers)
    assert sources(documents, numbers, largest) == dict(enumerate(texts))
    assert sources(documents, numbers, 1_000_000) == dict(enumerate(texts))


def test_edits_wait_until_a_later_version_is_computed() -> None:
    documents, _ = versions(3)
    assert documents[0].pending > 1200
    _ = documents[1].document
    waiting = documents[0].pending
    assert waiting > 800
    _ = documents[0].document
    assert documents[3].pending == waiting
    _ = documents[3].document
    assert documents[0].pending == 0
    _ = documents[2].document
    assert documents[0].pending == 0


def test_thousands_of_edits_are_a_chain_that_is_released() -> None:
    newest = OpenDocument("file:///p/a.go", "/p/a.go", 1, TEXT)
    for number in range(30_000):
        newest = newest.changed(number, [insertion(0, "")], "utf-16")
    assert newest._edit is not None
    assert newest.document.source == TEXT.encode()
    assert newest._edit is None
    assert newest.pending == 0
