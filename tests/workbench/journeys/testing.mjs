// The Test Explorer: the tree of cases, results with a diff, run failed, continuous run, coverage, and a module that crashes.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandsBelow } from "../processes.mjs";
import { expand, press, row, rows, stateOf } from "../test-explorer.mjs";
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
const SUMS = `package sums

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() { udf.Register("sum", Sum) }

func Sum(a, b int64) int64 { return a + b }
`;
const SLOW = `package slow

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() { udf.Register("wait", Wait) }

func Wait() { select {} }
`;
const BUILD_S = 180;

const HUNDRED = 100;

/** The counts of the last run, such as "3/5". */
function summary({ page }, counts) {
  return page.locator(".test-explorer .result-summary", { hasText: counts });
}

/** Waits until the last run has ended: its button to cancel is gone. */
async function ended({ page }) {
  const cancel = page.locator(".part.sidebar .codicon-testing-cancel-icon");
  await waitUntil("the run has ended", async () => (await cancel.count()) === 0, 60);
}

async function edit(workbench, file, line, text) {
  await workbench.focusEditor(path.basename(file));
  await workbench.goTo(line);
  await workbench.page.keyboard.press("Shift+End");
  await workbench.page.keyboard.insertText(text);
  await workbench.save();
  await workbench.page.locator(".tab.active.dirty").waitFor({ state: "detached" });
}

function lineOf(text, part) {
  return text.split("\n").findIndex((line) => line.includes(part)) + 1;
}

/** How often the server was asked to run cases. */
function runsIn(log) {
  return log.split("modgo.test {").length - 1;
}

