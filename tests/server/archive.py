"""txtar archives, the form of Go's own tests: a comment, then files, each after a line `-- NAME --`."""

from __future__ import annotations

import re
from pathlib import Path

_HEADING = re.compile(r"^-- (\S.*) --$", re.MULTILINE)


class Archive:
    """`comment` stands before the first file; `files` are by name, in their order."""

    def __init__(self, comment: str, files: dict[str, str]) -> None:
        self.comment = comment
        self.files = files

    def write(self, path: Path) -> None:
        parts = [self.comment, *(f"-- {name} --\n{text}" for name, text in self.files.items())]
        path.write_text("".join(parts), encoding="utf-8")


def read_archive(path: Path) -> Archive:
    text = path.read_text(encoding="utf-8")
    comment, *rest = _HEADING.split(text)
    files = {name: body.removeprefix("\n") for name, body in zip(rest[::2], rest[1::2], strict=True)}
    assert len(files) == len(rest) // 2, f"{path} has two files of one name"
    return Archive(comment, files)
