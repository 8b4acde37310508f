"""The result of a call as a text to read in an editor: value, logs, frames, and the change of the record.

It is made of the JSON of `modgo call --json`, whose values are exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modgo_lsp.report.terminal_escapes import on_a_line

Json = dict[str, Any]

# A text of more lines, or with a longer line, is no help to a reader.
_MOST, _LONGEST = 10_000, 2_000


def call_text(function: str, answer: Json, folder: Path) -> str:
    """The text, which editors show as a diff. A log line or frame begins with the absolute path of its file
    in the module's `folder`, and the line, so that editors open it."""
    lines = list(_lines(function, answer, folder))
    shown = [line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…" for line in lines[:_MOST]]
    if len(lines) > _MOST:
        shown.append(f"… and {len(lines) - _MOST} more lines")
    return "\n".join(shown) + "\n"


def change_lines(before: Json | None, after: Json | None) -> list[str]:
    """The record before and after as lines of a diff, a new value below the old one."""
    old, new = record_lines(before), record_lines(after)
    lines = []
    for place in sorted(old.keys() | new.keys()):
        was, is_ = old.get(place), new.get(place)
        if was == is_:
            lines.append(f"  {was}")
        else:
            lines += [f"{sign} {text}" for sign, text in (("-", was), ("+", is_)) if text is not None]
    return lines


def _lines(function: str, answer: Json, folder: Path) -> Iterator[str]:
    if "calls" in answer:
        for call in answer["calls"]:
            yield from _lines(f"{function}, line {call['line']}", call, folder)
            yield ""
        return
    error = answer.get("error")
    if error is not None:
        yield f"{function}: {error['kind']}: {on_a_line(error['message'])}"
        yield from (f"  at {_placed(frame, folder)}" for frame in error.get("frames", ()))
    elif "result" in answer:
        yield f"{function} → {_compact(answer['result'])}"
        did = ", ".join(answer["operations"]) or "no write" if "operations" in answer else "done"
        yield f"{did} in {answer['elapsed_ns'] / 1e6:.3f} ms"
    for number, node in enumerate(answer.get("nodes", ()), 1):
        counts = f"{node['records']} records → {_compact(node['values'])}"
        yield f"node {number}: {counts} in {node['elapsed_ns'] / 1e6:.3f} ms"
    if answer.get("logs"):
        yield ""
        for line in answer["logs"]:
            place = f"{_placed(line['location'], folder)}: " if line.get("location") else ""
            yield f"{place}{line['level']}: {on_a_line(line['message'])}"
    record = answer.get("record")
    if record is not None:
        key = _compact((record["after"] or record["before"] or {}).get("key"))
        yield from ("", f"--- record {key} before", f"+++ record {key} after")
        yield from change_lines(record["before"], record["after"])
    for finding in answer.get("findings") or ():
        start = finding["range"]["start"]
        place = _placed(f"{finding['path']}:{start['line']}", folder)
        yield f"{place}: {finding['code']} {on_a_line(finding['message'])}"


def record_lines(record: Json | None) -> dict[tuple[int, str], str]:
    """The lines that describe a record, by place: (0, bin), and (1, "") for the rest."""
    if record is None or not record["bins"]:
        return {(1, ""): "(does not exist)"}
    lines = {(0, name): on_a_line(f"{name}: {_compact(value)}") for name, value in record["bins"].items()}
    return {**lines, (1, ""): f"(generation {record['generation']}, ttl {record['ttl']})"}


def _placed(location: str, folder: Path) -> str:
    path = folder / location.rpartition(":")[0]
    return f"{folder / location}" if path.is_file() else location


def _compact(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)
