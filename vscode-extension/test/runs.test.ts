// Runs: their requests, their history, and the model of the view.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { argumentOf, fieldText } from "../src/results/arguments.js";
import { binEntries, entriesOf, type Entry, entryOf } from "../src/results/diff.js";
import { flatJson, parseJson } from "../src/results/exact-json.js";
import { PAGE, type Row, rowsOf } from "../src/results/rows.js";
import { sizeOf, textOf, typeOf } from "../src/results/values.js";
import { restoredRuns, storedRuns, withRun } from "../src/runs/history.js";
import { formatRecord } from "../src/runs/record-text.js";
import {
  callArgument,
  callText,
  parametersFor,
  placeOf,
  type Run,
  sourceOf,
  summaryOf,
} from "../src/runs/run.js";
import { readCall } from "../src/server/command-results.js";

const request = {
  uri: 'file:///a"b',
  function: "take",
  args: ["9007199254740993", "6.0", "-0.0"],
  sample: { kind: "own" },
} as const;

const runOf = (id: number, answer = '{"ok":true,"result":1,"elapsed_ns":5}'): Run => ({
  id,
  request,
  package: "/code/counters",
  time: new Date(2026, 0, 31, 14, 3, 22).getTime(),
  answer,
});

describe("the request of a run", () => {
  it("has the arguments as they were entered", () => {
    assert.equal(
      callArgument(request),
      '{"uri":"file:///a\\"b","function":"take","args":[9007199254740993,6.0,-0.0]}',
    );
  });
  it("names the sample, or a record that doesn't exist", () => {
    const of = (name: string) => callArgument({ ...request, sample: { kind: "file", name } });
    assert.match(of("a.record.json"), /,"record":"testdata\/udf\/a\.record\.json"\}$/);
    assert.match(of("a.records.jsonl"), /,"records":"testdata\/udf\/a\.records\.jsonl"\}$/);
    assert.match(callArgument({ ...request, sample: { kind: "none" } }), /,"record":\{"bins":\{\}\}\}$/);
    assert.match(callArgument({ ...request, nodes: 3 }), /,"options":\{"stream":true,"nodes":3\}\}$/);
  });
});

describe("an entered argument", () => {
  const entered = (type: string, text: string) => {
    const found = argumentOf({ name: "n", type }, text);
    return found.ok ? found.json : `problem: ${found.problem}`;
  };
  it("is JSON, or a string without quotes", () => {
    assert.equal(entered("string", "hits"), '"hits"');
    assert.equal(entered("string", "5"), '"5"');
    assert.equal(entered("...string", '"5"'), '"5"');
    assert.equal(entered("string", ""), '""');
    assert.equal(entered("int64", " 9007199254740993 "), "9007199254740993");
    assert.equal(entered("float64", "6.0"), "6.0");
    assert.equal(entered("any", "hits"), '"hits"');
    assert.equal(entered("any", "5"), "5");
    assert.equal(entered("[]byte", '{"$bytes": "aGk="}'), '{"$bytes": "aGk="}');
  });
  it("of a wrong type has a problem", () => {
    for (const [type, text, reason] of [
      ["int64", "1.5", /n is an integer/],
      ["int64", "", /Enter a value for n/],
      ["float64", "many", /n is a number/],
      ["bool", "yes", /true or false/],
      ["[]int64", "[1, 2", /not valid JSON/],
      ["any", "[1", /not valid JSON/],
    ] as const) {
      assert.match(entered(type, text), reason);
    }
  });
  it("is shown as what gives it again", () => {
    fc.assert(
      fc.property(fc.constantFrom("string", "any", "...string"), fc.string(), (type, text) => {
        const parameter = { name: "n", type };
        const found = argumentOf(parameter, fieldText(parameter, JSON.stringify(text)));
        assert.deepEqual(found, { ok: true, json: JSON.stringify(text) });
      }),
    );
  });
  it("has a row for each value of a variadic parameter", () => {
    const udf = {
      name: "f",
      kind: "record",
      params: [
        { name: "a", type: "int64" },
        { name: "b", type: "...string" },
      ],
      results: [],
    } as const;
    assert.deepEqual(
      [0, 1, 2, 4].map((count) => parametersFor(udf, count).length),
      [1, 1, 2, 4],
    );
    assert.equal(parametersFor(null, 3).length, 0);
  });
});

