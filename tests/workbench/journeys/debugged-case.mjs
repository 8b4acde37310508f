// Debugging cases in the Test Explorer: a run that lasts until the last session ends, with the results of the calls. Stop and
// Cancel end both.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { consoleHas, setBreakpoint, stoppedIn, variable, withDelve } from "../debugger.mjs";
import { commandsBelow } from "../processes.mjs";
import { expand, press, row, rows, stateOf } from "../test-explorer.mjs";
import { PATIENCE, waitUntil } from "../wait-until.mjs";

const FILE = "counters/counters.go";
const CASES = "debugged.case.json";
const WRONG = "expects a wrong sum";

const TIMED = "a case with the time";

/** Two more cases of add: one that sets the time, and one that fails. */
function addCases(folder) {
  const samples = path.join(folder, "counters/testdata/udf");
  mkdirSync(samples, { recursive: true });
  const bins = { failed: 2 };
  const wrong = {
    name: WRONG,
    function: "add",
    args: ["failed", 1, 5],
    record: { bins },
    expect: { result: 4 },
  };
  const timed = { ...wrong, name: TIMED, now: "2026-01-02T03:04:05Z" };
  writeFileSync(path.join(samples, CASES), JSON.stringify([timed, wrong], undefined, 2));
}

async function showTests(workbench) {
  await workbench.run("Testing: Focus on Test Explorer View", workbench.page.locator(".test-explorer"));
}

async function debugCase(workbench, name) {
  await showTests(workbench);
  await press(workbench, name, "Debug Test");
}

/** Waits until the run has ended: its button to cancel is gone, and so is the debugger with its processes. */
async function ended({ workbench, server }) {
  await showTests(workbench);
  const left = () => [
    ...[...commandsBelow(server.pid).values()].filter((text) => /dlv dap|--dap stdio/.test(text)),
  ];
  const { page } = workbench;
  const cancel = page.locator(".part.sidebar .codicon-testing-cancel-icon");
  const toolbar = page.locator(".debug-toolbar");
  await waitUntil(
    "the run and the debugger have ended",
    async () => (await cancel.count()) === 0 && !(await toolbar.isVisible()) && left().length === 0,
    30,
    async () => `${await cancel.count()} buttons to cancel; ${left().join("\n")}; ${await rows(workbench)}`,
  );
}

export const debuggedCase = {
  name: "debugged case",
  session: { prepare: addCases, environment: withDelve },
  steps: [
    [
      "a breakpoint, and the cases in the Test Explorer",
      async ({ workbench, folder, state }) => {
        const lines = readFileSync(path.join(folder, FILE), "utf8").split("\n");
        state.line = lines.findIndex((text) => text.includes("count += n")) + 1;
        await workbench.open(FILE);
        await workbench.settled("Modgo: Test UDF module");
        await setBreakpoint(workbench, state.line);
        await workbench.goTo(1); // from where the debugger takes it to the line
        await showTests(workbench);
        await expand(workbench, /^counters/);
        await expand(workbench, "counters.case.json");
        await expand(workbench, CASES);
        await row(workbench, "refuses to pass the limit").waitFor();
      },
    ],
    [
      "Debug Test runs the case, and stops in its function",
      async ({ workbench, state }) => {
        await debugCase(workbench, "refuses to pass the limit");
        await stoppedIn(workbench, "counters.Add", state.line);
        await variable(workbench.page, "Locals", /^limit\W*5/);
        await variable(workbench.page, "Record", /^failed\W*2/);
      },
    ],
    [
      "the case runs while the debugger has stopped",
      async ({ workbench }) => {
        await showTests(workbench);
        const icon = row(workbench, "refuses to pass the limit").locator(".computed-state");
        await waitUntil(
          "the case is shown as running",
          async () => (await icon.getAttribute("class")).includes("codicon-loading"),
          20,
          () => icon.getAttribute("class"),
        );
      },
    ],
    [
      "the case passes when the function has returned",
      async (session) => {
        const { workbench } = session;
        await workbench.page.keyboard.press("F5");
        await stateOf(workbench, "refuses to pass the limit", "passed");
        await ended(session);
        await workbench.run("Debug Console: Focus on Debug Console View", workbench.page.locator(".repl"));
        await consoleHas(workbench.page, /counter failed would be 6, over its limit of 5/);
      },
    ],
    [
      "a case that expects something else fails, with what it got",
      async (session) => {
        const { workbench, state } = session;
        await debugCase(workbench, WRONG);
        await stoppedIn(workbench, "counters.Add", state.line);
        await workbench.page.keyboard.press("F5");
        await showTests(workbench);
        await stateOf(workbench, WRONG, "failed");
        await ended(session);
        const text = "result: expected 4, got 3";
        await workbench.page
          .getByText(text)
          .first()
          .waitFor({ timeout: PATIENCE * 15_000 });
      },
    ],
    [
      "several cases are debugged one after the other",
      async (session) => {
        const { workbench, state } = session;
        await debugCase(workbench, "counters.case.json");
        for (const name of ["adds below the limit", "refuses to pass the limit"]) {
          await stoppedIn(workbench, "counters.Add", state.line);
          await workbench.page.keyboard.press("F5");
          await showTests(workbench);
          await stateOf(workbench, name, "passed");
        }
        await stateOf(workbench, "needs to know how the bucket fills", "passed");
        await ended(session);
      },
    ],
    [
      "a case that sets the time is not compared, and the next one is debugged",
      async (session) => {
        const { workbench, state } = session;
        await debugCase(workbench, CASES);
        for (let call = 0; call < 2; call++) {
          await stoppedIn(workbench, "counters.Add", state.line);
          await workbench.page.keyboard.press("F5");
          await showTests(workbench);
          if (call === 0) await stateOf(workbench, TIMED, "skipped");
        }
        await stateOf(workbench, WRONG, "failed");
        await ended(session);
        await workbench.run("Test Results: Focus on Test Results View");
        await workbench.page
          .getByText(/Not compared: the case sets the time/)
          .first()
          .waitFor();
      },
    ],
    ...[
      ["Stop of the debugger ends the run", ({ page }) => page.keyboard.press("Shift+F5")],
      ["Cancel of the run ends the debugger", (workbench) => workbench.run("Test: Cancel Test Run")],
    ].map(([title, stop]) => [
      title,
      async (session) => {
        const { workbench, state } = session;
        await debugCase(workbench, WRONG);
        await stoppedIn(workbench, "counters.Add", state.line);
        await stop(workbench);
        await ended(session);
        await stateOf(workbench, WRONG, "skipped");
      },
    ]),
  ],
};
