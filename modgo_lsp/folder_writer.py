"""Writes a folder with files, whole or not at all.

The files are written into a temporary folder beside the new one, which is then renamed. An existing folder
that has nothing but entries of `beside` stays, and the new entries are moved into it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from modgo_lsp.file_writer import WriteRefusedError, write_file

_ELSEWHERE = "choose another name, or an empty folder"
_SHOWN = 3


def check_new_folder(path: Path, beside: Container[str]) -> None:
    """Raises WriteRefusedError or OSError where `write_folder` would, as far as that is known before it
    writes. `path` is absolute."""
    try:
        names = sorted(entry.name for entry in path.iterdir() if entry.name not in beside)
    except FileNotFoundError:
        if path.is_symlink():
            raise WriteRefusedError(
                str(path), "it is a symbolic link that leads nowhere", _ELSEWHERE
            ) from None
        above = next(folder for folder in path.parents if os.path.lexists(folder))
        if not above.is_dir():
            raise WriteRefusedError(str(path), f"{above} is not a folder", _ELSEWHERE) from None
        return
    except NotADirectoryError:
        not_folder = next(each for each in (*reversed(path.parents), path) if not each.is_dir())
        what = "it" if not_folder == path else str(not_folder)
        raise WriteRefusedError(str(path), f"{what} is not a folder", _ELSEWHERE) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        reason = f"it is not empty: it has {', '.join(names[:_SHOWN])}{more}"
        raise WriteRefusedError(str(path), reason, _ELSEWHERE)


def write_folder(path: Path, files: Mapping[str, bytes], beside: Container[str] = ()) -> None:
    """Writes `files`, by their paths below the folder `path`, which is absolute. It must not exist, or have
    only entries whose names are in `beside`.

    Raises WriteRefusedError, and OSError that names `path`; then nothing was written.
    """
    check_new_folder(path, beside)
    exists = path.is_dir()
    try:
        with (
            _folders_above(path),
            _temporary_folder(path if exists else path.parent) as made,
        ):
            for name, content in files.items():
                write_file(made / name, content)
            if exists:
                _move_into(made, path)
            else:
                made.rename(path)  # fails where somebody has made one with something in it
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None


@contextmanager
def _folders_above(path: Path) -> Iterator[None]:
    """Makes the missing folders above `path`, and removes them after an error."""
    missing = [folder for folder in reversed(path.parents) if not folder.exists()]
    try:
        for folder in missing:
            folder.mkdir(exist_ok=True)
        yield
    except BaseException:
        for folder in reversed(missing):
            with suppress(OSError):
                folder.rmdir()  # only if it is empty
        raise


@contextmanager
def _temporary_folder(parent: Path) -> Iterator[Path]:
    """A folder with the mode of a new folder; tempfile's has 0700."""
    folder = parent / f".modgo-new-{os.urandom(8).hex()}"
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move_into(made: Path, folder: Path) -> None:
    """Moves the entries of `made`, replacing nothing. After an error none of them is in `folder`."""
    entries = [entry.name for entry in made.iterdir()]
    try:
        for entry in entries:
            if os.path.lexists(folder / entry):
                raise FileExistsError(17, "somebody else is writing there", str(folder))
            (made / entry).rename(folder / entry)
    except BaseException:
        for entry in entries:
            if not os.path.lexists(made / entry):  # it was moved
                _remove(folder / entry)
        raise


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
