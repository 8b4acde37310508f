"""The table and the goals of bench/server.py."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figures import Goal

# The sizes of the subjects; bench/server.py makes them.
PACKAGES = 300
LARGE_FILE = 3000
MANY_FILES = 100
LINES = 1_000_000
METHODS = {
    "completion": "textDocument/completion",
    "hover": "textDocument/hover",
    "lens": "textDocument/codeLens",
}

Figures = dict[str, float]


def rows(f: Figures) -> Iterator[tuple[str, ...]]:
    def row(what: str, key: str, unit: str = "ms") -> tuple[str, ...]:
        ours, peer = f[key], f.get(f"gopls_{key}")
        return (
            what,
            f"{ours:.1f} {unit}",
            "" if peer is None else f"{peer:.1f} {unit}",
            "" if peer is None else f"{peer / ours:.1f} ×",
        )

    yield "[bold]a module of one file[/]", "", "", ""
    yield row("spawn → initialize answered", "init_ms")
    yield row("a process that imports pygls", "import_floor_ms")
    yield row("spawn → first diagnostics, cold", "first_diag_cold_ms")
    yield row("the same, warm", "first_diag_ms")
    yield f"[bold]{PACKAGES} packages, {f['module_lines']:,.0f} lines[/]", "", "", ""
    yield row("spawn → first diagnostics, cold", f"first_diag_{PACKAGES}_ms")
    yield row("the same, warm", f"first_diag_{PACKAGES}_warm_ms")
    yield row("memory once indexed, cold", f"rss_{PACKAGES}_start_mb", "MB")
    yield row("peak until then", f"peak_{PACKAGES}_mb", "MB")
    yield row("memory once indexed, warm", f"rss_{PACKAGES}_start_warm_mb", "MB")
    yield row("the same, after typing", f"rss_{PACKAGES}_mb", "MB")
    for prefix, kind in (
        ("", f"a file of {f['file_lines']:,.0f} lines in it"),
        ("package_", f"a package of {f['package_files']:.0f} files"),
    ):
        yield f"[bold]{kind}[/]", "", "", ""
        yield row("edit → diagnostics, p50", f"{prefix}edit_p50_ms")
        yield row("p99", f"{prefix}edit_p99_ms")
        yield row("p99 of all rounds", f"{prefix}edit_all_p99_ms")
        yield row("fixed work, p50", f"{prefix}edit_same_p50_ms")
        yield row("p99", f"{prefix}edit_same_p99_ms")
        yield row("p99 of all rounds", f"{prefix}edit_same_all_p99_ms")
        yield row("edit → a request of the loop alone, max", f"{prefix}edit_probe_max_ms")
        yield row("max of all rounds", f"{prefix}edit_probe_all_max_ms")
        for what in METHODS:
            yield row(f"{what} at once after an edit, p50", f"{prefix}{what}_p50_ms")
            yield row("p99", f"{prefix}{what}_p99_ms")
            yield row("p99 of all rounds", f"{prefix}{what}_all_p99_ms")
    yield f"[bold]a file of {f['huge_mb']:.0f} MB[/]", "", "", ""
    yield row("opened → diagnostics", "huge_s", "s")
    yield row("the loop answers meanwhile: max", "huge_probe_max_ms")
    yield (
        f"[bold]index of {f['index_packages']:.0f} packages, {f['index_lines']:,.0f} lines[/]",
        *("", "", ""),
    )
    for state, what in (("", "cold"), ("_warm", "warm")):
        yield row(what, f"index{state}_s", "s")
        yield row("the loop answers meanwhile: max", f"index{state}_probe_max_ms")
        yield row("p99.9", f"index{state}_probe_p999_ms")
        yield row("peak memory", f"index{state}_peak_mb", "MB")


def goals(f: Figures) -> Iterator[Goal]:
    ratio = f["init_ms"] / f["import_floor_ms"]
    yield Goal("initialize: 1.15 × importing pygls at most", f"{ratio:.2f} ×", ratio <= 1.15)
    yield _faster("first diagnostics, one file", f, "first_diag_ms", 1)
    yield _faster("first diagnostics, one file, cold", f, "first_diag_cold_ms", 1)
    yield _faster(f"first diagnostics, {PACKAGES} packages, cold", f, f"first_diag_{PACKAGES}_ms", 5)
    for prefix, what in (("", f"{LARGE_FILE} lines"), ("package_", f"{MANY_FILES} files")):
        yield _below(f"edit p50, {what}", f[f"{prefix}edit_p50_ms"], 3)
        yield _below(f"edit p99, {what}", f[f"{prefix}edit_p99_ms"], 10)
        yield _faster(f"edit p50, {what}", f, f"{prefix}edit_p50_ms", 5)
        for name in METHODS:
            yield _below(f"{name} p99, {what}", f[f"{prefix}{name}_p99_ms"], 10)
        yield _below(f"the loop while typing, max, {what}", f[f"{prefix}edit_probe_max_ms"], 10)
    for state, when in (("_start", "cold"), ("_start_warm", "warm"), ("", "after typing")):
        share = f[f"rss_{PACKAGES}{state}_mb"] / f[f"gopls_rss_{PACKAGES}{state}_mb"]
        text = f"memory, {PACKAGES} packages, {when}: ½ of gopls's at most"
        yield Goal(text, f"{share:.2f} ×", share <= 0.5)
    pace = LINES / f["index_lines_per_s"]
    yield Goal(f"index of {LINES:,} lines: 30 s at most", f"{pace:.1f} s", pace <= 30)
    for state, when in (("", "cold"), ("_warm", "warm")):
        yield _below(f"the loop while indexing, {when}, max", f[f"index{state}_probe_max_ms"], 10)


def _faster(text: str, f: Figures, key: str, times: float) -> Goal:
    ratio = f[f"gopls_{key}"] / f[key]
    least = "no slower than gopls" if times == 1 else f"{times:g} × faster than gopls"
    return Goal(f"{text}: {least}", f"{ratio:.1f} ×", ratio >= times)


def _below(text: str, value: float, most: float) -> Goal:
    return Goal(f"{text}: {most} ms at most", f"{value:.1f} ms", value <= most)
