// Results as people read them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  buildSummary,
  callReport,
  callSummary,
  failureSummary,
  formatBytes,
  formatDuration,
  formatFinding,
  formatRecord,
  formatSignature,
  formatValue,
  functionsTable,
  lacksSample,
  loadSummary,
  parseArguments,
  prettyJson,
  recordChanged,
  sampleSummary,
} from "../src/results/format.js";
import type { BuildResult, CallResult, Finding, UdfFunction } from "../src/server/results.js";

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
  it("times take the unit in which they read best", () => {
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
  it("says what was built, how big it is and how long it took", () => {
    assert.equal(buildSummary(built), "Built counters.so (1.6 MB) in 2.1 s");
  });
  it("that failed names the first error and counts the others", () => {
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
  it("that failed without findings still makes a sentence", () => {
    assert.equal(failureSummary("counters didn't build", []), "counters didn't build.");
  });
  it("prints findings as compilers do", () => {
    assert.equal(
      formatFinding(finding("undefined: x", 12)),
      "counters/counters.go:12:9: undefined: x (MG401)",
    );
  });
});

describe("a loaded module", () => {
  it("has a table that keeps to a panel's width", () => {
    const talkative = { ...take, doc: "It says more than anyone would like to read in one line. ".repeat(3) };
    const wide = functionsTable([{ ...talkative, doc: talkative.doc.replaceAll(".", ",") }]);
    assert.ok(
      wide.split("\n").every((line) => line.length <= 110),
      wide,
    );
    assert.ok(wide.endsWith("…"));
  });
  it("is summed up", () => {
    const loaded = { path: "/x/counters.so", abi: { major: 1, minor: 0 }, functions: [take] };
    assert.equal(loadSummary(loaded), "Loaded counters.so: 1 function, ABI 1.0");
  });
  it("shows its functions' signatures", () => {
    assert.equal(formatSignature(take), "take(tokens int64, string) (bool, error)");
    assert.equal(formatSignature({ ...take, params: [], results: [] }), "take()");
  });
  it("lists its functions in aligned columns with the first sentence of their docs", () => {
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

const before = { key: ["test", "demo", "k1"], bins: { tokens: 5 } };
const updated: CallResult = {
  ok: true,
  result: true,
  record: { before, after: { ...before, bins: { tokens: 4 } } },
  operations: ["update"],
  logs: [{ level: "info", message: "took one" }],
  elapsed_ns: 312_000,
};
const panicked: CallResult = {
  ok: false,
  error: { kind: "panic", message: "nil map", frames: ["counters.go:12", "counters.go:40"] },
};

describe("a call", () => {
  it("is summed up on one line", () => {
    assert.equal(callSummary("take", updated), "take → true, record updated, 312 µs");
    const untouched: CallResult = { ok: true, result: null, operations: [], elapsed_ns: 900 };
    assert.equal(callSummary("peek", untouched), "peek → nil, record unchanged, 900 ns");
  });
  it("that failed says how", () => {
    assert.equal(callSummary("take", panicked), "take panicked: nil map");
  });
  it("cuts a long value", () => {
    assert.equal(formatValue("x".repeat(500)).length, 80);
    assert.equal(formatValue({ a: [1, "b"] }), '{"a": [1, "b"]}');
  });
  it("knows whether the record changed", () => {
    assert.equal(recordChanged(updated), true);
    assert.equal(recordChanged({ ...updated, record: { before, after: { ...before } } }), false);
    assert.equal(recordChanged(panicked), false);
  });
  it("makes a report with result, record and log", () => {
    const report = callReport("take", [1, "x"], updated);
    assert.ok(report.startsWith('# take(1, "x")\n\nResult, after 312 µs:\n\n```json\ntrue\n```\n'));
    assert.match(
      report,
      /## Record before\n\n```json\n[^`]*"tokens": 5[^`]*```\n\n## Record after\n\n```json\n[^`]*"tokens": 4/,
    );
    assert.ok(report.endsWith("## Log\n\n- **info** took one\n"));
  });
  it("that failed reports its frames", () => {
    assert.match(
      callReport("take", [], panicked),
      /It panicked:\n\n```text\nnil map\n```\n\n## Where\n\n- counters\.go:12\n- counters\.go:40\n$/,
    );
  });
  it("shows a record with a line for each bin that fits on one", () => {
    const record = {
      key: ["test", "demo", 1],
      bins: { a: 1, list: [1, [2]], map: { x: { y: null } }, long: ["x".repeat(90)], empty: {} },
    };
    assert.equal(
      prettyJson(record),
      [
        "{",
        '  "key": ["test", "demo", 1],',
        '  "bins": {',
        '    "a": 1,',
        '    "list": [1, [2]],',
        '    "map": {"x": {"y": null}},',
        '    "long": [',
        `      "${"x".repeat(90)}"`,
        "    ],",
        '    "empty": {}',
        "  }",
        "}",
      ].join("\n"),
    );
    assert.deepEqual(JSON.parse(prettyJson(record)), record);
  });
  it("shows a missing record as such", () => {
    assert.equal(formatRecord(null), "// no record\n");
  });
});

describe("typed arguments", () => {
  it("are JSON values with commas between", () => {
    assert.deepEqual(parseArguments('1, "x", [2, 3]'), [1, "x", [2, 3]]);
    assert.deepEqual(parseArguments(""), []);
  });
  it("that aren't JSON get a message", () => {
    const message = parseArguments("1, x");
    assert.equal(typeof message, "string");
    assert.match(String(message), /JSON values with commas between/);
  });
});

describe("a stream", () => {
  const nodes = [
    { records: 2, values: [3], elapsed_ns: 1000 },
    { records: 1, values: [3], elapsed_ns: 1000 },
  ];
  const total: CallResult = { ok: true, result: [6], nodes, elapsed_ns: 300_000 };
  it("says how many records it took, for it has no record of its own", () => {
    assert.equal(callSummary("total", total), "total → [6], 3 records on 2 nodes, 300 µs");
    assert.match(callReport("total", [], total), /It took 3 records on 2 nodes\.\n$/);
    assert.doesNotMatch(callReport("total", [], total), /The record was/);
  });
});

describe("a sample", () => {
  const call = (before: { bins: object } | null): CallResult => ({
    ok: true,
    result: 1,
    record: { before: before as never, after: null },
    elapsed_ns: 1,
  });
  it("is lacking where a function ran on no record, or a stream has no records", () => {
    const message = "there are no records for the stream; write testdata/udf/total.records.jsonl beside it";
    assert.deepEqual(
      [
        call(null),
        call({ bins: {} }),
        { ok: false, error: { kind: "usage", message } } as CallResult,
        { ok: false, error: { kind: "usage", message: "add expects 2 arguments" } } as CallResult,
      ].map(lacksSample),
      [true, false, true, false],
    );
  });
  it("that was there stays", () => {
    assert.equal(sampleSummary({ path: "/a.record.json", created: true }), "Made /a.record.json");
    assert.match(sampleSummary({ path: "/a.record.json", created: false }), /was there already/);
  });
});
