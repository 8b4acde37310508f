// Values from input to display: through this extension's code, VS Code's message reader, a real server, a module that it
// builds, and back.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import * as fc from "fast-check";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { ISOLATED } from "../src/interpreter.js";
import { callArgument } from "../src/runs/run.js";
import { flatJson, type Json, JsonNumber, JsonObject } from "../src/results/exact-json.js";
import { type CallResult, readCall } from "../src/server/command-results.js";

const PYTHON = path.resolve("../.venv/bin/python");
const GO_MOD =
  "module example.com/echo\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n";
const ECHO = `package echo

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() { udf.Register("echo", Echo) }

// Echo stores v in a bin and returns it.
func Echo(rec *udf.Record, v any) (any, error) {
	rec.Set("v", v)
	return v, rec.Update()
}
`;
const SAMPLE = '{"bins": {"i": 9007199254740993, "d": 88.0}}';

let folder: string;
let server: ChildProcess;
let connection: MessageConnection;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "modgo-echo-"));
  mkdirSync(path.join(folder, "testdata/udf"), { recursive: true });
  writeFileSync(path.join(folder, "go.mod"), GO_MOD);
  writeFileSync(path.join(folder, "echo.go"), ECHO);
  writeFileSync(path.join(folder, "testdata/udf/echo.record.json"), SAMPLE);
  const started = spawn(PYTHON, [...ISOLATED, "-m", "modgo_lsp", "lsp"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  server = started;
  const [reader, writer] = [new StreamMessageReader(started.stdout), new StreamMessageWriter(started.stdin)];
  connection = createMessageConnection(reader, writer);
  connection.listen();
  const uri = pathToFileURL(folder).href;
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: uri,
    capabilities: {},
    workspaceFolders: [{ uri, name: "echo" }],
    initializationOptions: { trusted: true, results: "text" },
  });
  await connection.sendNotification("initialized", {});
});

after(async () => {
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  await new Promise((ended) => server.once("exit", ended));
  connection.dispose();
  rmSync(folder, { recursive: true });
});

async function call(args: string): Promise<CallResult> {
  const argument = callArgument({
    uri: pathToFileURL(folder).href,
    function: "echo",
    args: [args],
    sample: { kind: "own" },
  });
  const params = { command: "modgo.call", arguments: [argument] };
  const { json } = await connection.sendRequest<{ json: string }>("workspace/executeCommand", params);
  return readCall(json);
}

/** Returns the result and the stored value, both as shown. */
async function echo(args: string): Promise<[result: Json, stored: Json]> {
  const result = await call(args);
  assert.ok(result.ok, JSON.stringify(result));
  const record = result.record?.after;
  assert.ok(record instanceof JsonObject);
  const bins = record.get("bins");
  assert.ok(bins instanceof JsonObject);
  assert.equal(flatJson(bins.get("i") ?? null), "9007199254740993");
  assert.equal(flatJson(bins.get("d") ?? null), "88.0");
  return [result.result, bins.get("v") ?? null];
}

const BUILD_MS = 300_000; // the first build on a machine compiles Go's standard library

describe("a value on the way to a UDF and back", { timeout: BUILD_MS }, () => {
  it("is shown as it was entered", async () => {
    for (const text of [
      "9007199254740993",
      "-9223372036854775808",
      "88.0",
      "-0.0",
      "1e300",
      "[6.0, 6]",
      '{"10": 1.0, "9": 9007199254740993, "__proto__": {"a": 1}}',
      '{"$double": "NaN"}',
      '{"$bytes": "aGk="}',
      '{"$geojson": "{}"}',
      '"9007199254740993"',
      "true",
    ]) {
      const shown = (await echo(text)).map(flatJson);
      assert.deepEqual(shown, [text, text]);
    }
  });

  it("is exact, for any integer and double", async () => {
    const integers = fc.sample(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), 500);
    const doubles = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 500);
    const typed = [...integers.map(String), ...doubles.map(doubleText)];
    for (const list of await echo(`[${typed.join(", ")}]`)) {
      assert.ok(list instanceof Array);
      assert.equal(list.length, 1000);
      assert.deepEqual(list.slice(0, 500).map(flatJson), typed.slice(0, 500));
      for (const [index, double] of doubles.entries()) {
        const item: unknown = list[500 + index];
        assert.ok(item instanceof JsonNumber);
        assert.match(item.digits, /[.e]/, "a double has a fraction or an exponent");
        assert.ok(Object.is(Number(item.digits), double), `${item.digits} for ${double}`);
      }
    }
  });

  it("is an error if no UDF can accept it", async () => {
    for (const [args, reason] of [
      ["9223372036854775808", /does not fit into a signed 64-bit integer/],
      ["1e999", /too large for a double/],
      ['{"a": 1, "a": 2}', /is given twice/],
    ] as const) {
      const result = await call(args);
      assert.ok(!result.ok);
      assert.match(result.error.message, reason);
    }
  });
});

function doubleText(double: number): string {
  const text = Object.is(double, -0) ? "-0" : String(double);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
