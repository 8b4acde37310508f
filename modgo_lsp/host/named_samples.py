"""The files of samples and records that a case file names. They must be in its workspace. Each is read once:
all cases of a table may name the same."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path

from modgo_lsp.file_writer import workspace_of
from modgo_lsp.host.records_file import NumberedRecord, read_records_file
from modgo_lsp.host.sample import Record, SampleError, read_sample_file

# Of all files that a case file names, in bytes.
_LARGEST = 64 << 20


class NamedSamples:
    """Reads files by their names in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._left = _LARGEST
        self.record = cache(self._record)
        self.records = cache(self._records)

    def _record(self, name: str) -> Record:
        """Raises SampleError."""
        return read_sample_file(self._checked(name))

    def _records(self, name: str) -> tuple[NumberedRecord, ...]:
        """Raises SampleError."""
        return read_records_file(self._checked(name))

    def _checked(self, name: str) -> Path:
        """The path of a file that may be read. Raises SampleError."""
        path = self._folder / name
        with suppress(OSError, ValueError):  # reading it reports the reason
            workspace = Path(workspace_of(self._folder / "x")).resolve()
            if workspace not in path.resolve().parents:
                raise SampleError(f"{path} is outside of {workspace}: copy it there")
            self._left -= path.stat().st_size
        if self._left < 0:
            raise SampleError(f"the files that the cases name have more than {_LARGEST >> 20} MiB together")
        return path
