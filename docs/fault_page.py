"""docs/faults.md: what comes of each fault of a module, and what holds each way out of the fence, from the
very tables that the tests go through.

The tables are libmod_go/test/fault_list.c and escape_list.c; test_fault_list.c and test_escapes.c beside them
try the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from c_header import C
from tree_sitter import Node, Parser

TESTS = Path(__file__).parent.parent / "libmod_go" / "test"
NONE = "—"
PARTS = {
    "FILTER": "filter",
    "OPENING": "filter (where Landlock is missing)",
    "LANDLOCK": "Landlock",
    "TRUNCATING": "Landlock of Linux 6.2",
    "SCOPES": "Landlock of Linux 6.12",
    "ENVIRONMENT": "environment",
    "CAPABILITIES": "capabilities",
}


def fault_page(notice: str) -> str:
    root = Parser(C).parse((TESTS / "fault_list.c").read_bytes()).root_node
    escapes = Parser(C).parse((TESTS / "escape_list.c").read_bytes()).root_node
    singles = [_fault(row) for row in _rows(root, "fault_list")]
    many = [tuple(_text(cell) for cell in row) for row in _rows(root, "faults_of_many")]
    return f"""{notice.format("libmod_go/test/fault_list.c and escape_list.c")}
# What comes of a fault

*Fenced*, a module runs in worker processes: whatever it does, one caller gets an error, in time, other
callers of the same module notice nothing, and the worker is back within 100 ms. *Unfenced* it runs in the
calling process: what Go can recover from is recovered, and what it can't takes the process down.
`make test` tries each of these in both modes; the words are a part of the message that the caller gets.

| fault | fenced | unfenced |
| --- | --- | --- |
{_lines(singles)}

Faults of many calls at once, and of workers, have tests of their own:

| fault | test, fenced | test, unfenced |
| --- | --- | --- |
{_lines((name, *(f"`{test}`" if test else NONE for test in tests)) for name, *tests in many)}

## What the fence holds

A hostile module wants out of its worker: to its host, to other processes, to files. `make test`
makes each of these attacks on a stand-in for the host: from a worker, where all of them fail, and
without a fence, where they succeed (where the machine has what they need). The parts of the fence
are tried alone too:

- the *filter* of system calls (seccomp) and the worker's own *environment* are there on every
  kernel that workers run on. Where the system does not take the filter, or a limit, no module is
  run, and the error says why;
- *Landlock* is in Linux 5.13 and later, if it is enabled. `modgo doctor`, the first line of the
  server plugin's log and `mod_go_fenced_lacks` report what a kernel lacks of it; with
  `MODGO_FENCE=strict` no module is run there;
- root's *capabilities* are given up. So a worker can't read the memory of a host that runs as root,
  also without Landlock.

| attack | held by |
| --- | --- |
{_lines(_escape(row) for row in _rows(escapes, "escape_list"))}

The filter refuses more than that: mounting, kernel modules, clocks, namespaces and the like.
`libmod_go/src/worker/syscall_lists.c` has the list.

**Not held yet:** reading files that the worker's user may read; the network, and Unix sockets with
a path; locking files (`flock`); shared anonymous memory, which `RLIMIT_DATA` does not count; and a
worker that closes the line by which it learns that its host has ended: it lives on without a host.
"""


def _escape(row: list[Node]) -> tuple[str, str]:
    name, _, _, parts = row
    words = [word.strip() for word in _source(parts).split("|")]
    return _text(name), ", ".join(PARTS[word] for word in words if word in PARTS)


def _lines(rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _rows(root: Node, name: str) -> Iterator[list[Node]]:
    """The cells of each row of the array `name`, with BOTH(…) as the two pairs that it stands for."""
    for declaration in root.named_children:
        declarator = declaration.child_by_field_name("declarator")
        array = declarator.child_by_field_name("value") if declarator is not None else None
        if (
            declarator is None
            or array is None
            or not (declarator.text or b"").startswith(name.encode() + b"[")
        ):
            continue
        for row in array.named_children:
            if row.type == "initializer_list":
                yield [cell for child in row.named_children for cell in _cells(child)]


def _cells(node: Node) -> list[Node]:
    if node.type == "call_expression" and _source(node).startswith("BOTH("):
        arguments = node.child_by_field_name("arguments")
        assert arguments is not None
        return arguments.named_children * 2
    return [node]


def _fault(row: list[Node]) -> tuple[str, str, str]:
    name, _, _, *outcomes = row
    fenced, unfenced = outcomes[:2], outcomes[2:]
    return _text(name), _outcome(*fenced), _outcome(*unfenced)


def _outcome(outcome: Node, message: Node) -> str:
    source = _source(outcome)
    if source == "ENDS":
        return "**the process ends**"
    if source == "HANGS":
        return "**the call does not come back**"
    if source == "OK":
        return "fine"
    said = f", “{_text(message)}”" if _text(message) else ""
    if source.startswith("OPENING("):
        status = source.removeprefix("OPENING(MOD_GO_").removesuffix(")").lower().replace("_", "-")
        return f"refused when opened: {status}{said}"
    return f"`{source}`{said}"


def _text(node: Node) -> str:
    """A string literal's content; of anything else nothing."""
    return "".join(_source(child) for child in node.named_children if child.type == "string_content")


def _source(node: Node) -> str:
    return (node.text or b"").decode()
