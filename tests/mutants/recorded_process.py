"""Runs first in every Python of a recorded run, by a .pth file: says which test has started it.

The environment may not say so. A test may have copied it before, or pass none.
"""

import os


def begin(folder: str) -> None:
    """Sets what coverage's own .pth file reads, which comes next, if a process above this one runs a test."""
    process = os.getppid()
    while process > 1:
        try:
            with open(f"{folder}/test.{process}", encoding="utf-8") as file:  # noqa: PTH123 (a slow import)
                test = file.read()
        except OSError:
            process = _parent(process)
        else:
            os.environ["PYTEST_CURRENT_TEST"] = test
            os.environ["COVERAGE_PROCESS_START"] = f"{folder}/coverage.ini"
            return


def _parent(process: int) -> int:
    """The parent of a process, 0 where it is not known."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as file:  # noqa: PTH123
            return int(file.read().rpartition(")")[2].split()[1])
    except OSError:
        return 0
