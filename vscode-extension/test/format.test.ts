// Formatted results.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  buildSummary,
  callSummary,
  failureSummary,
  formatBytes,
  formatDuration,
  formatFinding,
  formatSignature,
  formatValue,
  functionsTable,
  lacksSample,
  loadSummary,
  recordChanged,
  sampleSummary,
} from "../src/results/format.js";
import { type Json, parseJson } from "../src/results/exact-json.js";
import type { BuildResult, CallResult, Finding, UdfFunction } from "../src/server/command-results.js";

const built: BuildResult = {
  ok: true,
  module: "counters",
  output: "/code/counters/counters.so",
  bytes: 1_612_345,
  dispatch: "registry",
  target: "linux/amd64",
  findings: [],
  elapsed_ms: 2130,
};

const finding = (message: string, line: number, severity: Finding["severity"] = "error"): Finding => ({
  code: "MG401",
  severity,
  message,
  path: "counters/counters.go",
  range: { start: { line, column: 9 }, end: { line, column: 10 } },
});

const take: UdfFunction = {
  name: "take",
  kind: "record",
  params: [
    { name: "tokens", type: "int64" },
    { name: "", type: "string" },
  ],
  results: ["bool", "error"],
  doc: "Take takes tokens from\nthe bucket. It returns false when there are too few.",
};

describe("units", () => {
  it("sizes are decimal", () => {
    assert.deepEqual([0, 999, 1000, 23_400, 999_499, 999_500, 1_612_345].map(formatBytes), [
      "0 B",
      "999 B",
      "1 kB",
      "23 kB",
      "999 kB",
      "1.0 MB",
      "1.6 MB",
    ]);
  });
  it("times have a suitable unit", () => {
    assert.deepEqual([0, 850, 1234, 12_345, 999_600, 1_200_000, 85e6, 2.13e9, 75e9].map(formatDuration), [
      "0 ns",
      "850 ns",
      "1.2 µs",
      "12 µs",
      "1.0 ms",
      "1.2 ms",
      "85 ms",
      "2.1 s",
      "75 s",
    ]);
  });
});

describe("a build", () => {
  it("has a summary with size and time", () => {
    assert.equal(buildSummary(built), "Built counters.so (1.6 MB) in 2.1 s");
  });
  it("that failed has a summary with the first error and the number of others", () => {
    const findings = [
      finding("a warning", 1, "warning"),
      finding("undefined: x", 12),
      finding("also", 13),
      finding("and", 14),
    ];
    assert.equal(
      failureSummary("counters didn't build", findings),
      "counters didn't build: counters.go:12: undefined: x. And 2 more errors.",
    );
  });
  it("that failed without findings has a summary too", () => {
    assert.equal(failureSummary("counters didn't build", []), "counters didn't build.");
  });
  it("has findings formatted as compilers do", () => {
    assert.equal(
      formatFinding(finding("undefined: x", 12)),
      "counters/counters.go:12:9: undefined: x (MG401)",
    );
  });
});

describe("a loaded module", () => {
  it("has a table as wide as a panel", () => {
    const talkative = { ...take, doc: "It says more than anyone would like to read in one line. ".repeat(3) };
    const wide = functionsTable([{ ...talkative, doc: talkative.doc.replaceAll(".", ",") }]);
    assert.ok(
      wide.split("\n").every((line) => line.length <= 110),
      wide,
    );
    assert.ok(wide.endsWith("…"));
  });
  it("has a summary", () => {
    const loaded = { path: "/x/counters.so", abi: { major: 1, minor: 0 }, functions: [take] };
    assert.equal(loadSummary(loaded), "Loaded counters.so: 1 function, ABI 1.0");
  });
  it("has signatures of its functions", () => {
    assert.equal(formatSignature(take), "take(tokens int64, string) (bool, error)");
    assert.equal(formatSignature({ ...take, params: [], results: [] }), "take()");
  });
  it("has a table of functions with the first sentence of their docs", () => {
    const top: UdfFunction = { name: "top", kind: "stream", params: [], results: ["*udf.Stream"] };
    assert.equal(
      functionsTable([take, top]),
      [
        "  Function                                  Kind    What it does",
        "  take(tokens int64, string) (bool, error)  record  Take takes tokens from the bucket.",
        "  top() *udf.Stream                         stream",
      ].join("\n"),
    );
  });
});

const json = (value: unknown): Json => parseJson(JSON.stringify(value));
const record = (tokens: number): Json => json({ key: ["test", "demo", "k1"], bins: { tokens } });
const updated: CallResult = {
  ok: true,
  result: true,
  record: { before: record(5), after: record(4) },
  operations: ["update"],
  logs: [{ level: "info", message: "took one" }],
  elapsed_ns: 312_000,
};
const panicked: CallResult = {
  ok: false,
  error: { kind: "panic", message: "nil map", frames: ["counters.go:12", "counters.go:40"] },
};

describe("a call", () => {
  it("has a summary on one line", () => {
    assert.equal(callSummary("take", updated), "take → true, record updated, 312 µs");
    const untouched: CallResult = { ok: true, result: null, operations: [], elapsed_ns: 900 };
    assert.equal(callSummary("peek", untouched), "peek → nil, record unchanged, 900 ns");
  });
  it("that failed has a summary with the error", () => {
    assert.equal(callSummary("take", panicked), "take panicked: nil map");
  });
  it("has a summary with a shortened value", () => {
    assert.equal(formatValue("x".repeat(500)).length, 80);
    assert.equal(formatValue(json({ a: [1, "b"] })), '{"a": [1, "b"]}');
  });
  it("has changed the record or not", () => {
    assert.equal(recordChanged(updated), true);
    assert.equal(recordChanged({ ...updated, record: { before: record(5), after: record(5) } }), false);
    assert.equal(recordChanged(panicked), false);
  });
});

describe("a stream", () => {
  const nodes = [
    { records: 2, values: json([5]), elapsed_ns: 1000 },
    { records: 1, values: json([1]), elapsed_ns: 1000 },
  ];
  const total: CallResult = { ok: true, result: json([6]), nodes, elapsed_ns: 300_000 };
  it("has the number of records, because it has no record of its own", () => {
    assert.equal(callSummary("total", total), "total → [6], 3 records on 2 nodes, 300 µs");
  });
});

describe("a sample", () => {
  const call = (before: Json): CallResult => ({
    ok: true,
    result: json(1),
    record: { before, after: null },
    elapsed_ns: 1,
  });
  it("is missing if a function ran without a record, or a stream without records", () => {
    const message = "there are no records for the stream; write testdata/udf/total.records.jsonl beside it";
    assert.deepEqual(
      [
        call(null),
        call(json({ bins: {} })),
        { ok: false, error: { kind: "usage", message } } as CallResult,
        { ok: false, error: { kind: "usage", message: "add expects 2 arguments" } } as CallResult,
      ].map(lacksSample),
      [true, false, true, false],
    );
  });
  it("that exists already is not changed", () => {
    assert.equal(sampleSummary({ path: "/a.record.json", created: true }), "Created /a.record.json");
    assert.match(sampleSummary({ path: "/a.record.json", created: false }), /already exists/);
  });
});
