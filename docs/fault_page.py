"""docs/faults.md: the effect of each fault of a module, and what stops each attack on the fence.

The rows come from libmod_go/test/fault_list.c and escape_list.c, whose tests are test_fault_list.c and
test_escapes.c.
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
# Faults and attacks

*Fenced*, a module runs in worker processes. Whatever it does, one caller gets an error, in time, other
callers of the same module notice nothing, and a new worker is ready within 100 ms. *Unfenced*, it runs in
the calling process, which ends if Go cannot recover from the fault. `make test` causes each fault in both
modes; the quoted text is part of the message that the caller gets.

| fault | fenced | unfenced |
| --- | --- | --- |
{_lines(singles)}

Other tests cause the faults of concurrent calls and of workers:

| fault | test, fenced | test, unfenced |
| --- | --- | --- |
{_lines((name, *(f"`{test}`" if test else NONE for test in tests)) for name, *tests in many)}

## What the fence holds

A hostile module tries to reach its host, other processes and files. `make test` makes each of these
attacks on a process that stands in for the host: from a worker, where all of them fail, and without a
fence, where they succeed if the machine has what they need. It also tests each part of the fence alone:

- The *filter* of system calls (seccomp) and the worker's own *environment* work on every supported
  kernel. If the system refuses the filter or a limit, no module runs, and the error says why.
- *Landlock* is in Linux 5.13 and later, if it is enabled. `modgo doctor`, the first line of the
  server plugin's log and `mod_go_fenced_lacks` report what a kernel lacks of it. With
  `MODGO_FENCE=strict` no module runs on such a kernel.
- A worker drops root's *capabilities*, so it cannot read the memory of a host that runs as root,
  even without Landlock.

| attack | stopped by |
| --- | --- |
{_lines(_escape(row) for row in _rows(escapes, "escape_list"))}

The filter also refuses mounting, kernel modules, clocks, namespaces and so on:
`libmod_go/src/worker/syscall_lists.c` has the list.

**Not prevented yet:** reading files that the worker's user may read; the network, and Unix sockets with
a path; locking files (`flock`); shared anonymous memory, which `RLIMIT_DATA` does not count; and a
worker that closes the descriptor by which it learns that its host has ended, and outlives it.
"""


def _escape(row: list[Node]) -> tuple[str, str]:
    name, _, _, parts = row
    names = [each.strip() for each in _source(parts).split("|")]
    return _text(name), ", ".join(PARTS[each] for each in names if each in PARTS)


def _lines(rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _rows(root: Node, name: str) -> Iterator[list[Node]]:
    """The cells of each row of the array `name`, with BOTH(…) expanded to two pairs."""
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
        return "**the call does not return**"
    if source == "OK":
        return "fine"
    quoted = f", “{_text(message)}”" if _text(message) else ""
    if source.startswith("OPENING("):
        status = source.removeprefix("OPENING(MOD_GO_").removesuffix(")").lower().replace("_", "-")
        return f"refused when opened: {status}{quoted}"
    return f"`{source}`{quoted}"


def _text(node: Node) -> str:
    """The content of a string literal; empty for any other node."""
    return "".join(_source(child) for child in node.named_children if child.type == "string_content")


def _source(node: Node) -> str:
    return (node.text or b"").decode()
