// Cover profiles of Go.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countStatements, parseCoverProfile, utf16Column } from "../src/testing/cover-profile.js";

const PROFILE = `mode: atomic
example.com/counters/counters.go:20.66,22.11 2 3
example.com/counters/counters.go:22.11,24.3 1 0
example.com/counters/counters.go:20.66,22.11 2 4
example.com/counters/more.go:1.1,2.2 5 0
no line
`;

describe("a cover profile", () => {
  it("has the blocks of each file, with the counts of all workers", () => {
    const files = parseCoverProfile(PROFILE);
    assert.deepEqual([...files.keys()], ["counters.go", "more.go"]);
    const [first, second, ...others] = files.get("counters.go") ?? [];
    assert.deepEqual(first, {
      start: { line: 20, column: 66 },
      end: { line: 22, column: 11 },
      statements: 2,
      count: 7,
    });
    assert.equal(second?.count, 0);
    assert.equal(others.length, 0);
  });

  it("counts statements", () => {
    const files = parseCoverProfile(PROFILE);
    assert.deepEqual(countStatements(files.get("counters.go") ?? []), { covered: 2, total: 3 });
    assert.deepEqual(countStatements(files.get("more.go") ?? []), { covered: 0, total: 5 });
  });

  it("has columns in bytes", () => {
    assert.equal(utf16Column("a𝄞b", 1), 0);
    assert.equal(utf16Column("a𝄞b", 6), 3);
    assert.equal(utf16Column("", 9), 0);
  });
});
