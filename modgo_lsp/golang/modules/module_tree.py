"""Which folders belong to a Go module: those that `./...` means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from modgo_lsp.golang.files import Files, join

# What a folder holds, as (name, is a folder); nothing where it can't be listed.
ListEntries = Callable[[str], Iterable[tuple[str, bool]]]


def listing(files: Files) -> ListEntries:
    """Lists folders of `files`."""
    return partial(_entries, files)  # unlike a closure, other processes can be given it


def _entries(files: Files, directory: str) -> list[tuple[str, bool]]:
    try:
        return files.entries(directory)
    except OSError:
        return []


def is_searched(name: str) -> bool:
    """Whether `./...` enters a folder of that name."""
    return not name.startswith((".", "_")) and name not in ("testdata", "vendor")


def is_module_root(directory: str, entries: ListEntries) -> bool:
    """Whether a folder has a go.mod, and so begins a module of its own."""
    return ("go.mod", False) in entries(directory)


def module_folders(root: str, entries: ListEntries) -> list[str]:
    """The folders that `./...` means in the module at `root`, in order."""
    found: list[str] = []
    pending = [root]
    while pending:
        directory = pending.pop()
        found.append(directory)
        names = [name for name, is_folder in entries(directory) if is_folder and is_searched(name)]
        below = [join(directory, name) for name in names]
        pending += [folder for folder in below if not is_module_root(folder, entries)]
    return sorted(found)
