"""The commands of a page: its ```console blocks, what each command prints, and why a block is not run.

A line that begins with "$ " is a command ("# ": one that root types). Lines that begin with "> ", or follow a
backslash, continue it. The other lines are its output. A comment above a block can say more about it:

    <!-- not run: needs an Aerospike server -->
    <!-- exits with 1 -->                          its last command does
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

SHELLS = ("console", "sh", "bash", "shell", "shell-session")
# How a command begins that is shown without a prompt.
_BARE = re.compile(r"(?:make|modgo|pip|pipx|go|git|docker) [\w.-]|[$#] \S")
_COMMENT = re.compile(r"<!--\s*(not run|exits with):?\s+(.*?)\s*-->", re.DOTALL)


class Command(msgspec.Struct, frozen=True):
    typed: str  # may have several lines
    output: str


class Block(msgspec.Struct, frozen=True):
    page: Path
    line: int  # of the fence, from 1
    language: str  # of the fence; "" for an indented block
    commands: tuple[Command, ...]
    not_run: str = ""  # why
    exit_code: int = 0


def blocks(page: Path) -> list[Block]:
    """The blocks of a page that contain commands, in order: those in a shell's language, or with a prompt."""
    found = []
    before: Token | None = None
    for token in MarkdownIt("commonmark").parse(page.read_text("utf-8")):
        if token.type in ("fence", "code_block"):
            language = token.info.split()[0] if token.info else ""
            if language in SHELLS or (not language and _BARE.match(token.content)):
                found.append(_block(page, token, language, before))
        before = token
    return found


def _block(page: Path, token: Token, language: str, before: Token | None) -> Block:
    marks = _COMMENT.findall(before.content) if before is not None and before.type == "html_block" else []
    stated = {name: " ".join(text.split()) for name, text in marks}
    line = token.map[0] + 1 if token.map else 0
    return Block(
        page,
        line,
        language,
        _commands(token.content),
        stated.get("not run", ""),
        int(stated.get("exits with", "0")),
    )


def _commands(text: str) -> tuple[Command, ...]:
    typed: list[str] = []
    output: list[str] = []
    for line in text.splitlines():
        if prompt := re.match(r"[$#] ", line):
            typed.append(line[prompt.end() :])
            output.append("")
        elif typed and not output[-1] and (line.startswith("> ") or line == ">"):
            typed[-1] += "\n" + line[2:]
        elif typed and not output[-1] and typed[-1].endswith("\\"):
            typed[-1] += "\n" + line
        elif typed:
            output[-1] += line + "\n"
    return tuple(map(Command, typed, output))
