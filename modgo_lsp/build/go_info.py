"""Reads the build information that Go writes into every binary, as `go version -m` does."""

from __future__ import annotations

import json

import msgspec

_MAGIC = b"\xff Go buildinf:"
_HEADER = 32  # bytes
_ALIGNMENT = 16
_INLINE = 2  # flag: the strings follow the header, as they do since Go 1.18
_LONGEST = 1 << 20  # bytes of text: ten times what hundreds of dependencies need


class GoModule(msgspec.Struct, frozen=True, omit_defaults=True):
    """A linked Go module. `replaced_by` is the target of its replace directive in go.mod."""

    path: str
    version: str = ""
    sum: str = ""
    replaced_by: str = ""


class GoInfo(msgspec.Struct, frozen=True):
    """How a binary was built. `version` is like "go1.26.8", `path` the main package's. `settings` are flags
    and environment variables by Go's names ("-buildmode", "GOARCH", "CGO_ENABLED")."""

    version: str
    path: str
    main: GoModule | None
    deps: tuple[GoModule, ...]
    settings: dict[str, str]


def go_info(data: bytes) -> GoInfo | None:
    """Parses the build information in `data`, a section or segment. None if it is missing or damaged."""
    at = data.find(_MAGIC)
    while at > 0 and at % _ALIGNMENT:
        at = data.find(_MAGIC, at + 1)
    if at < 0 or len(data) < at + _HEADER or not data[at + 15] & _INLINE:
        return None
    version, end = _text(data, at + _HEADER)
    lines, end = _text(data, end)
    if not version:
        return None
    # 16 marker bytes before and after the text, by which Go finds it in other formats.
    return _parsed(version, lines[16:-16] if len(lines) >= 33 else b"")


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    """Reads a length and that many bytes. Returns the bytes and the offset after them; b"" if cut short."""
    length = shift = 0
    for byte in data[at : at + 5]:
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            end = at + length
            return (data[at:end], end) if length <= _LONGEST and end <= len(data) else (b"", len(data))
    return b"", len(data)


def _parsed(version: bytes, lines: bytes) -> GoInfo:
    path, main = "", None
    deps: list[GoModule] = []
    settings = {}
    for line in lines.decode("utf-8", "replace").split("\n"):
        key, _, rest = line.partition("\t")
        fields = rest.split("\t")
        module = GoModule(fields[0], *fields[1:3])
        if key == "path":
            path = rest
        elif key == "mod":
            main = module
        elif key == "dep":
            deps.append(module)
        elif key == "=>" and deps:
            deps[-1] = msgspec.structs.replace(deps[-1], replaced_by=" ".join(fields[:2]).strip())
        elif key == "build":
            name, value = _setting(rest)
            settings[name] = value
    return GoInfo(version.decode("utf-8", "replace"), path, main, tuple(deps), settings)


def _setting(text: str) -> tuple[str, str]:
    """Splits KEY=VALUE. Either may be quoted."""
    if text.startswith('"'):
        end = text.find('"=', 1)
        name, value = _unquoted(text[: end + 1]), text[end + 2 :]
    else:
        name, _, value = text.partition("=")
    return name, _unquoted(value)


def _unquoted(text: str) -> str:
    """The value of a Go string literal, else the text itself. JSON parses those that Go writes here."""
    if len(text) >= 2 and text[0] == text[-1] == "`":
        return text[1:-1]
    try:
        value = json.loads(text) if text.startswith('"') else text
    except ValueError:
        return text
    return value if isinstance(value, str) else text
