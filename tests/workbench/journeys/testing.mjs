// The Test Explorer: the tree of cases, results with a diff, run failed, continuous run, coverage, and a module that crashes.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { waitUntil } from "../wait-until.mjs";

const MODULE = "stock/stock.go";
const CASES = "stock/testdata/udf/stock.case.yaml";
const GO = `package stock

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("take", Take)
	udf.Register("halt", Halt)
}

// Take takes n items from the stock.
func Take(rec *udf.Record, n int64) (int64, error) {
	left, _ := rec.Int("left")
	if n > left {
		udf.Log(udf.Info, "too few", "left", left)
		return 0, nil
	}
	rec.Set("left", left-n)
	return n, rec.Update()
}

// Halt ends its process.
func Halt() { var none []int; go func() { _ = none[1] }(); select {} }
`;
const YAML = `- name: takes what is there
  function: take
  args: [2]
  record: {bins: {left: 5}}
  expect: {result: 2, record: {bins: {left: 3}}}
- function: take
  cases:
    - {name: takes all, args: [5], record: {bins: {left: 5}}, expect: {result: 5}}
    - {name: takes no more than there is, args: [9], record: {bins: {left: 5}}, expect: {result: 5, record: {bins: {left: 0}}}}
- name: halts in the middle
  function: halt
  timeout: 5
- name: takes nothing
  function: take
  args: [0]
  record: {bins: {left: 5}}
  expect: {result: 0}
`;
const BUILD_S = 180;

/** A row of the Test Explorer. */
function row(workbench, text) {
  return workbench.page.locator(".test-explorer .monaco-list-row", { hasText: text }).first();
}

/** Waits until a row shows a state, such as "testing-passed-icon". */
async function stateOf(workbench, text, state, seconds = 30) {
  const icon = row(workbench, text).locator(".computed-state");
  await waitUntil(
    `${text} is ${state}`,
    async () => (await icon.getAttribute("class").catch(() => ""))?.includes(`codicon-testing-${state}-icon`),
    seconds,
    () => rows(workbench),
  );
}

async function rows(workbench) {
  return (await workbench.page.locator(".test-explorer .monaco-list-row").allInnerTexts()).join(" | ");
}

async function expand(workbench, text) {
  const twistie = row(workbench, text).locator(".monaco-tl-twistie");
  if ((await twistie.getAttribute("class")).includes("collapsed")) await twistie.click();
}

export const testing = {
  name: "testing",
  session: {
    prepare(folder) {
      mkdirSync(path.join(folder, path.dirname(CASES)), { recursive: true });
      writeFileSync(path.join(folder, MODULE), GO);
      writeFileSync(path.join(folder, CASES), YAML);
      const mod = readFileSync(path.join(folder, "counters/go.mod"), "utf8");
      writeFileSync(path.join(folder, "stock/go.mod"), mod.replace("/counters", "/stock"));
    },
  },
  steps: [
    [
      "the Test Explorer has packages, case files, tables and cases",
      async ({ workbench }) => {
        await workbench.open(MODULE);
        await workbench.settled("Modgo: Test UDF module");
        await workbench.run("Testing: Focus on Test Explorer View", workbench.page.locator(".test-explorer"));
        await row(workbench, "stock").waitFor();
        await expand(workbench, "stock");
        await expand(workbench, "stock.case.yaml");
        await row(workbench, "takes what is there").waitFor();
        await workbench.page.screenshot({ path: "/tmp/testing/a.png" });
        console.log(await rows(workbench));
      },
    ],
  ],
};
