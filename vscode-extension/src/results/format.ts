// Formats results as text and tables. Independent of VS Code, so that tests need none.
import type {
  BuildResult,
  CallErrorKind,
  CallResult,
  Finding,
  LoadResult,
  UdfFunction,
} from "../server/command-results.js";
import { flatJson, type Json } from "./exact-json.js";

/** 1600000 → "1.6 MB": decimal units, as in file managers. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const kilobytes = bytes / 1000;
  if (kilobytes < 999.5) return `${kilobytes.toFixed(0)} kB`;
  return `${(kilobytes / 1000).toFixed(1)} MB`;
}

/** Formats nanoseconds in a suitable unit: "850 ns", "12 µs", "1.2 ms", "2.1 s". */
export function formatDuration(nanoseconds: number): string {
  const scales = [
    { unit: "ns", size: 1 },
    { unit: "µs", size: 1e3 },
    { unit: "ms", size: 1e6 },
    { unit: "s", size: 1e9 },
  ] as const;
  // 999.6 µs would be rounded to "1000 µs".
  const scale = scales.find(({ size }) => nanoseconds / size < 999.5) ?? scales[3];
  const value = nanoseconds / scale.size;
  return `${scale.size > 1 && value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${scale.unit}`;
}

export function formatMilliseconds(milliseconds: number): string {
  return formatDuration(milliseconds * 1e6);
}

/** The last part of a path with slashes or backslashes. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** "Built counters.so (1.6 MB) in 2.1 s" */
export function buildSummary(result: BuildResult): string {
  const size = formatBytes(result.bytes);
  return `Built ${baseName(result.output)} (${size}) in ${formatMilliseconds(result.elapsed_ms)}`;
}

/** "counters.go:12:9: undefined: x (MG401)" */
export function formatFinding(finding: Finding): string {
  const { line, column } = finding.range.start;
  const message = finding.message.trim();
  return `${finding.path}:${line}:${column}: ${message} (${finding.code})`;
}

/** One sentence for a failed build: the first error and the number of others. */
export function failureSummary(what: string, findings: readonly Finding[]): string {
  const errors = findings.filter((finding) => finding.severity === "error");
  const first = errors[0] ?? findings[0];
  if (first === undefined) return `${what}.`;
  const where = `${baseName(first.path)}:${first.range.start.line}`;
  const more = errors.length > 1 ? ` And ${plural(errors.length - 1, "more error")}.` : "";
  const message = (first.message.split("\n")[0] ?? "").trim();
  return `${what}: ${where}: ${message}${/[.!?]$/.test(message) ? "" : "."}${more}`;
}

/** "take(tokens int64) (bool, error)" */
export function formatSignature(udf: UdfFunction): string {
  const params = udf.params.map(({ name, type }) => (name === "" ? type : `${name} ${type}`)).join(", ");
  const results = udf.results.length > 1 ? `(${udf.results.join(", ")})` : udf.results.join("");
  return `${udf.name}(${params})${results === "" ? "" : ` ${results}`}`;
}

const TABLE_WIDTH = 110;

/** A table of a module's functions for a fixed-width font, without a final newline. */
export function functionsTable(functions: readonly UdfFunction[]): string {
  if (functions.length === 0) return "  no functions";
  const rows = [
    { signature: "Function", kind: "Kind", doc: "What it does" },
    ...functions.map((udf) => ({
      signature: formatSignature(udf),
      kind: udf.kind,
      doc: firstSentence(udf.doc ?? ""),
    })),
  ];
  const signatures = Math.max(...rows.map(({ signature }) => signature.length));
  const kinds = Math.max(...rows.map(({ kind }) => kind.length));
  const docs = Math.max(24, TABLE_WIDTH - signatures - kinds - 6);
  return rows
    .map(({ signature, kind, doc }) =>
      `  ${signature.padEnd(signatures)}  ${kind.padEnd(kinds)}  ${shorten(doc, docs)}`.trimEnd(),
    )
    .join("\n");
}

export function loadSummary(result: LoadResult): string {
  const { major, minor } = result.abi;
  return `Loaded ${baseName(result.path)}: ${plural(result.functions.length, "function")}, ABI ${major}.${minor}`;
}

const MAX_SUMMARY_VALUE = 80;

function firstSentence(doc: string): string {
  const line =
    doc
      .trim()
      .split(/\n\s*\n/)[0]
      ?.replace(/\s+/g, " ") ?? "";
  return /^.*?[.!?](?=\s|$)/.exec(line)?.[0] ?? line;
}

export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text;
}

/** A result on one line, short enough for a notification. */
export function formatValue(value: Json): string {
  // A UDF without a result returns nil, which is null in JSON.
  return shorten(value === null ? "nil" : flatJson(value), MAX_SUMMARY_VALUE);
}

const DONE: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  remove: "removed",
};

/** The operations on the record: "updated", "unchanged", "created and updated". */
export function recordOperations(result: CallResult): string {
  const done = new Set((result.operations ?? []).map((operation) => DONE[operation] ?? operation));
  return done.size === 0 ? "unchanged" : [...done].join(" and ");
}

const FAILURES: Readonly<Record<CallErrorKind, string>> = {
  udf: "returned an error",
  panic: "panicked",
  timeout: "took too long and was stopped",
  crash: "crashed its process",
  abi: "can't be called",
  usage: "wasn't called",
};

/** The operations on the record, or the number of records that a stream read. */
export function effect(result: CallResult): string {
  if (result.nodes === undefined) return `record ${recordOperations(result)}`;
  const records = result.nodes.reduce((sum, node) => sum + node.records, 0);
  return `${plural(records, "record")} on ${plural(result.nodes.length, "node")}`;
}

/** "take → true, record updated, 0.3 ms", or the error. */
export function callSummary(name: string, result: CallResult): string {
  if (!result.ok) return `${name} ${FAILURES[result.error.kind]}: ${result.error.message}`;
  const time = formatDuration(result.elapsed_ns);
  return `${name} → ${formatValue(result.result)}, ${effect(result)}, ${time}`;
}

/** Whether there was no sample, so that the function ran without a record or couldn't run. */
export function lacksSample(result: CallResult): boolean {
  if (!result.ok) return result.error.kind === "usage" && result.error.message.includes(".records.jsonl");
  return result.nodes === undefined && result.record?.before === null;
}

/** "Created add.record.json", or that it exists already. */
export function sampleSummary({ path, created }: { path: string; created: boolean }): string {
  return created ? `Created ${path}` : `${path} already exists and was not changed`;
}

/** Whether the record before and after are different. */
export function recordChanged(result: CallResult): boolean {
  if (result.record === undefined) return false;
  return flatJson(result.record.before) !== flatJson(result.record.after);
}
