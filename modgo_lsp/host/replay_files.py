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

MAX_FILES = 50  # the oldest are deleted

_VERSION = 1
_KINDS = ("crash", "panic", "timeout")


class ReplayError(UserError):
    """A file that is not a replay, or whose module has changed."""


class Replay(msgspec.Struct, frozen=True):
    """One call. `module` is the path of the .so, `sha256` its digest at the time, in hexadecimal. `nodes` is
    0 for a record UDF, which has one record. Times are in seconds, `memory` in bytes (0: no limit)."""

    module: Path
    sha256: str
    function: str
    arguments: tuple[Value, ...]
    records: tuple[Record, ...]
    nodes: int
    timeout: float
    memory: int


def replay_directory() -> Path:
    """The folder of the files ($XDG_STATE_HOME/modgo/replays on Linux). They may be deleted at any time."""
    return Path(own_folder("state")) / "replays"


def is_replayable(failure: Failure | None) -> bool:
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
    """Raises OSError if the module can't be read."""
    path = Path(os.path.abspath(module))  # noqa: PTH100 (keeps links)
    return Replay(
        path, digest_of_file(path), function, tuple(arguments), tuple(records), nodes, timeout, memory
    )


def save_replay(replay: Replay, failure: Failure) -> Failure:
    """Writes the file and returns the failure with its path; if that fails, the failure unchanged."""
    directory = replay_directory()
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(seconds))  # so that names sort by time
    function = re.sub(r"[^\w.-]", "_", replay.function[:60])  # a module's manifest may contain any name
    name = f"{stamp}-{nanoseconds:09d}-{function}.json"
    try:
        write_file(directory / name, _encode(replay, failure), mode=0o600)
    except OSError:
        return failure
    for old in sorted(directory.glob("*.json"))[:-MAX_FILES]:
        with contextlib.suppress(OSError):
            old.unlink()
    return msgspec.structs.replace(failure, replay=str(directory / name))


def read_replay(path: Path, *, force: bool = False) -> Replay:
    """Reads the call from a file. Raises ReplayError, also if the module has changed, unless `force`."""
    try:
        replay = _decode(DiskFiles().read(str(path), _LARGEST))
    except OSError as error:
        raise ReplayError(
            f"{path} cannot be read ({error.strerror or error})",
            f"saved calls are in {replay_directory()}",
        ) from None
    except (msgspec.MsgspecError, FormError, SampleError, UnicodeDecodeError) as error:
        message = f"{path} is not a call that modgo saved ({error})"
        raise ReplayError(message, "name a file that modgo wrote") from None
    try:
        now = digest_of_file(replay.module)
    except OSError as error:
        raise ReplayError(
            f"{replay.module}, the module of {path}, cannot be read ({error.strerror or error})",
            "build it again at that place",
        ) from None
    if now != replay.sha256 and not force:
        raise ReplayError(
            f"{replay.module} has changed since the call failed (SHA-256 {now[:12]}…, then"
            f" {replay.sha256[:12]}…)",
            "--force runs the call on it anyway",
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
        raise msgspec.ValidationError(f"its version is {file.version}, and this modgo reads {_VERSION}")
    if not file.nodes and len(file.records) != 1:
        raise msgspec.ValidationError("a call of a record UDF has one record")
    if not 0 < file.timeout <= LONGEST_SECONDS:
        raise msgspec.ValidationError("its timeout is not between 0 and a day")
    if file.memory < 0 or file.nodes < 0:
        raise msgspec.ValidationError("its memory or its number of nodes is negative")
    if "\0" in file.module:
        raise msgspec.ValidationError("its module is not a path")
    arguments = parse(json.dumps(file.arguments), "arguments")
    if not isinstance(arguments, list):
        raise msgspec.ValidationError("its arguments are not a list")
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
