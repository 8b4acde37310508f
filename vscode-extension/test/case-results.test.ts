// How results of test cases are shown.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  caseOutput,
  type CaseResult,
  countsText,
  failureSides,
  failureText,
  placeOf,
} from "../src/testing/case-results.js";

const passed: CaseResult = {
  name: "adds",
  ok: true,
  elapsed_ns: 120_000,
  actual: {},
  differences: [],
  logs: [],
  location: "testdata/udf/add.case.yaml:12",
};

const failed: CaseResult = {
  ...passed,
  ok: false,
  differences: [
    { path: "result", expected: "3", actual: "9007199254740993" },
    { path: "record.bins.tags", expected: null, actual: '{"a": [1, 2]}' },
  ],
  logs: [{ level: "info", message: "took \u202e1", location: "add.go:7" }],
};

describe("a case", () => {
  it("has a place", () => {
    assert.deepEqual(placeOf("a:b/add.case.yaml:12"), { file: "a:b/add.case.yaml", line: 12 });
  });

  it("that failed names each difference with all digits", () => {
    assert.equal(
      failureText(failed),
      'result: expected 3, got 9007199254740993\nrecord.bins.tags: expected nothing, got {"a": [1, 2]}',
    );
  });

  it("that panicked has its frames", () => {
    const differences = [{ path: "error", expected: null, actual: "panic: boom" }];
    const actual = { error: { frames: ["add.go:7", "main.go:1"] } };
    assert.equal(failureSides({ ...failed, differences, actual }), undefined);
    assert.equal(
      failureText({ ...failed, differences, actual }),
      "panic: boom\n  at add.go:7\n  at main.go:1",
    );
  });

  it("has both sides for a diff, with headings if there are several differences", () => {
    assert.deepEqual(failureSides(failed), {
      expected: "result:\n3\n\nrecord.bins.tags:\n",
      actual: 'result:\n9007199254740993\n\nrecord.bins.tags:\n{\n  "a": [1, 2]\n}',
    });
    const one = { ...failed, differences: [{ path: "error", expected: '"a\\nb"', actual: "panic: b" }] };
    assert.deepEqual(failureSides(one), { expected: '"a\\nb"', actual: "panic: b" });
  });

  it("is printed with its log, without hidden characters", () => {
    const bare = (text: string) => text.replace(/\x1b\[\d*m/g, ""); // eslint-disable-line no-control-regex
    assert.equal(bare(caseOutput(passed)), "  ✓ adds 120 µs\n");
    assert.equal(bare(caseOutput({ ...passed, elapsed_ns: 0 })), "  ✓ adds\n");
    assert.equal(
      bare(caseOutput({ ...failed, name: "a\x1b[31m" })),
      "  ✗ a\\u001b[31m 120 µs\n    result: expected 3, got 9007199254740993\n" +
        '    record.bins.tags: expected nothing, got {"a": [1, 2]}\n    info  took \\u202e1 add.go:7\n',
    );
  });

  it("is counted", () => {
    assert.equal(countsText({ passed: 5, failed: 0 }), "5 passed");
    assert.equal(countsText({ passed: 3, failed: 2 }), "2 failed, 3 passed");
  });
});
