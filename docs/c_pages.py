"""The reference pages of the native ABI and of libmod_go: from their headers to Markdown.

The headers are the one definition; nothing is said here that they do not say. c_header.py reads them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from c_header import Declared, Group, Member, Part, Section, read_header

INCLUDE = Path(__file__).parent.parent / "libmod_go" / "include"
ABI = "aerospike_udf_go.h"
LIBRARY = ("mod_go.h", "mod_go_fenced.h", "mod_go_as_module.h")


def abi_page(notice: str) -> str:
    """docs/abi.md: what crosses between a module and its host."""
    opening, parts = read_header((INCLUDE / ABI).read_bytes())
    names = _names(parts)
    return "\n".join(
        [
            notice.format(f"libmod_go/include/{ABI}"),
            "# The native ABI\n",
            f"[`{ABI}`](../libmod_go/include/{ABI}), as a page. How libmod_go loads\n"
            "modules that follow it: [libmod_go.md](libmod_go.md).\n",
            _prose(_without_name(opening), names),
            *_body(parts, names, 2),
        ]
    )


def library_page(notice: str) -> str:
    """docs/libmod_go.md: the loader, in process and fenced, and `as_module mod_go`."""
    headers = {name: read_header((INCLUDE / name).read_bytes()) for name in LIBRARY}
    names = frozenset().union(*(_names(parts) for _, parts in headers.values()))
    names |= _names(read_header((INCLUDE / ABI).read_bytes())[1])
    text = [
        notice.format("libmod_go/include/"),
        "# libmod_go\n",
        "The library that loads and applies UDF modules, from its headers. What a module exports and what\n"
        "crosses: [abi.md](abi.md). How it is built: [libmod_go/README.md](../libmod_go/README.md).\n",
    ]
    for name, (opening, parts) in headers.items():
        text += [f"## [{name}](../libmod_go/include/{name})\n", _prose(_without_name(opening), names)]
        text += _body(parts, names, 3)
    return "\n".join(text)


def _without_name(opening: str) -> str:
    """Without the "name.h - " that it begins with."""
    about = opening.partition(" - ")[2]
    return about if "_" in about.split()[0] else about[:1].upper() + about[1:]


def _names(parts: tuple[Part, ...]) -> frozenset[str]:
    declared = [one for part in parts if isinstance(part, Group) for one in part.declared]
    return frozenset(
        {one.name for one in declared}
        | {each.name for one in declared for each in one.members if "_" in each.name}
    )


def _body(parts: tuple[Part, ...], names: frozenset[str], level: int) -> list[str]:
    """The parts, their groups one level below sections and constants where there are such."""
    text: list[str] = []
    macros = [part for part in parts if isinstance(part, Group) and part.declared[0].kind == "macro"]
    below = level + bool(macros or any(isinstance(part, Section) and part.title for part in parts))
    if macros:
        text.append(f"{'#' * level} Constants\n")
        text.append(
            _table(
                ("name", "value", "meaning"),
                [
                    (f"`{one.name}`", one.code, _line(part.about, names))
                    for part in macros
                    for one in part.declared
                ],
            )
        )
    for part in parts:
        if isinstance(part, Section):
            text.append(
                f"{'#' * level} {part.title[:1].upper()}{part.title[1:]}\n"
                if part.title
                else _prose(part.about, names)
            )
        elif part not in macros and not _is_defined_later(part, parts):
            text += _group(part, names, below)
    return text


def _is_defined_later(group: Group, parts: tuple[Part, ...]) -> bool:
    """Whether a group only says ahead that there is a struct of that name."""
    structs = {
        one.name for part in parts if isinstance(part, Group) for one in part.declared if one.kind == "struct"
    }
    return all(one.kind == "opaque" and one.name in structs for one in group.declared)


def _group(group: Group, names: frozenset[str], level: int) -> list[str]:
    heading = ", ".join(dict.fromkeys(f"`{one.name}`" for one in group.declared))
    text = [f"{'#' * level} {heading}\n"]
    signatures = [
        _wrapped(one.code) for one in group.declared if one.kind in ("function", "variable", "type")
    ]
    if signatures:
        text.append(_c(signatures))
    if group.about:
        text.append(_prose(group.about, names))
    elif group.declared[0].kind == "opaque":
        text.append("Opaque: only pointers to it are handed out.\n")
    for one in group.declared:
        text += _members(one, names, level + 1)
    return text


def _members(declared: Declared, names: frozenset[str], level: int) -> list[str]:
    """An enum or a struct as a table; what can be called in it one by one, by the comment above."""
    plain = [each for each in declared.members if not each.prototype]
    called: dict[str, list[Member]] = {}
    for each in declared.members:
        if each.prototype:
            called.setdefault(each.about or each.name, []).append(each)
    text = []
    if plain:
        heads = ("name", "value", "meaning") if declared.kind == "enum" else ("field", "type", "meaning")
        rows = [
            (
                f"`{each.name}`",
                each.type if declared.kind == "enum" else f"`{each.type}`",
                _line(each.about, names),
            )
            for each in plain
        ]
        text.append(_table(heads, rows))
    for about, members in called.items():
        text.append(f"{'#' * level} {', '.join(f'`{each.name}`' for each in members)}\n")
        text.append(_c([_wrapped(each.prototype) for each in members]))
        text.append(_prose(about, names))
    return text


def _c(lines: list[str]) -> str:
    return "```c\n{}\n```\n".format("\n".join(lines))


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Without its last column where that says nothing."""
    if not any(row[-1] for row in rows):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _wrapped(code: str, width: int = 100) -> str:
    """A prototype, broken after commas where it is longer than the page is wide."""
    if len(code) <= width:
        return code
    indent = " " * (code.index("(") + 1)
    lines = [""]
    for part in code.split(", "):
        if lines[-1] and len(lines[-1]) + len(part) + 2 > width:
            lines.append(indent)
        lines[-1] += part + ", "
    return "\n".join(line.rstrip() for line in lines).removesuffix(",")


