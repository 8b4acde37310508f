"""Which names a UDF module and its Go module may have, and what to suggest instead of others."""

from __future__ import annotations

import re
import unicodedata

from modgo_lsp.golang.syntax.syntax_errors import KEYWORDS

# Servers limit the name of a module's file.
NAME_LIMIT = 100

_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_-]{{0,{NAME_LIMIT - 1}}}")
# Go gives these folders and packages a meaning of their own, and refuses Windows's devices in module paths.
_SPECIAL = {"vendor", "internal", "testdata", "main", "documentation"}
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}

# As golang.org/x/mod/module.CheckPath.
_PATH_ELEMENT = re.compile(r"(?!\.)[A-Za-z0-9._~-]+(?<!\.)")


def package_of(name: str) -> str:
    """The Go package of the UDF module `name`: its name in lower case, without hyphens and underscores."""
    return re.sub("[_-]", "", name).lower()


def name_problem(name: str) -> str:
    """Why no UDF module can have this name, like "it is a keyword of Go"; "" if one can."""
    if len(name) > NAME_LIMIT:
        return f"it is longer than {NAME_LIMIT} characters"
    if not _NAME.fullmatch(name):
        return "it must begin with a letter, and have only the letters a to z, digits, - and _"
    if package_of(name).encode() in KEYWORDS:
        return "it is a keyword of Go"
    if name.lower() in _SPECIAL | _DEVICES or package_of(name) in _SPECIAL:
        return "it has a special meaning in Go"
    return ""


def suggested_name(name: str) -> str | None:
    """A name like `name` that a UDF module can have; None if there is none."""
    ascii_ = unicodedata.normalize("NFKD", name[: 2 * NAME_LIMIT]).encode("ascii", "ignore").decode()
    near = re.sub(r"[^A-Za-z0-9_]+", "-", ascii_).strip("-_")[: NAME_LIMIT - 4]
    for candidate in (near, f"udf-{near}", f"{near}-udf"):
        if near and not name_problem(candidate):
            return candidate
    return None


def path_problem(path: str) -> str:
    """Why no Go module can have this path, like "it has an empty element"; "" if one can."""
    elements = path.split("/")
    bad = next((each for each in elements if not _PATH_ELEMENT.fullmatch(each)), None)
    if bad == "":
        return "it has an empty element"
    if bad is not None:
        what = "has a dot at an end, or a character other than letters, digits and -._~"
        return f"its element {shown_name(bad)} {what}"
    if path.startswith("-"):
        return "it begins with a hyphen"
    device = next((each for each in elements if each.split(".")[0].lower() in _DEVICES), None)
    return f"Go allows no element {device}, a device of Windows" if device else ""


def shown_name(name: str) -> str:
    """A name of any origin for a message."""
    short = name if len(name) <= NAME_LIMIT else f"{name[:40]}…"
    return short if short.isprintable() and short else repr(short)
