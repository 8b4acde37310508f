"""Doc comments are parsed as go/doc/comment does. No text of a comment may act as markup in the Markdown: no
HTML, no images, and no links except to the web."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from modgo_lsp.ide import markdown
from modgo_lsp.ide.doc_comment import Block, blocks
from modgo_lsp.ide.doc_comment import markdown as rendered

GO = shutil.which("go", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/local/go/bin") or "go"

# Lines of comments: starts of blocks, lines that resemble them, and Markdown syntax.
LINES = [
    *("", "", "", "Text here.", "A heading", "Another Heading", "É Heading's x's", "It's", "A. b", "A.b c"),
    *("# Title", "#", "#x", "# ", "\tcode()", "\t\tdeep()", "    four", " one", "  ", "\t"),
    *(
        "- item",
        "  - item",
        "  * star",
        " + plus",
        "•  bullet",
        " 1. one",
        "2) two",
        "10. ten",
        " - - x",
        "-",
    ),
    *("func f() {", "}", "} else", "{", "Name{", "\\", "ends with \\"),
    *(
        "[link]: https://go.dev/x",
        "[a b]: http://x.y/(z)",
        "[bad]: nope",
        "[c]: command://x",
        "[f]: file:///etc",
    ),
    *("see [link] and [a b].", "see [a\tb] [Name] [pkg.Name], [*T.M] x[Name] [Name]y [name] [a/b.Name]"),
    *("[[Name]] [link", "see [link], [f] and [c]", "http://x.y/z. https://go.dev/(a)b) ftp://a"),
    *("https://[::1]:80/x?y=z&w#q, end", "''quoted`` text", "é'' É heading", "x http:// y file:///etc"),
]
ATTACKS = [
    "<img src=https://evil.example/x.png>",
    "<script>alert(1)</script>",
    "![x](https://evil.example/x.png)",
    "![x][ref]",
    "[ref]: https://evil.example",
    "[run](command:workbench.action.terminal.new)",
    "[run](command:x 'title')",
    "<command:x>",
    "<https://evil.example>",
    "www.evil.example and me@evil.example",
    "[x](javascript:alert(1))",
    "[y]: javascript://%0aalert(1)",
    "[y] [z]",
    "[z]: https://evil.example/)![x](https://evil.example/y.png)<img>",
    "[w]: https://evil.example/`<b>\\) \"title\"",
    "[w] [*w*] [`w`]",
    "https://evil.example/)![x](y)",
    "https://evil.example/[x](command:y)",
    "&lt;b&gt; &#60;i&#62; &colon;",
    "$(zap) {#id} {.class}",
    "```", "~~~", "```html", "    ```", "\t```", "\t````", "\t~~~", "\t<b>", "`` ` ``",
    "> quoted", ">", "---", "***", "===", "| a | b |", "|---|---|", "* * *", "1. one", "+ plus", "- [ ] task",
    "*emphasis* _emphasis_ **strong** ~~gone~~ `code`",
    "\\[x\\](y) \\\\[x](y)", "\\", "line  ", "a\\",
    "- <b>item</b>", "  - ![x](y)", " 1. [x](command:y)", "  - ```", "  - \tcode", "# <b>heading</b> `x`",
    "\x1b[31mred\x07", "\u202egnp.exe\u2066", "nul\0", "\u2028line", "\ufeff", "a\rb", "\x85",
    "<!-- -->", "<?php ?>", "<![CDATA[x]]>", "<b", "</b>", "[", "]", "![", "](", "[]()", "!", "``", "'", '"',
]  # fmt: skip
ALLOWED = {
    *("paragraph_open", "paragraph_close", "heading_open", "heading_close", "inline", "fence", "text"),
    *("bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close"),
    *("list_item_open", "list_item_close", "link_open", "link_close"),
}


def comments(lines: list[str], seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    return ["\n".join(rng.choice(lines) for _ in range(rng.randrange(1, 12))) for _ in range(count)]


# --- parsed as Go does


@pytest.fixture(scope="module")
def go_reads(tmp_path_factory: pytest.TempPathFactory) -> Any:
    program = tmp_path_factory.mktemp("doccomment") / "doccomment"
    folder = Path(__file__).parent / "doccomment"
    subprocess.run([GO, "build", "-o", program, "."], cwd=folder, check=True)

    def read(texts: list[str]) -> Any:
        given = json.dumps(texts)
        ran = subprocess.run([program], input=given, capture_output=True, text=True, check=True)
        return json.loads(ran.stdout)

    return read


def as_go_writes(block: Block) -> dict[str, Any]:
    items = [[texts(paragraph) for paragraph in item] for item in block.items]
    return {
        "kind": block.kind,
        "items": items or None,
        "numbers": list(block.numbers) or None,
        "code": block.code,
    }


def texts(paragraph: Any) -> list[list[str]]:
    found: list[list[str]] = []
    for text, address in paragraph:
        if not address and found and not found[-1][1]:
            found[-1][0] += text
        else:
            found.append([text, address])
    return found


def test_comments_are_parsed_as_go_does(go_reads: Any) -> None:
    every = [*comments(LINES, 1, 2000), *comments([*LINES, *ATTACKS[:30]], 2, 1000)]
    for comment, theirs in zip(every, go_reads(every), strict=True):
        assert [as_go_writes(block) for block in blocks(comment)] == theirs, repr(comment)


# --- Markdown


def tokens(text: str) -> Iterator[Token]:
    # With the extensions that editors enable.
    for token in MarkdownIt("js-default", {"html": True}).parse(text):
        yield token
        yield from token.children or ()


def shown(text: str) -> str:
    """The visible text of Markdown."""
    return "".join(each.content for each in tokens(text) if each.type in ("text", "fence", "code_inline"))


def assert_harmless(text: str, comment: str) -> None:
    for token in tokens(text):
        assert token.type in ALLOWED, f"{token.type} of {comment!r}\n{text}"
        if token.type == "link_open":
            address = str(token.attrs["href"])
            assert re.match(r"https?://[^/]", address), f"{address} of {comment!r}"
            assert "title" not in token.attrs, repr(comment)
    assert re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text) is None, repr(comment)


def letters(text: str) -> str:
    """A text without spaces, with control characters as they are shown."""
    return re.sub(r"\s", "", "".join(map(markdown.printable, re.split(r"[ \t\n]", text))))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_markup_in_a_comment(attack: str) -> None:
    for comment in (attack, f"Add adds.\n\n{attack}\n\nMore.", f"Add\n{attack}\nadds.", f"  - {attack}"):
        assert_harmless(rendered(comment), comment)


@pytest.mark.parametrize("seed", range(20))
def test_no_markup_in_random_comments(seed: int) -> None:
    for comment in comments([*ATTACKS, *LINES], seed, 100):
        text = rendered(comment)
        assert_harmless(text, comment)
        # And all of its text is visible.
        read = blocks(comment)
        expected = "".join(
            block.code + "".join(each.text for item in block.items for part in item for each in part)
            for block in read
        )
        assert letters(shown(text)) == letters(expected), repr(comment)


def test_the_markdown_of_a_comment() -> None:
    comment = """Add adds *b* to a_b.

