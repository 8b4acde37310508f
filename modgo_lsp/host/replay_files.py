"""Files of calls that crashed, panicked or timed out, so that the same call can be made again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from modgo_lsp.build.cache_folders import own_folder
from modgo_lsp.file_writer import write_file
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.host.json_forms import FormError, json_of, parse, value_of
from modgo_lsp.host.result import Failure
from modgo_lsp.host.sample import Record, SampleError, parse_sample, sample_json
from modgo_lsp.host.session import LONGEST_SECONDS
from modgo_lsp.host.values import Value
from modgo_lsp.user_error import UserError

KEPT = 50  # the oldest go

_VERSION = 1
_KINDS = ("crash", "panic", "timeout")


class ReplayError(UserError):
    """A file that is not a replay, or whose module has changed."""


class Replay(msgspec.Struct, frozen=True):
    """One call. `module` is the path of the .so, `sha256` what it was in hexadecimal. `nodes` is 0 for a
    record UDF, which has one record. Times are in seconds, `memory` in bytes (0: any)."""

    module: Path
    sha256: str
    function: str
    arguments: tuple[Value, ...]
    records: tuple[Record, ...]
    nodes: int
    timeout: float
    memory: int


def replay_directory() -> Path:
    """Where the files are ($XDG_STATE_HOME/modgo/replays on Linux). They may be deleted at any time."""
    return Path(own_folder("state")) / "replays"


def worth_keeping(failure: Failure | None) -> bool:
    return failure is not None and failure.kind in _KINDS


def replay_of(
    module: Path,
    function: str,
    arguments: Sequence[Value],
    records: Sequence[Record],
    *,
    nodes: int = 0,
    timeout: float,
    memory: int = 0,
) -> Replay:
    """Raises OSError where the module can't be read."""
    path = Path(os.path.abspath(module))  # noqa: PTH100 (a link stays what it is called)
    return Replay(
        path, digest_of_file(path), function, tuple(arguments), tuple(records), nodes, timeout, memory
    )


def keep(replay: Replay, failure: Failure) -> Failure:
    """Writes the file and gives the failure that names it; where that can't be, the failure as it is."""
    directory = replay_directory()
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(seconds))  # so that names sort by time
    function = re.sub(r"[^\w.-]", "_", replay.function[:60])  # a module's word, and no path
    name = f"{stamp}-{nanoseconds:09d}-{function}.json"
    try:
        write_file(directory / name, _encode(replay, failure), mode=0o600)
    except OSError:
        return failure
    for old in sorted(directory.glob("*.json"))[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return msgspec.structs.replace(failure, replay=str(directory / name))


def read_replay(path: Path, *, force: bool = False) -> Replay:
    """The call that a file holds. Raises ReplayError, also where the module is not what it was, unless
    `force`."""
    try:
        replay = _decode(DiskFiles().read(str(path), _LARGEST))
    except OSError as error:
        raise ReplayError(
            f"{path} cannot be read ({error.strerror or error})",
            f"the calls that were kept are in {replay_directory()}",
        ) from None
    except (msgspec.MsgspecError, FormError, SampleError, UnicodeDecodeError) as error:
        message = f"{path} is no call that modgo kept ({error})"
        raise ReplayError(message, "name a file that it wrote") from None
    try:
        now = digest_of_file(replay.module)
    except OSError as error:
        raise ReplayError(
            f"{replay.module}, the module of {path}, cannot be read ({error.strerror or error})",
            "build it again at that place",
        ) from None
    if now != replay.sha256 and not force:
        raise ReplayError(
            f"{replay.module} is not what it was when the call failed (SHA-256 {now[:12]}…, then"
            f" {replay.sha256[:12]}…)",
            "--force runs the call on it all the same",
        )
    return replay


def digest_of_file(path: Path) -> str:
    """SHA-256, in hexadecimal. Raises OSError."""
    return hashlib.sha256(DiskFiles().read(str(path), _LARGEST)).hexdigest()


# Bytes of a module, or of a call with its records.
_LARGEST = 1 << 30


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    module: str
    sha256: str
    function: str
    arguments: Any
    records: list[Any]
    nodes: int
    timeout: float
    memory: int
    failure: Any


def _encode(replay: Replay, failure: Failure) -> bytes:
    data = {
        "version": _VERSION,
        "module": str(replay.module),
        "sha256": replay.sha256,
        "function": replay.function,
        "arguments": [json_of(value) for value in replay.arguments],
        "records": [sample_json(record) for record in replay.records],
        "nodes": replay.nodes,
        "timeout": replay.timeout,
        "memory": replay.memory,
        "failure": {"kind": failure.kind, "message": failure.message, "frames": list(failure.frames)},
    }
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def _decode(data: bytes) -> Replay:
    file = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_File)
    if file.version != _VERSION:
        raise msgspec.ValidationError(f"it is of version {file.version}, and this modgo knows {_VERSION}")
    if not file.nodes and len(file.records) != 1:
        raise msgspec.ValidationError("it is about one record, and holds another number of them")
    if not 0 < file.timeout <= LONGEST_SECONDS:
        raise msgspec.ValidationError("its timeout is no number of seconds up to a day")
    if file.memory < 0 or file.nodes < 0:
        raise msgspec.ValidationError("its memory or its number of nodes is below 0")
    if "\0" in file.module:
        raise msgspec.ValidationError("its module has a name that no file can have")
    arguments = parse(json.dumps(file.arguments), "arguments")
    if not isinstance(arguments, list):
        raise msgspec.ValidationError("its arguments are no list")
    return Replay(
        Path(file.module),
        file.sha256,
        file.function,
        tuple(value_of(tree, f"arguments[{index}]") for index, tree in enumerate(arguments)),
        tuple(parse_sample(json.dumps(each), f"records[{index}]") for index, each in enumerate(file.records)),
        file.nodes,
        file.timeout,
        file.memory,
    )
