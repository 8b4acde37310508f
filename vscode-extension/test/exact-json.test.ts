// Values of the server and their display: nothing is lost or misread.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { callSummary, recordChanged } from "../src/results/format.js";
import {
  flatJson,
  type Json,
  JsonNumber,
  JsonObject,
  parseJson,
  prettyJson,
} from "../src/results/exact-json.js";
import { readCall } from "../src/server/command-results.js";

describe("JSON", () => {
  it("retains the digits of numbers", () => {
    for (const digits of [
      "9007199254740993",
      "-9223372036854775808",
      "88.0",
      "-0.0",
      "1e300",
      "6.0E+2",
      "0",
    ]) {
      assert.equal(flatJson(parseJson(digits)), digits);
    }
  });
  it('has {"$int"} as digits, and the other forms as they are', () => {
    assert.equal(flatJson(parseJson('[{"$int":"9007199254740993"}]')), "[9007199254740993]");
    assert.equal(
      prettyJson(parseJson('{"a":{"$int":"-9007199254740993"}}')),
      '{\n  "a": -9007199254740993\n}',
    );
    for (const text of [
      '{"$int": "1; x"}',
      '{"$double": "NaN"}',
      '{"$bytes": "aGk="}',
      '{"$map": [[1, 2.0]]}',
    ]) {
      assert.equal(flatJson(parseJson(text)), text);
    }
  });
  it("has no special keys, and retains their order", () => {
    for (const text of [
      '{"__proto__": {"a": 1}, "constructor": 2, "toString": 3}',
      '{"10": 1, "9": 2, "a": 3}',
      '{"digits": "5"}',
      '{"isLosslessNumber": true, "value": "5"}',
      '{"members": [], "length": 3}',
      '{"a": 1, "a": 2}',
    ]) {
      assert.equal(flatJson(parseJson(text)), text);
    }
  });
  it("has hidden and bidirectional characters escaped", () => {
    assert.equal(
      flatJson(parseJson('"a\u202eb\u0085\u200b\u2028\\u001b"')),
      '"a\\u202eb\\u0085\\u200b\\u2028\\u001b"',
    );
    assert.equal(flatJson(parseJson('"é 👩‍💻 ‌"')), '"é 👩‍💻 ‌"');
  });
  it("is an error if it is invalid", () => {
    for (const text of ["", "[1,]", "{a: 1}", "[1 // x\n]", "01", "1.", "[1] 2", '"a', "\u00a01"]) {
      assert.throws(() => parseJson(text), SyntaxError, text);
    }
  });
  it("has a line for each bin that fits on one", () => {
    const record = {
      key: ["test", "demo", 1],
      bins: { a: 1, list: [1, [2]], map: { x: { y: null } }, long: ["x".repeat(90)], empty: {} },
    };
    const pretty = prettyJson(parseJson(JSON.stringify(record)));
    assert.equal(
      pretty,
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
  });
  it("has the same meaning in each layout", () => {
    const { tree } = fc.letrec<{ tree: unknown; text: string }>((tie) => ({
      text: fc.oneof(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((d) => (Object.is(d, -0) ? "-0.0" : String(d))),
        fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
        fc.constantFrom("null", "true", "false"),
      ),
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        tie("text"),
        fc.array(tie("tree")).map((items) => `[${items.join(",")}]`),
        fc
          .array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom("__proto__", "$int", "length")), tie("tree")))
          .map(
            (pairs) => `{${pairs.map(([key, item]) => `${JSON.stringify(key)}: ${String(item)}`).join(",")}}`,
          ),
      ),
    }));
    fc.assert(
      fc.property(tree, (text) => {
        const json = parseJson(String(text));
        assert.deepEqual(comparable(parseJson(flatJson(json))), comparable(json));
        assert.deepEqual(comparable(parseJson(prettyJson(json))), comparable(json));
      }),
      { numRuns: 300 },
    );
  });
});

/** The integer form and its digits are one value. */
function comparable(json: Json): unknown {
  if (json instanceof JsonNumber) return ["number", json.digits];
  if (json instanceof Array) return ["array", ...json.map(comparable)];
  if (!(json instanceof JsonObject)) return ["plain", json];
  const digits = json.get("$int");
  if (json.members.length === 1 && typeof digits === "string" && /^-?\d+$/.test(digits))
    return ["number", digits];
  return ["object", ...json.members.map(([key, item]) => [key, comparable(item)])];
}

describe("the result of a call", () => {
  const answer = (before: string, after: string) =>
    readCall(
      `{"ok":true,"result":{"n":9007199254740993,"d":88.0},"record":{"before":${before},"after":${after}},` +
        '"operations":["update"],"logs":[],"elapsed_ns":312000}',
    );
  it("has exact values", () => {
    const sample = '{"bins": {"__proto__": -0.0}}';
    const call = answer("null", sample);
    assert.ok(call.ok);
    assert.equal(callSummary("f", call), 'f → {"n": 9007199254740993, "d": 88.0}, record updated, 312 µs');
    assert.equal(flatJson(call.record?.after ?? null), sample);
  });
  it("has no record where the sample has no bins", () => {
    const sample = '{"key": ["test", "demo", "k"], "bins": {}}';
    assert.deepEqual(answer(sample, '{"bins": {"a": 1}}').record?.before, null);
    assert.equal(recordChanged(answer(sample, sample)), false);
  });
  it("has changed if an integer became a double", () => {
    assert.equal(recordChanged(answer('{"bins":{"a":88}}', '{"bins":{"a":88.0}}')), true);
    assert.equal(
      recordChanged(answer('{"bins":{"a":9007199254740992}}', '{"bins":{"a":9007199254740993}}')),
      true,
    );
    assert.equal(recordChanged(answer('{"bins":{"a":88.0}}', '{"bins": {"a": 88.0}}')), false);
  });
  it("can be a failure", () => {
    const call = readCall('{"ok":false,"error":{"kind":"udf","message":"no"},"logs":[]}');
    assert.equal(callSummary("f", call), "f returned an error: no");
  });
});
