import assert from "node:assert/strict";
import { test } from "node:test";
import {
  areArguments,
  argumentsKey,
  hasVariables,
  isUdf,
  literalOf,
  parametersOf,
  resolved,
  udfAt,
  withLiteral,
} from "../src/debug/call.js";

const add = { name: "add", detail: "add(bin: string, n: integer) → integer", first: 10, last: 20 };
const take = { name: "take", detail: "take() → nil", first: 22, last: 30 };

void test("symbols of gopls are no UDFs", () => {
  assert.ok(isUdf(add));
  assert.ok(!isUdf({ name: "Add", detail: "func(rec *udf.Record, bin string) (int64, error)" }));
  assert.ok(!isUdf({ name: "add", detail: "" }));
});

void test("the UDF at the cursor is the one around it", () => {
  assert.equal(udfAt([add, take], 15), add);
  assert.equal(udfAt([add, take], 22), take);
  assert.equal(udfAt([add, take], 21), undefined);
  assert.equal(udfAt([add], 0), add);
  assert.equal(udfAt([], 0), undefined);
});

void test("one function registered twice has to be chosen", () => {
  assert.equal(udfAt([add, { ...add, name: "plus" }], 15), undefined);
});

void test("parameters of a signature", () => {
  assert.equal(parametersOf(add.detail), "bin: string, n: integer");
  assert.equal(parametersOf(take.detail), "");
  assert.equal(parametersOf("f(m: map of string to list (any)…) → nil"), "m: map of string to list (any)…");
});

void test("arguments are JSON values", () => {
  assert.ok(areArguments('"hits", 5, {"a": [1]}'));
  assert.ok(areArguments(""));
  assert.ok(!areArguments("hits"));
});

void test("entered arguments arrive with all their digits", () => {
  const args = '9007199254740993, 6.0, "${env:HOME}"';
  assert.equal(resolved(withLiteral({ type: "modgo" }, { args }))["args" as "type"], args);
});

void test("functions of one name in two packages have their own last arguments", () => {
  assert.notEqual(argumentsKey("/code/a", "add"), argumentsKey("/code/b", "add"));
});

void test("values are not searched for variables", () => {
  const given = { case: "${command:workbench.action.quit}", args: ["${env:HOME}", { "${a}": 5 }, "\\$"] };
  const configuration = withLiteral({ type: "modgo", package: "${fileDirname}" }, given);
  assert.ok(!hasVariables(JSON.stringify({ ...configuration, package: "" })));
  assert.deepEqual(literalOf(configuration), given);
  assert.deepEqual(JSON.parse(JSON.stringify(resolved({ ...configuration, package: "/code" }))), {
    type: "modgo",
    package: "/code",
    ...given,
  });
});

void test("a configuration of launch.json has no such values", () => {
  assert.deepEqual(literalOf({ type: "modgo", function: "add" }), {});
});
