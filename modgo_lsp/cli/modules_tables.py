"""The tables of `modgo modules`: nodes, modules, and the counters of each module on each node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from modgo_lsp.ship.module_listing import RemoteModule
from modgo_lsp.ship.node_status import ModuleStatus, NodeReport, percentile_us

_KINDS = {"go": "Go", "lua": "Lua", "mixed": "Go and other"}


def tables(
    nodes: Sequence[NodeReport],
    modules: Sequence[RemoteModule],
    before: Sequence[NodeReport] = (),
    seconds: float = 0,
) -> Iterator[str]:
    """The lines of all tables. With the reports `before`, of so many `seconds` ago, the counters are
    those since then."""
    yield from _table(("NODE", "GO", "SERVER", "SINCE"), [_node(one) for one in nodes])
    yield ""
    if not modules:
        yield "The cluster has no modules."
        return
    head = ("MODULE", "KIND", "BYTES", "SHA256", "PARTS", "NODES")
    yield from _table(head, [_module(one, len(nodes)) for one in modules], "BYTES", "PARTS")
    earlier = {
        (one.node.name, module.name): module for one in before if one.status for module in one.status.modules
    }
    rows = [
        _counters(one.node.name, module, earlier.get((one.node.name, module.name)), seconds)
        for one in nodes
        if one.status
        for module in one.status.modules
    ]
    if rows:
        yield ""
        calls = "CALLS/S" if seconds else "CALLS"
        columns = (calls, "FAILED", "50%", "99%", "WORKERS", "BUSY", "RESTARTS", "MEMORY")
        yield from _table(("MODULE", "NODE", *columns), sorted(rows), *columns)


def _node(one: NodeReport) -> tuple[str, ...]:
    status = one.status
    if status is None:
        return str(one.node), "no" if one.problem else "?", "", ""
    fence = f", fence {status.fence}" if status.fence else ""
    since = datetime.fromtimestamp(status.since).strftime("%Y-%m-%d %H:%M")
    return str(one.node), f"{status.mode}{fence}", status.server, since


def _module(module: RemoteModule, nodes: int) -> tuple[str, ...]:
    return (
        module.name,
        _KINDS[module.kind],
        "?" if module.bytes is None else f"{module.bytes:,}",
        "?" if module.sha256 is None else module.sha256[:12],
        str(module.parts or 1),
        f"all {nodes} agree" if module.agree else f"{module.nodes} of {nodes}, see below",
    )


def _counters(
    node: str, module: ModuleStatus, before: ModuleStatus | None, seconds: float
) -> tuple[str, ...]:
    now = module if before is None else _since(module, before)
    calls = f"{now.all_calls / seconds:,.0f}" if seconds else f"{now.all_calls:,}"
    times = (_time(percentile_us(now.latency, percent)) for percent in (50, 99))
    return (
        module.name,
        node,
        calls,
        f"{now.failed_calls:,}",
        *times,
        *(_number(count) for count in (module.workers, module.busy, now.restarts)),
        "" if module.memory is None else f"{module.memory / 2**20:,.1f} MiB",
    )


def _since(now: ModuleStatus, before: ModuleStatus) -> ModuleStatus:
    """The counters without those of before, where the module was not loaded again meanwhile."""
    if now.all_calls < before.all_calls:
        return now
    return msgspec.structs.replace(
        now,
        calls={outcome: count - before.calls.get(outcome, 0) for outcome, count in now.calls.items()},
        latency=[count - earlier for count, earlier in zip(now.latency, before.latency, strict=True)],
        restarts=None if now.restarts is None else now.restarts - (before.restarts or 0),
    )


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _time(microseconds: float | None) -> str:
    if microseconds is None:
        return ""
    if microseconds < 1000:
        return f"{microseconds:.3g} us"
    return f"{microseconds / 1000:,.3g} ms" if microseconds < 1e6 else f"{microseconds / 1e6:,.3g} s"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *right: str) -> Iterator[str]:
    """The lines of a table; the columns of `right` are numbers."""
    lines = [head, *rows]
    widths = [max(len(row[column]) for row in lines) for column in range(len(head))]
    for row in lines:
        cells = (
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(head, row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()
