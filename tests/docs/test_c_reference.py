"""The reference pages of the native ABI: how C declarations appear there, and that none is left out."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

HEADER = b"""\
/*
 * small.h - a header with one of each.
 */
#ifndef SMALL_H
#define SMALL_H
#ifdef __cplusplus
extern "C" {
#endif

/* How many there may be. */
#define SMALL_MAX 7

/* ---- what it does ------ */

typedef struct small_thing small_thing;

/* Colours of a thing. */
typedef enum small_colour {
	SMALL_RED = 3, /* as blood */
	SMALL_BLUE
} small_colour;

/* A box
 * of things. */
typedef struct small_box {
	char name[16];   /* ends in NUL */
	small_thing *in; /* may be NULL */
	/* Turns it. */
	int (*turn)(small_thing *thing, int degrees);
} small_box;

/* Opens and
 * closes:
 *   - first one,
 *     then the other
 *
 *   left   the one
 *          with the handle */
int small_open(small_box *box);
int small_close(small_box *box);

#ifdef __cplusplus
}
#endif
#endif
"""


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import c_pages

    return c_pages


def body(pages: ModuleType, header: bytes) -> str:
    _, parts = pages.read_header(header)
    return "\n".join(pages._body(parts, pages._names(parts), 2))


def test_each_kind_of_declaration_has_its_form(pages: ModuleType) -> None:
    text = body(pages, HEADER)
    assert "| `SMALL_MAX` | 7 | How many there may be. |" in text
    assert "## What it does\n" in text
    assert "### `small_thing`\n\nOpaque" in text
    assert "| `SMALL_RED` | 3 | as blood |\n| `SMALL_BLUE` | 4 |  |" in text
    assert "A box\nof things.\n" in text
    assert "| `name` | `char[16]` | ends in NUL |\n| `in` | `small_thing *` | may be NULL |" in text
    assert "#### `turn`\n\n```c\nint turn(small_thing *thing, int degrees);\n```\n\nTurns it." in text
    assert "### `small_open`, `small_close`\n" in text
    assert "- first one, then the other\n" in text
    assert "| `left` | the one with the handle |" in text


def test_unsupported_code_in_a_header_is_refused_with_its_line(pages: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"line 2: .* has no place in a header"):
        pages.read_header(b"/* x.h - y. */\nint f(void) { return 1; }\n")


def test_the_page_has_every_function_that_the_sdk_exports(pages: ModuleType) -> None:
    source = (ROOT / "udf" / "entry.c").read_text("utf-8")
    exported = set(re.findall(r"^EXPORT .*?(\w+)\(", source, re.MULTILINE))
    text = (ROOT / "docs" / "abi.md").read_text("utf-8").partition("## What a module exports")[2]
    assert exported
    assert set(re.findall(r"^\w+ \*?(aerospike_udf_go_\w+)\(", text, re.MULTILINE)) == exported


def test_the_page_has_every_function_that_the_library_exports(pages: ModuleType) -> None:
    tested = (ROOT / "libmod_go" / "test" / "test_library.c").read_text("utf-8")
    public = set(re.findall(r'"(mod_go_\w+)"', tested.partition("PUBLIC[]")[2].partition("}")[0]))
    text = (ROOT / "docs" / "libmod_go.md").read_text("utf-8")
    assert public
    assert public <= set(re.findall(r"\b(mod_go_\w+)\(", text))
