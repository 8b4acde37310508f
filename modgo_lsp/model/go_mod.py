"""Reads go.mod: module, go, require and replace. Not for: fetching modules, or go.work."""

from __future__ import annotations

import re

import msgspec

from modgo_lsp.syntax.literals import unquote


class Replace(msgspec.Struct, frozen=True):
    """`old_version` is "" for every version; `new` is a module path or a directory, then without version."""

    old: str
    old_version: str
    new: str
    new_version: str


class GoMod(msgspec.Struct, frozen=True):
    """What go.mod says. `module` is "" where it doesn't say, `go` is None without a go directive."""

    module: str = ""
    go: str | None = None
    requires: tuple[tuple[str, str], ...] = ()
    replaces: tuple[Replace, ...] = ()


_WORD = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`|//.*|=>|[()]|[^\s()"`]+')


def parse_go_mod(text: bytes) -> GoMod:
    """The directives of a go.mod. Lines that make no sense are passed over, as broken input is."""
    module = ""
    go: str | None = None
    requires: list[tuple[str, str]] = []
    replaces: list[Replace] = []
    block: str | None = None
    for line in text.decode("utf-8", "replace").splitlines():
        words = _words(line)
        if not words:
            continue
        if block is None and len(words) >= 2 and words[1] == "(":
            block, words = words[0], words[2:]
        if words and words[-1] == ")":
            closes, words = True, words[:-1]
        else:
            closes = False
        if block is not None:
            words = [block, *words] if words else []
        match words:
            case ["module", path] if not module:
                module = path
            case ["go", version] if go is None:
                go = version
            case ["require", path, version]:
                requires.append((path, version))
            case ["replace", *rest] if "=>" in rest:
                replaces.extend(_replace(rest))
        if closes:
            block = None
    return GoMod(module, go, tuple(requires), tuple(replaces))


def _words(line: str) -> list[str]:
    words = []
    for match in _WORD.finditer(line):
        word = match[0]
        if word.startswith("//"):
            break
        if word[0] in '"`':
            value = unquote(word.encode())
            word = "" if value is None else value.decode("utf-8", "replace")
        words.append(word)
    return words


def _replace(words: list[str]) -> list[Replace]:
    arrow = words.index("=>")
    old, new = words[:arrow], words[arrow + 1 :]
    if not (1 <= len(old) <= 2 and 1 <= len(new) <= 2):
        return []
    return [Replace(old[0], (old[1:] or [""])[0], new[0], (new[1:] or [""])[0])]
