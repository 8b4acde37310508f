"""The argument of a command: one JSON object, read strictly. The values in it stay JSON text until host/
reads them, so that 64-bit integers and doubles are exact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Union

import msgspec

from modgo_lsp.ide.case_files import module_directory
from modgo_lsp.server.lsp.uri import path_of

EXAMPLE = 'one object like {"uri": "file:///path/of/the/module"}'


class UsageError(Exception):
    """The command can't be run as asked. The message says what is wrong and what to do."""


NULL = msgspec.Raw(b"null")


class CaseName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case of modgo.test: the name of its file, without the folder, and its own."""

    file: str
    name: str


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`dispatch` and `release` are for building, the rest for a call, as on the command line: `timeout` in
    seconds, `memory` in bytes or like "256MB", `key` a list, `store` relative to the folder. Without `stream`
    the source decides whether the function is a stream UDF.

    For modgo.test, `match` is an expression like that of `modgo test -k`, and `cases` are the only ones to
    run; `partialResultToken` is for results as they come, and `coverage` for a cover profile. For modgo.new,
    `module` is the path of the Go module."""

    dispatch: str = "registry"
    release: bool = False
    timeout: float = 10.0
    memory: Union[int, str] = 0
    stream: bool | None = None
    nodes: int | None = None
    store: str | None = None
    key: msgspec.Raw = NULL
    match: str | None = None
    cases: tuple[CaseName, ...] | None = None
    coverage: bool = False
    module: str | None = None
    partial_result_token: Union[int, str, None] = msgspec.field(default=None, name="partialResultToken")


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`uri` is the module's folder, a file in it, or a .so; "" for the default module. `record` is a sample:
    an object, or the name of a file, relative to the folder; `records` is a list of samples, or the name of a
    file of them. With `show` the server shows the result, for clients that don't; with `document` it writes a
    result that is longer than a message to a file, whose path is then in the answer."""

    uri: str = ""
    function: str | None = None
    args: tuple[msgspec.Raw, ...] = ()
    record: msgspec.Raw = NULL
    records: Union[str, tuple[msgspec.Raw, ...], None] = None
    options: Options = Options()
    expect: msgspec.Raw = NULL
    show: bool = False
    document: bool = False

    @property
    def path(self) -> Path:
        """Raises UsageError if `uri` is not a file: URI."""
        path = path_of(self.uri)
        if path is None:
            raise UsageError(f"{self.uri} is not a file: URI. Give the module's folder or a file in it.")
        return Path(path)

    def directory(self, open_documents: Mapping[str, object]) -> Path:
        """The folder of the module; for a case or a sample, the one above testdata/udf. Raises UsageError if
        there is none."""
        path = self.path
        if path.is_dir():
            return path
        if (of_sample := module_directory(str(path))) is not None and path.is_file():
            return Path(of_sample)
        if path.is_file() or str(path) in open_documents:
            return path.parent
        raise UsageError(f"There is no file or folder {path}. Give the module's folder or a file in it.")


def request_of(arguments: Sequence[Any]) -> Request:
    """The request of a command's arguments. Raises UsageError."""
    if not arguments:
        return Request()
    if len(arguments) != 1:
        raise UsageError(f"The command takes {EXAMPLE}, and got {len(arguments)} arguments.")
    try:
        return msgspec.json.decode(_text(arguments[0]), type=Request)
    except (msgspec.DecodeError, ValueError) as error:
        raise UsageError(f"The command's argument is not as expected: {error}. It takes {EXAMPLE}.") from None
    except RecursionError:
        raise UsageError("The command's argument nests too deep.") from None


def _text(argument: Any) -> str:
    """The argument as JSON text. It comes as text from editors with a command line, and from clients whose
    numbers are all doubles. Raises ValueError if it has a number that JSON can't express."""
    return argument if isinstance(argument, str) else json.dumps(argument, allow_nan=False)
