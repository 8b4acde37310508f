// The results of `modgo.bench`, and the document that shows them. Independent of VS Code.
import { escapeHidden } from "../results/exact-json.js";
import { formatDuration } from "../results/format.js";
import type { CommandError, Finding } from "../server/command-results.js";

export interface ModeResult {
  readonly mode: string;
  readonly ns_per_call: number;
  readonly p50_ns: number;
  readonly p99_ns: number;
  /** Null if unknown. */
  readonly allocs: number | null;
  readonly floor_ns: number;
}

export type BenchResult =
  | { readonly ok: true; readonly results: readonly ModeResult[] }
  | { readonly ok: false; readonly error?: CommandError; readonly findings?: readonly Finding[] };

/** One measurement of a function. */
export interface Benchmark {
  readonly function: string;
  /** As they were entered: JSON values separated by commas. */
  readonly args: string;
  /** The package's folder. */
  readonly package: string;
  /** In milliseconds since 1970. */
  readonly time: number;
  readonly results: readonly ModeResult[];
}

const TITLES = ["", "time", "p50", "p99", "allocs", "floor"] as const;
const EXPLANATION = `Of a call:
  time      the mean, as the median of several samples
  p50, p99  half, and 99 %, were at most as long
  allocs    objects on Go's heap
  floor     an empty call of the same module

  fenced    in a worker process
  unfenced  in the process of the host`;

/** A table for each benchmark, in their order. */
export function benchReport(benchmarks: readonly Benchmark[]): string {
  if (benchmarks.length === 0)
    return "No UDF has been measured yet. Choose Bench above a registered function.\n";
  return `${benchmarks.map(benchText).join("\n\n")}\n\n\n${EXPLANATION}\n`;
}

function benchText({ function: name, args, package: folder, time, results }: Benchmark): string {
  const where = folder.split("/").at(-1) ?? folder;
  const head = escapeHidden(`${name}(${args})  ${where}`).replaceAll("\n", "\\n");
  const rows = [
    TITLES,
    ...results.map((each) => [
      each.mode,
      formatDuration(each.ns_per_call),
      formatDuration(each.p50_ns),
      formatDuration(each.p99_ns),
      each.allocs === null ? "unknown" : String(Math.round(each.allocs * 100) / 100),
      formatDuration(each.floor_ns),
    ]),
  ];
  const widths = TITLES.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("   ")
      .trimEnd(),
  );
  return [head, new Date(time).toLocaleString("sv-SE"), ...lines.map((line) => `  ${line}`)].join("\n");
}
