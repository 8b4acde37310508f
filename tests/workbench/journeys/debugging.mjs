// Debugging without the Go extension and without a launch.json: Delve that is too old or missing, and its installation; a
// breakpoint in the UDF's file stops, variables and the record are shown, a step, the result, a conditional breakpoint, and
// a stop.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  BUILD_S,
  consoleHas,
  ended,
  frameAt,
  setBreakpoint,
  SLOW,
  stackLine,
  variable,
} from "../debugger.mjs";
import { commandsBelow } from "../processes.mjs";
import { waitUntil } from "../wait-until.mjs";

const COUNTERS = "counters/counters.go";

/** Older than what modgo needs. */
const OLD_DELVE = "#!/bin/sh\necho 'Delve Debugger'\necho 'Version: 1.20.1'\n";

function argumentsInput(workbench) {
  return workbench.quickInput().filter({ hasText: "JSON values, separated by commas" });
}

/** Enters the arguments, which are asked for once the function is known. */
async function giveArguments(workbench, text) {
  await argumentsInput(workbench).waitFor();
  await workbench.answer(text);
}

export const debugging = {
  name: "debugging",
  session: {
    environment(home) {
      const folder = path.join(home, "gobin");
      mkdirSync(folder);
      writeFileSync(path.join(folder, "dlv"), OLD_DELVE, { mode: 0o755 });
      return { GOBIN: folder };
    },
  },
  steps: [
    [
      "Delve that is too old is named",
      async ({ workbench, folder, state }) => {
        state.lines = readFileSync(path.join(folder, COUNTERS), "utf8").split("\n");
        state.line = state.lines.findIndex((text) => text.includes("count += n")) + 1;
        await workbench.open(COUNTERS);
        await workbench.settled("Modgo: Debug UDF on sample record");
        await waitUntil("lenses are shown", async () => (await workbench.lenses()).length > 0, 60);
        await workbench.goTo(state.line);
        await workbench.run("Modgo: Debug UDF on sample record");
        await giveArguments(workbench, '"hits", 5, 100');
        await workbench.toast(/gobin\/dlv is Delve 1\.20\.1, and modgo needs 1\.22 or newer/, 60);
      },
    ],
    [
      "the arguments are asked for, in a dark theme",
      async ({ workbench, state }) => {
        await workbench.clearToasts();
        await workbench.useTheme("Dark Modern");
        await workbench.focusEditor("counters.go");
        await workbench.goTo(state.line);
        await workbench.run("Modgo: Debug UDF on sample record", argumentsInput(workbench));
      },
    ],
    [
      "Delve that is missing is offered, and installed",
      async ({ workbench, folder }) => {
        rmSync(path.join(path.dirname(folder), "gobin/dlv"));
        // A double has no such integer.
        await giveArguments(workbench, '"hits", 9007199254740993, 9223372036854775807');
        const text = await workbench.toast(/The debugger Delve \(dlv\) was not found on PATH/, 60);
        assert.deepEqual(await workbench.toastButtons(text), ["Install Delve"]);
        await workbench.pressToastButton(text, "Install Delve");
        await workbench.toast(/^Delve [\d.]+ is installed: .*\/cache\/modgo\/delve\//, BUILD_S);
        // The debugging that was asked for goes on.
        await consoleHas(workbench.page, /\+ hits: \{"\$int": "9007199254740993"\}[^]*update/);
        await ended(workbench.page);
        await workbench.clearToasts();
        await workbench.useTheme("Light Modern");
      },
    ],
    [
      "F5 without a launch.json stops at a breakpoint",
      async ({ workbench, state }) => {
        const { page } = workbench;
        await workbench.focusEditor("counters.go");
        await setBreakpoint(workbench, state.line);
        await page.keyboard.press("F5");
        await giveArguments(workbench, '"hits", 5, 100');
        await stackLine(page).waitFor(SLOW);
        await frameAt(page, state.line);
      },
    ],
    [
      "variables and the record are shown",
      async ({ workbench }) => {
        const { page } = workbench;
        await variable(page, "Locals", /^bin\W*"hits"/);
        await variable(page, "Locals", /^limit\W*100/);
        await variable(page, "Record", /^failed\W*2/);
      },
    ],
    ...["Dark Modern", "High Contrast", "Light Modern"].map((theme) => [
      `the same in the theme ${theme}`,
      async ({ workbench, state }) => {
        await workbench.useTheme(theme);
        await workbench.focusEditor("counters.go");
        await frameAt(workbench.page, state.line);
        await variable(workbench.page, "Record", /^failed\W*2/);
      },
    ]),
    [
      "a step goes to the next line",
      async ({ workbench, state }) => {
        await workbench.page.keyboard.press("F10");
        await frameAt(workbench.page, state.line + 1);
      },
    ],
    [
      "the result and the record's change are in the debug console",
      async ({ workbench }) => {
        const { page } = workbench;
        await page.keyboard.press("F5");
        await consoleHas(page, /\+ hits: 5[^]*update/);
        await ended(page);
      },
    ],
    [
      "a conditional breakpoint stops only where its condition is true",
      async ({ workbench, state }) => {
        const { page } = workbench;
        await workbench.focusEditor("counters.go");
        await workbench.goTo(state.line);
        const widget = page.locator(".breakpoint-widget .monaco-editor.focused .view-lines");
        await workbench.run("Debug: Edit Breakpoint", widget);
        await page.keyboard.insertText("n > 5");
        await page.keyboard.press("Enter");
        await page.locator(".codicon-debug-breakpoint-conditional").first().waitFor();
        await workbench.focusEditor("counters.go");
        await workbench.goTo(state.line);
        await page.keyboard.press("F5");
        await giveArguments(workbench, '"hits", 4, 100');
        await consoleHas(page, /\+ hits: 4[^]*update/);
        await ended(page);
      },
    ],
    [
      "the lens Debug stops, and Stop leaves no process",
      async ({ workbench, server }) => {
        const { page } = workbench;
        await workbench.focusEditor("counters.go");
        await workbench.clickLens("Debug", "add", async () => workbench.quickInput().isVisible());
        await giveArguments(workbench, '"hits", 6, 100');
        await stackLine(page).waitFor(SLOW);
        const running = () =>
          [...commandsBelow(server.pid).values()].filter((text) =>
            /dlv dap|--dap stdio|\/modules\/[0-9a-f]+\/debug\//.test(text),
          );
        assert.ok(running().length >= 2, running().join("\n"));
        await page.keyboard.press("Shift+F5");
        await ended(page);
        await waitUntil(
          "everything has ended",
          async () => running().length === 0,
          30,
          () => running().join("\n"),
        );
      },
    ],
  ],
};
