"""Shortens the output of a process that crashed: the traces of the Go runtime run to thousands of lines."""

from __future__ import annotations

import re
import signal
from pathlib import PurePath

import msgspec

FRAMES_MAX = 12

_HEADLINE = re.compile(
    r"^(fatal error: |panic: |runtime: (goroutine stack exceeds|out of memory)|unexpected fault address|"
    r"SIG[A-Z]+: )"
)
_STACK_FRAME = re.compile(r"^\t(?P<path>\S.*):(?P<line>\d+)(?: \+0x[0-9a-f]+)?$")
_GOROUTINE = re.compile(r"^goroutine \d+ ")
_NO_MEMORY = re.compile(
    r"out of memory|cannot allocate memory|no memory|pthread_create failed|C malloc failed", re.IGNORECASE
)
# Frames of the runtime, the SDK and generated code say nothing to the author of a UDF. Releases name Go's own
# files without a folder before the package's.
_FOREIGN = re.compile(
    r"(^|/src/)(runtime|internal|sync|reflect|os|syscall|log)/|/aerospike-mod-go/udf(@|/)|zz_modgo|_cgo_"
)


class CrashOutput(msgspec.Struct, frozen=True):
    """`message` is one sentence; `frames` are "file.go:12", the innermost first; `place` is path and line of
    the innermost user frame, if any; `printed` is the output before the crash."""

    message: str
    frames: tuple[str, ...]
    place: tuple[str, int] | None
    printed: str


def read_crash_output(
    code: int, text: str, memory: int = 0, *, memory_limit_reached: bool = False
) -> CrashOutput:
    """`code` is the exit code, negative for a signal; `text` the process's output; `memory` its limit in
    bytes, 0 for none. With `memory_limit_reached` the limit is the reason whatever the output says: Go's
    runtime dies of SIGSEGV where it does not check whether it got memory."""
    lines = text.splitlines()
    start = next((index for index, line in enumerate(lines) if _HEADLINE.match(line)), None)
    if start is None:
        reason = _how_it_ended(code)
        if memory and (memory_limit_reached or _NO_MEMORY.search(text)):
            reason = f"the module needs more memory than the {_megabytes(memory)} that it may have: {reason}"
        return CrashOutput(reason, (), None, text)
    reason = lines[start].removesuffix(" [recovered]")
    fatal = next((line for line in lines[start : start + 8] if line.startswith("fatal error: ")), None)
    if fatal is not None and fatal != reason:
        reason = f"{fatal} ({reason})" if not reason.startswith("runtime: ") else fatal
    places = _frames(lines[start:])
    frames = tuple(f"{PurePath(path).name}:{line}" for path, line in places[:FRAMES_MAX])
    if memory and (memory_limit_reached or _NO_MEMORY.search("\n".join(lines[start : start + 8]))):
        reason = f"it needs more memory than the {_megabytes(memory)} that it may have ({reason})"
    message = f"the module crashed its process: {reason}"
    return CrashOutput(message, frames, places[0] if places else None, "\n".join(lines[:start]))


def _megabytes(memory: int) -> str:
    return f"{memory / 1e6:.0f} MB" if memory >= 1e6 else f"{memory} bytes"


def _frames(lines: list[str]) -> list[tuple[str, int]]:
    """The user's frames of the first goroutine that has any."""
    found: list[tuple[str, int]] = []
    for line in lines:
        if _GOROUTINE.match(line) and found:
            break
        match = _STACK_FRAME.match(line)
        if match and not _FOREIGN.search(match["path"]):
            place = (match["path"], int(match["line"]))
            if not found or found[-1] != place:
                found.append(place)
    return found


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"the module ended its process with exit status {code} (os.Exit and log.Fatal do that)"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    meaning = {
        "SIGSEGV": ", an access to memory that isn't its own",
        "SIGABRT": ", its C code gave up",
        "SIGKILL": ", killed from outside, perhaps because memory ran out",
    }.get(name, "")
    return f"the module's process died of {name}{meaning}"
