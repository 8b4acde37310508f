"""Writes files: everything in modgo that writes a permanent file uses this.

A file is written whole or not at all: the content goes to a temporary file in the same folder, which is then
renamed. Callers choose what else is guaranteed:

- `replaces` says what an existing file has to be. Anything else is left alone: a folder, a device, a pipe, a
  file of another kind. A new file is linked into place, so that a file that somebody creates meanwhile is not
  replaced.
- `within` is the folder that the file has to be in after symbolic links are followed. The folder that was
  checked is opened component by component, and used by its descriptor: a folder that is replaced by a link
  between the check and the write leads nowhere.

Modgo's own cache needs neither, because nobody else writes there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, NamedTuple

_LARGEST = 64 << 20
# Without dir_fd (Windows) files are addressed by their paths.
_BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.link in os.supports_dir_fd
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)
# O_PATH, for folders that one may pass through but not list.
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", os.O_RDONLY)
_ELSEWHERE = "choose another name, or move it away"
_MARKS = ("go.work", "go.mod", "modgo.toml")


class WriteRefusedError(OSError):
    """The file was not written, because that would destroy something or write elsewhere. `strerror` says why,
    as in "it is a folder"; `remedy` what to do; `forcible` is whether `force` would write it."""

    def __init__(self, path: str, reason: str, remedy: str, *, forcible: bool = False) -> None:
        super().__init__(None, reason, path)
        self.remedy = remedy
        self.forcible = forcible

    def __str__(self) -> str:
        return f"{self.filename} cannot be written: {self.strerror}"


def explain(error: OSError, remedy: str, *, force: bool = False) -> tuple[str, str]:
    """What happened and what to do, for an error with a file name. `remedy` is for errors of the system;
    `force` is whether the command has an option --force."""
    if not isinstance(error, WriteRefusedError):
        return f"{error.filename} cannot be written ({error.strerror or error})", remedy
    more = ", or say --force" if force and error.forcible else ""
    return str(error), f"{error.remedy}{more}"


class Kind(NamedTuple):
    """A kind of file that may be replaced. `name` is for messages ("a baseline"); `matches` gets the open
    file. With `must_exist` no new file is made."""

    name: str
    matches: Callable[[BinaryIO], bool]
    must_exist: bool = False


ANYTHING = Kind("a file", lambda _: True)
NOTHING = Kind("a new file", lambda _: False)


def content_is(before: bytes) -> Kind:
    """A file that still has the content `before`."""
    return Kind("as it was when it was read", lambda file: file.read(len(before) + 1) == before, True)


def content_where(name: str, matches: Callable[[bytes], bool]) -> Kind:
    """A file of at most 64 MiB whose content `matches`."""

    def is_such(file: BinaryIO) -> bool:
        content = file.read(_LARGEST + 1)
        return len(content) <= _LARGEST and matches(content)

    return Kind(name, is_such)


def write_file(
    path: str | os.PathLike[str],
    content: bytes,
    *,
    replaces: Kind = NOTHING,
    within: str | None = None,
    mode: int = 0o666,
    force: bool = False,
) -> None:
    """Writes the file, and makes the folders above it. It gets the mode and owner of the file that it
    replaces; a new one gets `mode`, less the umask. `force` replaces any regular file.

    Raises WriteRefusedError, and OSError that names `path`.
    """
    name = os.path.abspath(path)
    with _naming(name):
        real = name if within is None else _inside(name, within)
        with _opened(os.path.dirname(real), follow=within is None) as folder:
            ours = replaces is ANYTHING and within is None
            old = None if ours else _replaceable(folder, os.path.basename(real), name, replaces, force)
            _put(folder, os.path.basename(real), name, content, old, mode, new=old is None and not ours)


def check_place(
    path: str | os.PathLike[str], *, replaces: Kind = NOTHING, within: str | None = None, force: bool = False
) -> str:
    """The absolute path, with links followed, that `write_file` would write now. For commands that take long
    before they write, and for files that other programs write. Raises as `write_file` does."""
    name = os.path.abspath(path)
    with _naming(name):
        real = name if within is None else _inside(name, within)
        parent = os.path.dirname(real)
        if os.path.isdir(parent):
            with _opened(parent, follow=within is None) as folder:
                _replaceable(folder, os.path.basename(real), name, replaces, force)
        above = next(one for one in _upwards(parent) if os.path.lexists(one))
        if not os.path.isdir(above):
            raise WriteRefusedError(name, f"{above} is not a folder", "choose another place")
        if not os.access(above, os.W_OK | os.X_OK):
            raise PermissionError(13, os.strerror(13))
    return real


def workspace_of(path: str | os.PathLike[str]) -> str:
    """The folder that links must not lead out of, for a path that the user named or a source file: the
    repository around it, else the outermost Go module, else the working directory, else its own folder."""
    path = os.path.abspath(path)
    parent = os.path.dirname(path)
    above = list(_upwards(parent))
    for folder in above:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
    for folder in reversed(above):
        if any(os.path.isfile(os.path.join(folder, mark)) for mark in _MARKS):
            return folder
    here = os.getcwd()
    return here if _is_below(path, here) else parent


def leads_out(path: str | os.PathLike[str]) -> bool:
    """Whether a symbolic link leads `path` out of its workspace, so that an edit would change a file
    elsewhere."""
    return not _is_below(os.path.realpath(path), os.path.realpath(workspace_of(path)))


class _Folder(NamedTuple):
    """An open folder. `descriptor` is None where the system has no descriptors of folders."""

    path: str
    descriptor: int | None

    def at(self, name: str) -> str:
        return name if self.descriptor is not None else os.path.join(self.path, name)


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Makes errors name `path`."""
    try:
        yield
    except WriteRefusedError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), path) from None
    except ValueError:  # it has a NUL
        raise WriteRefusedError(path, "no file can have that name", "choose another name") from None


