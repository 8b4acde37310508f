"""A suppression is added where it covers the finding's line, and never inside a literal."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.document_edits import edit
from modgo_lsp.lint import suppression_edit
from modgo_lsp.lint.suppression_edit import suppression
from modgo_lsp.lint.suppressions import suppressions


def suppressed(source: str, at: str, code: str = "MG102") -> str:
    document = parse("/m/m.go", source.encode())
    offset = document.text.index(at.encode())
    change = suppression(document, offset, code)
    after = edit(document, [(change.location.span, change.new_text.encode())])
    assert not after.has_error
    # Lint reads the suppression, and it covers the offset.
    before = change.location.span.start <= offset
    moved = after.from_source(offset + (len(change.new_text.encode()) if before else 0))
    covering = [
        one
        for one in suppressions(after)
        if code in [each for each, _ in one.codes]
        and one.covers
        and one.covers.start <= moved < one.covers.end
    ]
    assert covering, after.source.decode()
    return after.source.decode()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("\twait()", "\twait() //modgo:ignore MG102"),
        ("\twait() // for the disk", "\twait() //modgo:ignore MG102 // for the disk"),
        ("\twait() //modgo:ignore MG101 why", "\twait() //modgo:ignore MG101,MG102 why"),
        ("\twait() //nolint:all", "\t//modgo:ignore MG102\n\twait() //nolint:all"),
        ("\twait(`a\nb`)", "\t//modgo:ignore MG102\n\twait(`a\nb`)"),
        ('\twait("//", \'"\')', '\twait("//", \'"\') //modgo:ignore MG102'),
        ("\twait() /* a\nb */", "\t//modgo:ignore MG102\n\twait() /* a\nb */"),
    ],
)
def test_the_place_of_a_suppression(line, expected):
    before, after = "package m\n\nfunc f() {\n", "\n}\n"
    assert suppressed(before + line + after, "wait(") == before + expected + after


def test_at_the_end_of_a_text_without_a_newline():
    assert (
        suppressed("package m\n\nvar v = wait()", "wait(")
        == "package m\n\nvar v = wait() //modgo:ignore MG102"
    )


def test_crlf_line_endings_stay():
    source = "package m\r\n\r\nvar v = wait()\r\n"
    assert suppressed(source, "wait(") == "package m\r\n\r\nvar v = wait() //modgo:ignore MG102\r\n"
    source = "package m\r\n\r\nvar v = wait() /* a\r\nb */\r\n"
    assert suppressed(source, "wait(") == source.replace("var v", "//modgo:ignore MG102\r\nvar v")


def test_a_byte_order_mark_stays_first() -> None:
    document = parse("/m/m.go", b"\xef\xbb\xbfpackage m /*\n*/\n")
    change = suppression(document, 3, "MG102")
    after = edit(document, [(change.location.span, change.new_text.encode())])
    assert after.source == b"\xef\xbb\xbf//modgo:ignore MG102\npackage m /*\n*/\n"


def test_a_comment_is_found_though_the_tree_has_none() -> None:
    """The parser gets a file with so many comments on a line without them."""
    source = "package m\n" + "/**/" * 501 + "\nvar v = wait() /* a\nb */\n"
    assert suppressed(source, "wait(") == source.replace("var v", "//modgo:ignore MG102\nvar v")


def test_a_file_is_searched_for_literals_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = []

    class Counted:
        def finditer(self, text: bytes) -> Iterator[re.Match[bytes]]:
            searches.append(text)
            return pattern.finditer(text)

    pattern = suppression_edit._TOKEN
    monkeypatch.setattr(suppression_edit, "_TOKEN", Counted())
    document = parse("/m/m.go", b"package m\n" + b"var _ = wait() /* a\n*/\n" * 100)
    for number in range(100):
        suppression(document, 10 + 24 * number, "MG102")
    assert len(searches) == 1
