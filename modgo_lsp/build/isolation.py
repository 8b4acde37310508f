"""How child processes are started so that the folder that modgo works on cannot decide what runs: the command
line for our own Python programs, and the lookup of a program by its name.

Both are light to import: `modgo lint` and the answer to `initialize` import this file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

# The working directory of children that need none: they look up nothing in a repository.
NEUTRAL_FOLDER = os.path.abspath(os.sep)

# `-I` leaves out the current folder, the PYTHON* variables and the user's own packages in every Python that
# we support; 3.10 has no `-P`. The path is then that of this process, so that modgo and its dependencies are
# found however they are installed.
_START = (
    "import os, sys; module = sys.argv[1]; sys.path[:] = sys.argv[2].split(os.pathsep); del sys.argv[1:3]; "
    "from importlib import import_module; import_module(module).main()"
)


def python_command(module: str, *arguments: str) -> list[str]:
    """The command that calls `main()` of a module of ours in a new Python, with `arguments` in sys.argv."""
    flags = [
        "-I",
        *(["-B"] if sys.dont_write_bytecode else []),
        *(["-X", "utf8"] if sys.flags.utf8_mode else []),
    ]
    return [sys.executable, *flags, "-c", _START, module, os.pathsep.join(_import_path()), *arguments]


def _import_path() -> list[str]:
    """This process's import path without the current folder and relative entries. The folder that modgo was
    imported from always stays."""
    ours = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:  # it was removed
        here = ""
    safe = [each for each in sys.path if os.path.isabs(each) and os.path.realpath(each) != here]
    return safe if ours in safe else [*safe, ours]


def find_program(name: str, besides: str = "") -> str | None:
    """The absolute path of a program, looked up in the absolute folders of PATH but `besides`. A path is only
    checked.

    A relative entry of PATH ("." or an empty one) would be the current folder, which is a repository. On
    Windows shutil.which looks there first; and its import costs `modgo lint` 3 ms."""
    if os.path.dirname(name):
        return next(_programs(os.path.abspath(name)), None)
    for folder in _absolute_folders(os.environ.get("PATH", os.defpath)):
        if folder != besides and (found := next(_programs(os.path.join(folder, name)), None)):
            return found
    return None


def leave_out_relative_folders() -> None:
    """Removes relative entries from this process's PATH and PYTHONPATH, also for its children: the wheel's go
    command is a Python program, and a build runs in the repository."""
    for name in ("PATH", "PYTHONPATH"):
        if name in os.environ:
            os.environ[name] = os.pathsep.join(_absolute_folders(os.environ[name]))
    if sys.platform == "win32":
        os.environ["NODEFAULTCURRENTDIRECTORYINEXEPATH"] = "1"  # its names have no case


def _absolute_folders(path: str) -> list[str]:
    return [folder for folder in path.split(os.pathsep) if os.path.isabs(folder)]


def _programs(path: str) -> Iterator[str]:
    """The programs that `path` names: itself, on Windows also with an extension of PATHEXT."""
    endings = [""]
    if sys.platform == "win32":
        endings = os.environ.get("PATHEXT", ".COM;.EXE;.BAT;.CMD").split(";")
        if any(path.lower().endswith(each.lower()) for each in endings):
            endings = [""]
    for ending in endings:
        if os.access(path + ending, os.X_OK) and not os.path.isdir(path + ending):
            yield path + ending