def _inside(path: str, within: str) -> str:
    """`path` with its links followed. Raises WriteRefusedError where that is not below `within`."""
    if os.path.islink(path):
        try:
            real = os.path.realpath(path, strict=True)
        except OSError:
            reason = "it is a symbolic link that leads nowhere"
            raise WriteRefusedError(path, reason, "remove the link, or choose another place") from None
    else:
        real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    if not os.path.basename(path) or not _is_below(real, os.path.realpath(within)):
        how = f"a symbolic link leads out of it, to {real}" if _is_below(path, within) else f"it is {real}"
        reason = f"it has to lie in {within}, and {how}"
        raise WriteRefusedError(path, reason, "choose a place inside, or replace the link by a file")
    return real


@contextmanager
def _opened(path: str, follow: bool) -> Iterator[_Folder]:
    """Opens a folder, and makes it if it is missing. Unless `follow`, no component of `path` may be a
    link."""
    if not _BY_DESCRIPTOR or follow:
        os.makedirs(path, exist_ok=True)
    if not _BY_DESCRIPTOR:
        yield _Folder(path, None)
        return
    descriptor = os.open(path if follow else "/", _FOLDER | _BINARY)
    try:
        for part in () if follow else path.split("/"):
            if part:
                below = _step(descriptor, part)
                os.close(descriptor)
                descriptor = below
        yield _Folder(path, descriptor)
    finally:
        os.close(descriptor)


def _step(descriptor: int, part: str) -> int:
    flags = _FOLDER | _NO_LINK | _BINARY
    try:
        return os.open(part, flags, dir_fd=descriptor)
    except FileNotFoundError:
        with suppress(FileExistsError):
            os.mkdir(part, dir_fd=descriptor)
        return os.open(part, flags, dir_fd=descriptor)


def _replaceable(folder: _Folder, name: str, path: str, replaces: Kind, force: bool) -> os.stat_result | None:
    """The existing file, if it may be replaced; None if there is none. Raises WriteRefusedError."""
    where = folder.at(name)
    try:
        found = os.stat(where, dir_fd=folder.descriptor, follow_symlinks=False)
    except FileNotFoundError:
        if replaces.must_exist:
            raise WriteRefusedError(path, "it is gone", "run the command again") from None
        return None
    if not stat.S_ISREG(found.st_mode):
        raise WriteRefusedError(path, f"it is {_what(found.st_mode)}", _ELSEWHERE)
    if force:
        return found
    if replaces is NOTHING:
        raise WriteRefusedError(path, "it is there already", _ELSEWHERE, forcible=True)
    flags = os.O_RDONLY | _NO_LINK | _NO_WAIT | _BINARY
    with open(os.open(where, flags, dir_fd=folder.descriptor), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or not replaces.matches(file):
            reason = f"it is not {replaces.name}"
            raise WriteRefusedError(path, reason, _ELSEWHERE, forcible=True)
    if not found.st_mode & 0o222:
        raise WriteRefusedError(path, "it is read-only", "make it writable first", forcible=True)
    return found


def _what(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    return "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"


def _put(
    folder: _Folder,
    name: str,
    path: str,
    content: bytes,
    old: os.stat_result | None,
    mode: int,
    *,
    new: bool,
) -> None:
    """Writes a temporary file and renames it; removes it if that fails."""
    temporary = folder.at(f".{name[:40]}.{os.urandom(8).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY
    mode = mode if old is None else old.st_mode & 0o777
    try:
        with open(os.open(temporary, flags, mode, dir_fd=folder.descriptor), "wb") as file:
            file.write(content)
            if old is not None:
                file.flush()
                _copy_mode_and_owner(file.fileno(), old)
                os.fsync(file.fileno())
        if new:
            _take_new_name(folder, temporary, name, path)
        else:
            _rename(folder, temporary, name)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder.descriptor)
        raise


def _copy_mode_and_owner(descriptor: int, old: os.stat_result) -> None:
    """Gives the file the mode, and if possible the owner, of the one that it replaces."""
    if not hasattr(os, "fchown"):
        return
    own = os.fstat(descriptor)
    if (own.st_uid, own.st_gid) != (old.st_uid, old.st_gid):
        with suppress(OSError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o777)


def _take_new_name(folder: _Folder, temporary: str, name: str, path: str) -> None:
    """Renames, but never replaces a file."""
    descriptor = folder.descriptor
    try:
        os.link(temporary, folder.at(name), src_dir_fd=descriptor, dst_dir_fd=descriptor)
    except FileExistsError:
        remedy = "look at it, then run the command again"
        raise WriteRefusedError(path, "it was made by somebody else meanwhile", remedy) from None
    except (OSError, NotImplementedError):  # a file system without hard links
        _rename(folder, temporary, name)
    else:
        os.unlink(temporary, dir_fd=descriptor)


def _rename(folder: _Folder, temporary: str, name: str) -> None:
    descriptor = folder.descriptor
    os.replace(temporary, folder.at(name), src_dir_fd=descriptor, dst_dir_fd=descriptor)


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)
