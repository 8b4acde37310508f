"""The versions of an open document, whatever the order in which they are computed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.workspace.open_documents import OpenDocument, OpenDocuments, is_larger

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


def at(start: tuple[int, int], end: tuple[int, int], text: str) -> wire.Change:
    return wire.Change(text, wire.Range(wire.Position(*start), wire.Position(*end)))


# The changes of one notification, and the text after each.
CHANGES = [
    ((at((0, 0), (0, 0), "a\n"),), "a\none 😀é two\n"),
    ((at((1, 0), (1, 4), ""), at((1, 0), (1, 0), "b")), "a\nb😀é two\n"),  # each after the one before
    ((at((1, 3), (1, 4), "e"),), "a\nb😀e two\n"),
    ((at((1, 5), (1, 3), "x"),), "a\nb😀e xtwo\n"),  # an end before the start
    ((at((9, 9), (9, 9), "end"),), "a\nb😀e xtwo\nend"),
    ((wire.Change("whole"), at((0, 5), (0, 5), " text")), "whole text"),
    ((), "whole text"),
    ((at((0, 0), (0, 0), "\ud800"),), "?whole text"),
    ((wire.Change(""),), ""),
]


@pytest.mark.parametrize("is_one_by_one", [True, False])
@pytest.mark.parametrize("largest", [1_000_000, 12, 1])
def test_each_kind_of_change(is_one_by_one: bool, largest: int) -> None:
    """One by one, all together, and in a document that is too large at times."""
    document = OpenDocument("file:///p/a.go", "/p/a.go", 1, "one 😀é two\n")
    assert document.within(largest).source.decode() == "one 😀é two\n"
    for repetition in range(2):  # more than are made one by one
        for number, (changes, text) in enumerate(CHANGES):
            if repetition and not number:
                changes = (wire.Change(text),)
            document = document.changed(number, changes, "utf-16")
            assert (document.version, document.uri, document.path) == (number, "file:///p/a.go", "/p/a.go")
            if is_one_by_one:
                found = document.within(largest)
                assert (found.source.decode(), found.size) == (text, len(text.encode()))
    assert document.within(largest).source == b""


def test_a_change_counts_until_it_is_worked_in() -> None:
    documents = OpenDocuments()
    for name in ("a", "b"):
        opened = documents.open(wire.Item(f"file:///p/{name}.go", "package p\n", 1))
        assert opened is not None
        assert (opened.pending, opened.directory) == (0, "/p")
    assert documents.pending == 0
    for name, text in (("a", "xy"), ("b", ""), ("b", "é")):
        change = wire.DidChange(wire.Identifier(f"file:///p/{name}.go", 2), (insertion(0, text),) * 2)
        assert documents.change(change, "utf-16") is documents.by_path[f"/p/{name}.go"]
    assert [each.pending for each in documents.by_path.values()] == [804, 1602]
    assert documents.pending == 2406
    assert documents.by_path["/p/b.go"].document.source == "éépackage p\n".encode()
    assert documents.pending == 804
    assert documents.close("file:///p/a.go") is not None
    assert documents.pending == 0


def test_what_is_open_in_a_snapshot_stays() -> None:
    documents = OpenDocuments()
    for uri in ("untitled:a", "file:a.go"):
        assert documents.open(wire.Item(uri, "", 1)) is None
    assert documents.by_path == {}
    unopened = wire.DidChange(wire.Identifier("file:///p/a.go", 2), ())
    assert documents.change(unopened, "utf-16") is None
    assert documents.change(wire.DidChange(wire.Identifier("untitled:a"), ()), "utf-16") is None
    none = documents.by_path
    first = documents.open(wire.Item("file:///p/a.go", "", 1))
    one = documents.by_path
    second = documents.open(wire.Item("file:///p/b.go", "", 1))
    both = documents.by_path
    assert documents.close("file:///p/c.go") is None
    assert documents.close("untitled:a") is None
    assert documents.by_path is both
    assert documents.close("file:///p/a.go") is first
    assert (none, one, both) == ({}, {"/p/a.go": first}, {"/p/a.go": first, "/p/b.go": second})
    assert documents.by_path == {"/p/b.go": second}


def test_the_largest_size_still_fits() -> None:
    document = OpenDocument("file:///p/a.go", "/p/a.go", 1, TEXT).document
    size = len(TEXT)
    assert [is_larger(document, each) for each in (size - 1, size, size + 1)] == [True, False, False]
    for largest, is_parsed in ((size - 1, False), (size, True)):
        opened = OpenDocument("file:///p/a.go", "/p/a.go", 1, TEXT).within(largest)
        assert (opened.text != opened.source) is is_parsed  # between declarations there is capacity
