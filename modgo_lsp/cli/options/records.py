"""The records of `modgo call` and `modgo bench`: of --record and --records, or of a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.local_module import ModuleFile, package_folders
from modgo_lsp.cli.standard_input import read_text
from modgo_lsp.host.call_request import CallRequest, records_beside, with_records
from modgo_lsp.host.run_call import Work


def record_of(given: str | None) -> str | None:
    """The value of --record, with standard input for "-"."""
    if given != "-":
        return given
    text = read_text("give it one record")
    if text.lstrip()[:1] != "{" and text.strip() != "null":
        raise CliError("standard input is not a record", 'write one to it: {"bins": {"a": 1}}')
    return text


def records_of(given: str | None) -> Path | tuple[str, ...] | None:
    """The value of --records, with the lines of standard input for "-"."""
    if given is None:
        return None
    if given != "-":
        return Path(given)
    return tuple(line for line in read_text("give it fewer records").split("\n") if line.strip())


def completing(
    module: ModuleFile, request: CallRequest, finds: bool, report: Callable[[Path], None]
) -> Callable[[Work, Mapping[str, str]], Work]:
    """A function that completes work by the properties of the loaded module, which name its source. With
    `finds` the records are those of the sample file beside the package, which `report` gets. It raises
    CallRequestError."""

    def completed(work: Work, properties: Mapping[str, str]) -> Work:
        folders = package_folders(module, properties)  # also warns of a module that is out of date
        if not finds:
            return work
        found, path = records_beside(request, folders, work.function)
        if path is not None:
            report(path)
        return with_records(work, request, found)

    return completed
