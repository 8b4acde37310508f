// The document with the results of benchmarks.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Benchmark, benchReport } from "../src/benchmarks/bench-report.js";

const mode = { mode: "fenced", ns_per_call: 1234, p50_ns: 1100, p99_ns: 20_000, allocs: 3, floor_ns: 900 };
const benchmark: Benchmark = {
  function: "take\u202e",
  args: '2, "a"',
  package: "/code/stock",
  time: new Date(2026, 0, 31, 14, 3, 22).getTime(),
  results: [mode, { ...mode, mode: "unfenced", allocs: null }],
};

describe("the document of benchmarks", () => {
  it("has a table for each", () => {
    const text = benchReport([benchmark, { ...benchmark, function: "add" }]);
    assert.ok(
      text.startsWith(`take\\u202e(2, "a")  stock
2026-01-31 14:03:22
               time      p50     p99    allocs    floor
  fenced     1.2 µs   1.1 µs   20 µs         3   900 ns
  unfenced   1.2 µs   1.1 µs   20 µs   unknown   900 ns

add(2, "a")  stock
`),
      text,
    );
  });

  it("says how to measure if there are none", () => {
    assert.match(benchReport([]), /^No UDF has been measured yet\. Choose Bench/);
  });
});