describe("a value", () => {
  const of = (text: string) => {
    const value = parseJson(text);
    return `${typeOf(value)} ${textOf(value, 40).text} ${sizeOf(value)}`.trim();
  };
  it("has its Aerospike type and its exact text", () => {
    for (const [json, shown] of [
      ["9007199254740993", "integer 9007199254740993"],
      ["6.0", "double 6.0"],
      ['{"$int": "9007199254740993"}', "integer 9007199254740993"],
      ['{"$double": "NaN"}', "double NaN"],
      ['{"$bytes": "aGk="}', "bytes 68 69 2 bytes"],
      ['{"$geojson": "{\\"type\\": \\"Point\\"}"}', 'GeoJSON {"type": "Point"}'],
      ['"a\\u202eb"', 'string "a\\u202eb"'],
      ["null", "nil null"],
      ["[1, [2]]", "list [1, [2]] 2 elements"],
      ['{"a": 1}', "map {a: 1} 1 key"],
      ['{"$map": [[1, "x"], ["1", 2]], "order": "k"}', 'map {1: "x", "1": 2} 2 keys'],
      ['{"__proto__": 1, "constructor": 2}', "map {__proto__: 1, constructor: 2} 2 keys"],
    ] as const) {
      assert.equal(of(json), shown);
    }
  });
  it("has a short text, however long it is", () => {
    assert.ok(of(JSON.stringify("x".repeat(1_000_000))).length < 60);
    assert.ok(of(JSON.stringify(Array.from({ length: 100_000 }, (_, index) => index))).length < 80);
    for (const length of [0, 1, 2, 13, 14, 15, 16, 100_000]) {
      const bytes = Buffer.alloc(length, 7);
      const hex = length === 0 ? "(empty)" : bytes.toString("hex").replace(/..(?=.)/g, "$& ");
      const value = parseJson(JSON.stringify({ $bytes: bytes.toString("base64") }));
      const whole = hex.length <= 40;
      assert.deepEqual(textOf(value, 40), { text: whole ? hex : `${hex.slice(0, 40)}…`, whole });
      assert.equal(sizeOf(value), `${length.toLocaleString("en-US")} byte${length === 1 ? "" : "s"}`);
    }
  });
});

const marks = (entries: readonly (Entry | { readonly folded: readonly Entry[] })[]) =>
  entries.map((each) => ("folded" in each ? `… ${each.folded.length}` : `${each.key} ${each.mark}`));
const change = (before: string, after: string) => entryOf("x", parseJson(before), parseJson(after));

describe("a change", () => {
  it("of a record has changed bins first", () => {
    const [before, after] = [
      '{"bins": {"a": 1, "b": 6, "c": 1}}',
      '{"bins": {"a": 1, "b": 6.0, "d": 1}}',
    ].map(parseJson);
    assert.deepEqual(marks(binEntries(before ?? null, after ?? null)), [
      "b changed",
      "d added",
      "c removed",
      "a same",
    ]);
    assert.deepEqual(marks(binEntries(null, after ?? null)), ["a added", "b added", "d added"]);
  });
  it("of a list is by element", () => {
    assert.deepEqual(marks(entriesOf(change("[1, 2, 3]", "[1, 5, 3]"))), [
      "[0] same",
      "[1] changed",
      "[2] same",
    ]);
    assert.deepEqual(marks(entriesOf(change("[1, 2, 3, 4, 5, 6]", "[0, 1, 2, 3, 4, 5, 6]"))), [
      "[0] added",
      "… 6",
    ]);
    assert.deepEqual(marks(entriesOf(change("[1, 2]", "[2]"))), ["[0] removed", "[0] same"]);
  });
  it("of a map is by key", () => {
    assert.deepEqual(marks(entriesOf(change('{"a": 1, "b": [1]}', '{"b": [2], "c": 1}'))), [
      "b changed",
      "c added",
      "a removed",
    ]);
  });
  it("of one type into another has the new values", () => {
    assert.deepEqual(marks(entriesOf(change("[1]", '{"a": 1}'))), ["a same"]);
  });
  it("has all values of both lists, in order", () => {
    const list = fc.array(fc.nat(3), { maxLength: 12 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        const all = entriesOf(change(JSON.stringify(before), JSON.stringify(after))).flatMap((each) =>
          "folded" in each ? each.folded : [each],
        );
        const side = (name: "before" | "after") =>
          all.flatMap((entry) => (entry[name] === undefined ? [] : [Number(flatJson(entry[name]))]));
        assert.deepEqual([side("before"), side("after")], [before, after]);
      }),
    );
  });
  it("of one in 100,000 elements takes less than a comparison of all pairs", () => {
    const list = Array.from({ length: 100_000 }, (_, index) => index);
    const before = JSON.stringify(list);
    list[70_000] = -1;
    assert.deepEqual(marks(entriesOf(change(before, JSON.stringify(list)))), [
      "… 70000",
      "[70000] changed",
      "… 29999",
    ]);
  });
  it("of everything is by index", () => {
    const [before, after] = [0, 1].map((add) =>
      JSON.stringify(Array.from({ length: 5000 }, (_, index) => 2 * index + add)),
    );
    const found = entriesOf(change(before ?? "", after ?? ""));
    assert.equal(found.length, 5000);
    assert.ok(found.every((each) => !("folded" in each) && each.mark === "changed"));
  });
});