def _prose(about: str, names: frozenset[str]) -> str:
    """A comment as Markdown: paragraphs, lists, and indented "term   meaning" lines as tables."""
    blocks: list[str] = []
    for line in about.splitlines():
        text = line.strip()
        last = blocks[-1] if blocks else ""
        if not text:
            blocks.append("")
        elif text.startswith("- "):
            blocks += [] if last.startswith("- ") else [""]
            blocks.append(text)
        elif line[:2] == "  " and line[:6].strip() and "  " in text and not last.startswith("- "):
            term, _, meaning = text.partition("  ")
            blocks += [] if last.startswith("| ") else ["", "| | |\n| --- | --- |"]
            blocks.append(f"| `{term}` | {_code_names(meaning.strip(), names)} |")
        elif line.startswith("  ") and last.startswith(("- ", "| ")):
            more = _code_names(text, names) if last.startswith("| ") else text
            blocks[-1] = f"{last.removesuffix(' |')} {more}{' |' if last.startswith('| ') else ''}"
        else:
            blocks += [""] if last.startswith(("- ", "| ")) else []
            blocks.append(text)
    lines = [each if each.startswith("| ") else _code_names(each, names) for each in blocks]
    return "\n".join(lines).strip().replace("\n\n\n", "\n\n") + "\n"


def _line(about: str, names: frozenset[str]) -> str:
    """A comment within a table."""
    return _code_names(" ".join(about.split()), names).replace("|", "\\|")


def _code_names(text: str, names: frozenset[str]) -> str:
    """Names that the headers declare are shown as code, where they are not already."""
    pieces = text.split("`")
    for at in range(0, len(pieces), 2):
        pieces[at] = re.sub(
            r"\b\w+\b(?!\.[ah]\b)",  # not the name of a file
            lambda word: f"`{word[0]}`" if word[0] in names and "_" in word[0] else word[0],
            pieces[at],
        )
    return "`".join(pieces)
