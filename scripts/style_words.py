"""Lists where words to avoid (style_words.txt) occur in the sources, as a reminder: it exits with 0."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORDS = Path(__file__).with_suffix(".txt")
SOURCES = re.compile(r"\.(py|c|h|go|ts|mjs|md|mk|toml|yml|yaml|scm|sh|el|lua)$|(^|/)Makefile$")
PLACES = 3  # how many are listed for a word


def read_words(text: str) -> list[tuple[str, str]]:
    """Each expression with its replacement; two spaces stand between them."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [(word, use) for word, use in (re.split(r"\s{2,}", line, maxsplit=1) for line in lines)]


def occurrences(words: list[tuple[str, str]], texts: dict[str, str]) -> dict[str, list[str]]:
    """FILE:LINE of each occurrence, by expression. Parts of identifiers such as last_told count."""
    patterns = {word: re.compile(rf"(?<![a-z])(?:{word})(?![a-z])", re.IGNORECASE) for word, _ in words}
    found: dict[str, list[str]] = defaultdict(list)
    for path, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            for word, pattern in patterns.items():
                found[word] += [f"{path}:{number}"] * len(pattern.findall(line))
    return found


def main() -> None:
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    paths = [path for path in listed.split("\0") if SOURCES.search(path) and (ROOT / path).is_file()]
    words = read_words(WORDS.read_text("utf-8"))
    found = occurrences(words, {path: (ROOT / path).read_text("utf-8", "replace") for path in paths})
    for word, use in sorted(words, key=lambda each: -len(found[each[0]])):
        if places := found[word]:
            print(f"{len(places):5} {word}: {use} ({', '.join(dict.fromkeys(places[:PLACES]))})")


if __name__ == "__main__":
    main()