# Limits

It knows [Record.Set], [the docs] and https://go.dev/ref, not [x](y):

	if a < b { // <b>
	}

These:

  - one
  - two [1]

[the docs]: https://go.dev/doc/(x) y"""
    assert rendered(comment) == (
        "Add adds \\*b\\* to a\\_b.\n\n### Limits\n\n"
        "It knows Record.Set, [the docs](https://go.dev/doc/%28x%29%20y) and"
        " [https\\://go.dev/ref](https://go.dev/ref), not \\[x\\]\\(y\\):\n\n"
        "```\nif a < b { // <b>\n}\n```\n\nThese:\n\n  - one\n  - two \\[1\\]"
    )


def test_a_long_comment_is_cut() -> None:
    assert len(rendered("[" * 1_000_000)) < 50_000
    assert len(rendered("- x\n" * 1_000_000)) < 200_000


# --- names and sentences


@pytest.mark.parametrize("attack", [*ATTACKS, "`", "``x``", " x ", "", " ", "a\nb", "x" * 300])
def test_names_and_messages_are_shown_literally(attack: str) -> None:
    found = [each.content for each in tokens(f"UDF {markdown.code(attack)}.") if each.type == "code_inline"]
    assert found == ([markdown.printable(attack)] if markdown.printable(attack).strip() else [])
    for text in (markdown.plain(attack), f"x {markdown.plain(attack)} y"):
        assert_harmless(text, attack)
    assert letters(shown(markdown.plain(attack))) == letters(attack)
    (fence,) = [each for each in tokens(markdown.code_block(attack, "text")) if each.type == "fence"]
    assert fence.content == markdown.printable_lines(attack) + "\n"
