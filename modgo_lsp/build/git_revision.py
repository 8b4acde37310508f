"""Reads the files of a git revision, without a work tree.

A repository can name programs that git runs: hooks, filters, textconv, an fsmonitor, a transport for missing
objects. Only `rev-parse`, `ls-tree` and `cat-file --batch` are used, which read objects and neither the index
nor the work tree, and the options below switch off the rest.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import TYPE_CHECKING, NamedTuple

from modgo_lsp.build.isolation import NEUTRAL_FOLDER, find_program
from modgo_lsp.golang.files import Files, FileTooLargeError, Stamp, join, size_limit
from modgo_lsp.user_error import UserError

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.document import Document

_OPTIONS = (
    *("--no-pager", "--no-replace-objects"),
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "safe.bareRepository=explicit"),
)
_ENVIRONMENT = {
    # No transport: a partial clone fetches missing objects, by programs that it can name. A repository can
    # override protocol.allow for each protocol, but not this. Old versions of git lack GIT_NO_LAZY_FETCH.
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_SECONDS = 120
# The largest list of a revision's files that is read, in bytes: about two million files.
_LARGEST_LIST = 256 << 20
_LONGEST_REASON = 64 << 10
_FILE_MODES = ("100644", "100755", "100664")


class _Blob(NamedTuple):
    name: str
    size: int


class RevisionError(UserError):
    """The revision cannot be read."""


class RevisionFiles:
    """The files of a revision below the repository's `root`, and those of `base` elsewhere. Symbolic links
    and submodules are left out."""

    def __init__(
        self, root: str, blobs: dict[str, _Blob], objects: subprocess.Popen[bytes], base: Files
    ) -> None:
        self.root = root
        self.largest = base.largest
        self._blobs = blobs
        self._objects = objects
        self._base = base
        self._entries: dict[str, dict[str, bool]] = {"": {}}
        for path in blobs:
            name, is_folder = path, False
            while name:
                folder, _, last = name.rpartition("/")
                known = self._entries.setdefault(folder, {})
                if last in known:
                    break
                known[last] = is_folder
                name, is_folder = folder, True

    def _relative(self, path: str) -> str | None:
        """The path in the revision; None outside of the repository."""
        if path == self.root:
            return ""
        below = join(self.root, "")
        return path[len(below) :].replace(os.sep, "/") if path.startswith(below) else None

    def read(self, path: str, most: int | None = None) -> bytes:
        relative = self._relative(path)
        if relative is None:
            return self._base.read(path, most)
        blob = self._blobs.get(relative)
        if blob is None:
            raise FileNotFoundError(2, os.strerror(2), path)
        most = most or size_limit(path, self.largest)
        if blob.size > most:
            raise FileTooLargeError(path, most)
        stdin, stdout = self._objects.stdin, self._objects.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{blob.name}\n".encode())
        stdin.flush()
        header = stdout.readline(200).split()
        if len(header) != 3 or int(header[2]) != blob.size:
            raise OSError(5, f"git cannot read the object {blob.name}", path)
        content = stdout.read(blob.size + 1)
        if len(content) != blob.size + 1:
            raise OSError(5, f"git cannot read the object {blob.name}", path)
        return content[:-1]

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        relative = self._relative(directory)
        if relative is None:
            return self._base.entries(directory)
        if relative in self._entries:
            # .git marks the root of the repository for those who look for .gitignore files.
            return sorted({**self._entries[relative], **({".git": True} if not relative else {})}.items())
        kind = NotADirectoryError if relative in self._blobs else FileNotFoundError
        raise kind(2, os.strerror(2), directory)

    def stamp(self, path: str) -> Stamp | None:
        return self._base.stamp(path) if self._relative(path) is None else None

    def document(self, _path: str) -> Document | None:
        return None

    def since(self, _earlier: Files) -> Collection[str] | None:
        return None


@contextmanager
def revision_files(folder: str, revision: str, base: Files) -> Iterator[RevisionFiles]:
    """The files of a revision of the repository around an absolute folder. Raises RevisionError."""
    git = find_program("git")
    if git is None:
        raise RevisionError("git was not found, which --new-since needs", "install git")
    command = [git, *_OPTIONS, "-C", folder]
    prefix = _output([*command, "rev-parse", "--show-prefix"], f"{folder} is in no git repository")
    below = os.fsdecode(prefix.removesuffix(b"\n")).rstrip("/").replace("/", os.sep)
    if below and not folder.endswith(os.sep + below):
        real = os.path.realpath(folder)
        raise RevisionError(f"a symbolic link leads from {folder} to {real}", f"lint {real}")
    root = folder[: -len(below)].rstrip(os.sep) or os.sep if below else folder
    if not revision or revision.startswith("-"):
        raise RevisionError(f"{revision!r} is not a git revision", "name one, such as main or HEAD~1")
    tree = _output(
        [*command, "rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}"],
        f"the git repository {root} has no revision {revision}",
    ).split()[0]
    listed = _output(
        [*command, "ls-tree", "-r", "-l", "-z", "--full-tree", tree.decode()], f"{revision} has no files"
    )
    objects = subprocess.Popen(
        [*command, "cat-file", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=NEUTRAL_FOLDER,
        env=_environment(),
        start_new_session=True,
    )
    try:
        yield RevisionFiles(root, dict(_blobs(listed)), objects, base)
    finally:
        with suppress(OSError):
            objects.kill()
        objects.communicate()


def _blobs(listed: bytes) -> Iterator[tuple[str, _Blob]]:
    for entry in listed.split(b"\0"):
        facts, _, path = entry.partition(b"\t")
        words = facts.decode("ascii", "replace").split()
        if len(words) == 4 and words[0] in _FILE_MODES and words[3].isdigit():
            yield os.fsdecode(path), _Blob(words[2], int(words[3]))


def _output(command: list[str], otherwise: str) -> bytes:
    """What git writes. Raises RevisionError with `otherwise`, and git's reason if it gives one. Reads no more
    than the limit: a few objects can describe a tree of any size."""
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=NEUTRAL_FOLDER,
            env=_environment(),
            start_new_session=True,
        ) as process,
    ):
        assert process.stdout is not None
        started, timer = time.monotonic(), Timer(_SECONDS, process.kill)
        timer.start()
        try:
            written = process.stdout.read(_LARGEST_LIST + 1)
            if len(written) > _LARGEST_LIST:
                raise RevisionError("the revision has too many files", "lint a smaller repository")
            process.wait()
        finally:
            process.kill()
            timer.cancel()
        errors.seek(0)
        lines = errors.read(_LONGEST_REASON).decode("utf-8", "replace").strip().splitlines()
    if process.returncode != 0:
        if time.monotonic() - started >= _SECONDS:
            raise RevisionError(f"git took longer than {_SECONDS} s", "check the repository")
        reason = lines[0].removeprefix("fatal: ") if lines else ""
        raise RevisionError(otherwise, f"git says: {reason}" if reason else "`git log` lists the revisions")
    return written


def _environment() -> dict[str, str]:
    """Without git's own variables, which name another repository in a hook."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**others, **_ENVIRONMENT}