export const testing = {
  name: "testing",
  session: {
    prepare(folder) {
      const mod = readFileSync(path.join(folder, "counters/go.mod"), "utf8");
      const write = (file, text) => {
        mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        writeFileSync(path.join(folder, file), text);
      };
      write(MODULE, GO);
      write(CASES, YAML);
      write("stock/go.mod", mod.replace("/counters", "/stock"));
      const sum = (n) => `- {name: sum ${n}, function: sum, args: [${n}, 1], expect: {result: ${n + 1}}}\n`;
      write("slow/slow.go", SLOW);
      write("slow/go.mod", mod.replace("/counters", "/slow"));
      write("slow/testdata/udf/slow.case.yaml", "- {name: waits for ever, function: wait, timeout: 3600}\n");
      write("sums/sums.go", SUMS);
      write("sums/go.mod", mod.replace("/counters", "/sums"));
      write("sums/testdata/udf/sums.case.yaml", Array.from({ length: HUNDRED }, (_, n) => sum(n)).join(""));
    },
  },
  steps: [
    [
      "the Test Explorer has packages, case files, tables and cases",
      async ({ workbench }) => {
        await workbench.open(MODULE);
        await workbench.settled("Modgo: Test UDF module");
        await workbench.run("Testing: Focus on Test Explorer View", workbench.page.locator(".test-explorer"));
        await expand(workbench, "stock");
        await expand(workbench, "stock.case.yaml");
        await expand(workbench, /^take\s*table/);
        await row(workbench, "takes no more than there is").waitFor();
        assert.match(
          (await rows(workbench)).replace(/\s+/g, " "),
          /stock \| stock.case.yaml \| takes what is there ?take \| take ?table \| takes all ?take \| takes no more.*take \| halts in the middle ?halt \| takes nothing ?take \| sums/,
        );
      },
    ],
    [
      "Test UDF module runs them, and a module that crashes in the middle fails one case",
      async ({ workbench }) => {
        await workbench.focusEditor("stock.go");
        await workbench.run("Modgo: Test UDF module");
        await stateOf(workbench, "halts in the middle", "failed", BUILD_S);
        for (const name of ["takes what is there", "takes all", "takes nothing"]) {
          await stateOf(workbench, name, "passed");
        }
        await stateOf(workbench, "takes no more than there is", "failed");
        await stateOf(workbench, "stock.case.yaml", "failed");
        await ended(workbench);
        await summary(workbench, "3/5").waitFor();
      },
    ],
    [
      "a failed case opens at its line, with its differences as a diff",
      async ({ workbench }) => {
        const { page } = workbench;
        await row(workbench, "takes no more than there is").dblclick();
        const peek = page.locator(".peekview-widget", {
          hasText: "result: expected 5, got 0",
        });
        await peek.waitFor();
        const side = (name) => peek.locator(`.monaco-diff-editor .${name} .view-lines`).last();
        await waitUntil(
          "the diff has both differences",
          async () =>
            /result:\s+5\s+record\.bins\.left:\s+0/.test(await workbench.textOf(side("original"))) &&
            /result:\s+0\s+record\.bins\.left:\s+5/.test(await workbench.textOf(side("modified"))),
          20,
          () => peek.innerText(),
        );
        await page
          .locator(".part.statusbar", {
            hasText: `Ln ${lineOf(YAML, "takes no more")},`,
          })
          .waitFor();
      },
    ],
    [
      "the log of a case and the place of a crash are in the test results",
      async ({ workbench }) => {
        const { page } = workbench;
        await page.keyboard.press("Escape");
        const results = page.locator(".part.panel .terminal-wrapper, .part.panel .xterm").first();
        await workbench.run("Test Results: Focus on Test Results View", page.locator(".part.panel"));
        await results.waitFor();
      },
    ],
    [
      "an edited case file changes the tree, and Rerun Failed Tests runs what failed",
      async ({ workbench, outputLog }) => {
        await workbench.closePanel();
        const fixed =
          "    - {name: takes nothing if there is less, args: [9], record: {bins: {left: 5}}, expect: {result: 0}}";
        await edit(workbench, CASES, lineOf(YAML, "takes no more"), fixed);
        await row(workbench, "takes nothing if there is less").waitFor();
        await row(workbench, "takes no more than there is").waitFor({
          state: "detached",
        });
        const before = runsIn(outputLog());
        await press(workbench, "takes nothing if there is less", "Run Test");
        await stateOf(workbench, "takes nothing if there is less", "passed");
        await ended(workbench);
        await workbench.run("Test: Rerun Failed Tests");
        await waitUntil("two more runs", () => runsIn(outputLog()) === before + 2, 20, outputLog);
        const last = outputLog().split("modgo.test ").at(-1);
        assert.match(last, /"cases":\[\{"file":"stock\.case\.yaml","name":"halts in the middle"\}\]/);
        await ended(workbench);
      },
    ],
    [
      "a continuous run runs them again when a Go file is saved",
      async ({ workbench }) => {
        await press(workbench, "takes what is there", "Turn on Continuous Run");
        await edit(workbench, MODULE, lineOf(GO, "return n, rec.Update()"), "\treturn n + 1, rec.Update()");
        await stateOf(workbench, "takes what is there", "failed", BUILD_S);
        await edit(workbench, MODULE, lineOf(GO, "return n, rec.Update()"), "\treturn n, rec.Update()");
        await stateOf(workbench, "takes what is there", "passed", BUILD_S);
        await press(workbench, "takes what is there", "Turn off Continuous Run");
      },
    ],
    [
      "Cancel ends a case that runs",
      async ({ workbench, outputLog, server }) => {
        const workers = () =>
          [...commandsBelow(server.pid).values()].filter((text) => /mod-go-worker.*slow/.test(text));
        const before = runsIn(outputLog());
        await press(workbench, /^slow/, "Run Test");
        await waitUntil("it was sent to the server", () => runsIn(outputLog()) > before, 30, outputLog);
        await waitUntil("its worker runs", () => workers().length > 0, BUILD_S);
        await workbench.run("Test: Cancel Test Run");
        await ended(workbench);
        await waitUntil("its worker has ended", () => workers().length === 0, 30);
        await press(workbench, "takes what is there", "Run Test");
        await stateOf(workbench, "takes what is there", "passed", BUILD_S);
        await ended(workbench);
      },
    ],
    [
      "coverage is in the gutter and in the Explorer",
      async ({ workbench }) => {
        const { page } = workbench;
        await press(workbench, "takes all", "Run Test with Coverage");
        await page
          .locator(".test-coverage-list-item", { hasText: "stock.go" })
          .waitFor({ timeout: BUILD_S * 1000 });
        await workbench.focusEditor("stock.go");
        const gutter = (line, state) =>
          page
            .locator(`.margin-view-overlays .line-numbers.coverage-deco-${state}`, { hasText: `${line}` })
            .first();
        await gutter(lineOf(GO, "return n, rec"), "hit").waitFor();
        await gutter(lineOf(GO, "udf.Log"), "miss").waitFor();
      },
    ],
    [
      "the lens Test runs the cases of its function",
      async ({ workbench, outputLog }) => {
        const before = runsIn(outputLog());
        await workbench.closePanel();
        await workbench.goTo(lineOf(GO, "rec.Int"));
        await workbench.clickLens(/^Test$/, "halt", () => runsIn(outputLog()) > before);
        await waitUntil(
          "it has run",
          () => /"cases":\[\{[^}]*"halts in the middle"\}\]/.test(outputLog().split("modgo.test ").at(-1)),
          20,
          outputLog,
        );
        await ended(workbench);
      },
    ],
    [
      "the lens Bench asks for arguments and shows the results",
      async ({ workbench, outputLog }) => {
        const { page } = workbench;
        const asked = () => outputLog().includes("modgo.bench {");
        await workbench.goTo(lineOf(GO, "rec.Int"));
        await workbench.clickLens(/^Bench$/, "take", asked);
        await workbench
          .quickInput()
          .filter({ hasText: "take expects 1 argument" })
          .waitFor({ timeout: BUILD_S * 1000 });
        await workbench.answer("2");
        await workbench.tab("UDF benchmarks").waitFor({ timeout: 120_000 });
        const text = page.locator(".editor-instance .view-lines", {
          hasText: "take(2)",
        });
        await text.waitFor();
        assert.match(
          await workbench.textOf(text),
          /take\(2\) +stock\s+[\d-]+ [\d:]+\s+time +p50 +p99 +allocs +floor\s+fenced +[\d.]+ .s [\s\S]*unfenced +[\d.]+ .s /,
        );
      },
    ],
    [
      "a task builds, and its errors are in Problems",
      async ({ workbench }) => {
        await workbench.closeOtherEditors("stock.go");
        await edit(workbench, MODULE, lineOf(GO, "return n, rec.Update()"), '\treturn n + "x", rec.Update()');
        await workbench.run("Tasks: Run Task");
        const entry = (text) =>
          workbench.page.locator(".quick-input-list .monaco-list-row", {
            hasText: text,
          });
        await entry(/^\s*modgo/)
          .first()
          .click();
        await entry("modgo: build stock").click();
        const line = lineOf(GO, "return n, rec.Update()");
        const error = new RegExp(`mismatched types.*MG401.*\\[Ln ${line}, Col \\d+\\]`);
        await waitUntil(
          "the error is in Problems",
          async () => {
            await workbench.showProblems(); // the task's terminal may come to the front late
            return (await workbench.problems()).some((text) => error.test(text));
          },
          BUILD_S,
        );
        const all = (await workbench.problems()).filter((text) => text.includes("mismatched types"));
        assert.equal(all.length, 1, all.join("\n"));
      },
    ],
    [
      "a module that doesn't build is one error of its package, at the line in its source",
      async ({ workbench }) => {
        await press(workbench, /^stock\s*(\d|$)/, "Run Test");
        await stateOf(workbench, /^stock\s*(\d|$)/, "error", BUILD_S);
        // The error in the source is not text of the page's elements, so look at that of the results.
        const results = workbench.page.locator(".part.panel");
        await results
          .getByText(/stock didn't build: stock\.go:\d+: /)
          .first()
          .waitFor();
        await edit(workbench, MODULE, lineOf(GO, "return n, rec.Update()"), "\treturn n, rec.Update()");
      },
    ],
    [
      "a run of 100 cases",
      async ({ workbench, figures }) => {
        await workbench.openFile("sums/sums.go");
        for (let run = 0; run < 2; run++) {
          // The first builds.
          await workbench.run("Modgo: Test UDF module");
          const began = performance.now();
          await summary(workbench, `${HUNDRED}/${HUNDRED}`).waitFor({
            timeout: BUILD_S * 1000,
          });
          await ended(workbench);
          figures.test_100_ms = performance.now() - began;
          if (run === 0) {
            await workbench.run("Test: Clear All Results");
            await summary(workbench, "100/100").waitFor({ state: "detached" });
          }
        }
      },
    ],
    ...["Dark Modern", "High Contrast", "High Contrast Light"].map((theme) => [
      `a failed case in the theme ${theme}`,
      async ({ workbench, state }) => {
        if (state.failed === undefined) {
          state.failed = true;
          await press(workbench, /^stock\s*(\d|$)/, "Run Test");
          await stateOf(workbench, "halts in the middle", "failed", BUILD_S);
        }
        await workbench.useTheme(theme);
        await workbench.openFile(CASES);
        await row(workbench, "halts in the middle").dblclick();
        await workbench.page.locator(".peekview-widget", { hasText: "index out of range" }).first().waitFor();
      },
    ]),
  ],
};
