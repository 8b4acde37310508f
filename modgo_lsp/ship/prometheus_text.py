"""The counters of a cluster's nodes in Prometheus's text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from modgo_lsp.ship.module_listing import RemoteModule
from modgo_lsp.ship.node_status import ModuleStatus, NodeReport

_Sample = tuple[Mapping[str, str], float]

# The histogram's bounds are powers of two of nanoseconds, from 1 us to 69 s.
_BUCKETS = range(9, 36)

# Metrics of fenced modules: the attribute, the metric, its kind and help.
_OF_WORKERS = (
    ("workers", "modgo_workers", "gauge", "Workers of a module: idle, busy or starting."),
    ("busy", "modgo_busy_workers", "gauge", "Workers that run a call."),
    ("memory", "modgo_worker_memory_bytes", "gauge", "Resident memory of a module's workers."),
    ("restarts", "modgo_worker_restarts_total", "counter", "Workers started in place of ones that ended."),
    ("failed_starts", "modgo_worker_failed_starts_total", "counter", "Workers that could not be started."),
    ("crashes", "modgo_worker_crashes_total", "counter", "Calls that ended their worker."),
    ("timeouts", "modgo_worker_timeouts_total", "counter", "Calls whose worker was killed at the deadline."),
    ("replacements", "modgo_replacements_total", "counter", "New versions of a module."),
    ("dropped_output", "modgo_dropped_output_bytes_total", "counter", "Output above a worker's limit."),
)  # fmt: skip


def prometheus_text(nodes: Sequence[NodeReport], modules: Iterable[RemoteModule]) -> str:
    """All metrics. A node's counters have the labels `node` and `module`."""
    found = [(one.node.name, module) for one in nodes if one.status for module in one.status.modules]
    text = [
        _metric("modgo_node_runs_go", "gauge", "Whether a node runs Go modules.", _runs_go(nodes)),
        _metric("modgo_node_info", "gauge", "How a node runs Go modules; always 1.", _info(nodes)),
        _metric(
            "modgo_node_start_time_seconds",
            "gauge",
            "When a node began to run Go modules, in seconds since 1970.",
            [({"node": one.node.name}, one.status.since) for one in nodes if one.status],
        ),
        _metric(
            "modgo_module_agrees",
            "gauge",
            "Whether all nodes have the same files of a module, and can load them.",
            [({"module": module.name}, float(module.agree)) for module in modules],
        ),
        _metric(
            "modgo_calls_total",
            "counter",
            "Calls of a module's functions, by their outcome.",
            [
                ({"node": node, "module": module.name, "outcome": outcome}, count)
                for node, module in found
                for outcome, count in module.calls.items()
            ],
        ),
        _durations(found),
    ]
    for attribute, name, kind, explained in _OF_WORKERS:
        samples = [
            ({"node": node, "module": module.name}, count)
            for node, module in found
            if (count := getattr(module, attribute)) is not None
        ]
        text.append(_metric(name, kind, explained, samples))
    return "".join(text)


def _runs_go(nodes: Iterable[NodeReport]) -> list[_Sample]:
    return [
        ({"node": one.node.name, "address": one.node.address}, float(one.status is not None)) for one in nodes
    ]


def _info(nodes: Iterable[NodeReport]) -> Iterator[_Sample]:
    for one in nodes:
        if (status := one.status) is not None:
            names = ("server", "mode", "fence", "lacks")
            yield {"node": one.node.name, **{name: getattr(status, name) for name in names}}, 1


def _durations(found: Iterable[tuple[str, ModuleStatus]]) -> str:
    """A histogram without a sum, which the plugin does not count."""
    name = "modgo_call_duration_seconds"
    lines = [_head(name, "histogram", "How long calls took, waiting included; of a sample of the calls.")]
    for node, module in found:
        labels = {"node": node, "module": module.name}
        for power in _BUCKETS:
            bound = {**labels, "le": f"{2 ** (power + 1) / 1e9:g}"}
            lines.append(_line(f"{name}_bucket", bound, sum(module.latency[: power + 1])))
        total = sum(module.latency)
        lines.append(_line(f"{name}_bucket", {**labels, "le": "+Inf"}, total))
        lines.append(_line(f"{name}_count", labels, total))
    return "".join(lines) if len(lines) > 1 else ""


def _metric(name: str, kind: str, explained: str, samples: Iterable[_Sample]) -> str:
    """A metric's lines, "" if it has no samples."""
    lines = [_line(name, labels, value) for labels, value in samples]
    return "".join((_head(name, kind, explained), *lines)) if lines else ""


def _head(name: str, kind: str, explained: str) -> str:
    return f"# HELP {name} {explained}\n# TYPE {name} {kind}\n"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    written = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{written}}} {value:.0f}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
