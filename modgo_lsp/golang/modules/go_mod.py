"""Reads go.mod, go.work and vendor/modules.txt, as far as they say where packages come from."""

from __future__ import annotations

import re

import msgspec

from modgo_lsp.golang.modules.versions import go_version
from modgo_lsp.golang.syntax.literals import unquote


class Replace(msgspec.Struct, frozen=True):
    """`old_version` is "" for every version. `new` is a module path, or a directory without a version."""

    old: str
    old_version: str
    new: str
    new_version: str


class GoMod(msgspec.Struct, frozen=True):
    """The directives of a go.mod or go.work. `module` is "" and `go` None without the directive; `uses` are
    the folders in use directives."""

    module: str = ""
    go: str | None = None
    requires: tuple[tuple[str, str], ...] = ()
    replaces: tuple[Replace, ...] = ()
    excludes: tuple[tuple[str, str], ...] = ()
    uses: tuple[str, ...] = ()

    @property
    def language(self) -> tuple[int, ...]:
        """The version of Go that the sources are written in, (1, 24)."""
        return go_version(self.go or DEFAULT_GO)[:2]


# Where a go.mod has no go directive.
DEFAULT_GO = "1.16"

# A quote without an end makes the rest one word, or each quote in it would be searched for an end.
_WORD = re.compile(r'"(?:\\.|[^"\\])*"?|`[^`]*`?|//.*|=>|[()]|[^\s()"`]+')


def parse_go_mod(text: bytes) -> GoMod:
    """The directives of a go.mod or go.work, without malformed lines."""
    module = ""
    go: str | None = None
    requires: list[tuple[str, str]] = []
    replaces: list[Replace] = []
    excludes: list[tuple[str, str]] = []
    uses: list[str] = []
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
            case ["exclude", path, version]:
                excludes.append((path, version))
            case ["use", folder]:
                uses.append(folder)
            case ["replace", *rest] if "=>" in rest:
                replaces.extend(_replace(rest))
        if closes:
            block = None
    return GoMod(module, go, tuple(requires), tuple(replaces), tuple(excludes), tuple(uses))


def vendored_packages(text: bytes) -> frozenset[str]:
    """The import paths that vendor/modules.txt lists."""
    lines = text.decode("utf-8", "replace").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


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