describe("the rows of a table", () => {
  const none = { open: new Map<string, boolean>(), shown: new Map<string, number>() };
  const shown = (rows: readonly Row[]) =>
    rows.map(
      (row) => `${" ".repeat(row.depth)}${row.kind === "value" ? row.entry.key : `${row.kind} ${row.count}`}`,
    );
  const list = `[${Array.from({ length: 1000 }, (_, index) => index).join(", ")}]`;
  it("are those of changed collections at first", () => {
    const changed = binEntries(
      parseJson('{"bins": {"a": [1, [2]], "b": [1]}}'),
      parseJson('{"bins": {"a": [1, [3]], "b": [1]}}'),
    );
    assert.deepEqual(shown(rowsOf(changed, none)), ["a", " [0]", " [1]", "  [0]", "b"]);
  });
  it("come in pages", () => {
    const entry = entryOf("x", undefined, parseJson(list));
    const open = new Map([["\nx", true]]);
    const rows = rowsOf([entry], { ...none, open });
    assert.equal(rows.length, 1 + PAGE + 1);
    assert.deepEqual(shown(rows.slice(-1)), [" more 800"]);
    const more = rowsOf([entry], { open, shown: new Map([["\nx", 2 * PAGE]]) });
    assert.deepEqual(shown(more.slice(-1)), [" more 600"]);
  });
  it("have folded values that can be opened", () => {
    const entry = change("[1, 2, 3, 4, 5]", "[1, 2, 3, 4, 6]");
    const [, fold] = rowsOf([entry], none);
    assert.ok(fold?.kind === "fold");
    assert.equal(fold.count, 4);
    assert.deepEqual(shown(rowsOf([entry], { ...none, open: new Map([[fold.path, true]]) })), [
      "x",
      " [0]",
      " [1]",
      " [2]",
      " [3]",
      " [4]",
    ]);
  });
});

describe("the history", () => {
  it("has the newest runs, and stores those that are not too large", () => {
    let history: readonly Run[] = [];
    for (let id = 1; id <= 60; id++) history = withRun(history, runOf(id));
    history = withRun(history, runOf(61, JSON.stringify("x".repeat(200_000))));
    assert.deepEqual([history.length, history[0]?.id], [50, 61]);
    const stored = storedRuns(history);
    assert.deepEqual([stored.length, stored[0]?.id], [20, 60]);
    assert.deepEqual(restoredRuns(JSON.parse(JSON.stringify(stored))), stored);
  });
  it("is bounded by the size of its answers", () => {
    const large = JSON.stringify("x".repeat(20_000_000));
    const history = [1, 2, 3].reduce<readonly Run[]>((runs, id) => withRun(runs, runOf(id, large)), []);
    assert.deepEqual(
      history.map(({ id }) => id),
      [3],
    );
  });
  it("ignores what is no run", () => {
    assert.deepEqual(restoredRuns("x"), []);
    assert.deepEqual(
      restoredRuns([null, 1, {}, { ...runOf(1), answer: "{" }, { ...runOf(2), request: null }]),
      [],
    );
  });
});

describe("a run", () => {
  it("has its call, its status and its summary", () => {
    const of = (answer: string) => {
      const { status, summary } = summaryOf(runOf(1, answer), readCall(answer));
      return [status, summary];
    };
    const failed = (kind: string, rest = "") =>
      `{"ok":false,"error":{"kind":"${kind}","message":"no"}${rest}}`;
    assert.deepEqual(of('{"ok":true,"result":1,"operations":[],"elapsed_ns":5}'), [
      "ok",
      "take → 1, record unchanged, 5 ns",
    ]);
    assert.deepEqual(of(failed("udf")), ["error", "take returned an error: no"]);
    assert.equal(of(failed("panic"))[0], "failed");
    assert.equal(of(failed("usage"))[0], "failed");
    assert.equal(
      of(failed("usage", ',"run":{"function":{"name":"take"},"sample":null,"sources":{}}'))[0],
      "asks",
    );
  });
  it("has a call on one line, without hidden characters", () => {
    assert.equal(
      callText({ ...request, function: "a\n\u202eb", args: ['"x\\ny"'] }),
      'a\\n\\u202eb("x\\ny")',
    );
    assert.ok(callText({ ...request, args: ["1".repeat(1000)] }).length < 80);
  });
  it("has its record formatted, also a missing one", () => {
    const record = parseJson('{"key": ["test", "demo", "k1"], "bins": {"tokens": 5}}');
    const head = "// take(9007199254740993, 6.0, -0.0), run at 2026-01-31 14:03:22\n";
    assert.ok(formatRecord(runOf(1), record).startsWith(`${head}{\n  "key"`));
    assert.equal(formatRecord(runOf(1), null), `${head}// no record\n`);
  });
  it("names places in the source", () => {
    assert.deepEqual(placeOf("/a/counters.go:12"), { file: "counters.go", line: 12 });
    assert.equal(placeOf("counters.go"), undefined);
    assert.equal(placeOf("counters.go:0"), undefined);
    const context = { function: null, sample: null, sources: { "counters.go": "/a/counters.go" } };
    assert.equal(sourceOf(context, { file: "counters.go" }), "/a/counters.go");
    assert.equal(sourceOf(context, { file: "constructor" }), undefined);
  });
});
