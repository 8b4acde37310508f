// Two windows on one folder: each has a server of its own, both run the same module, and one goes on when the other ends.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandsBelow } from "../processes.mjs";
import { waitUntil } from "../wait-until.mjs";
import { RunsView } from "../webview.mjs";

const HELLO = "hello/hello.go";
const BUILD_S = 180;

function servers(server) {
  return [...commandsBelow(server.pid)].filter(([, text]) => text.includes("-m modgo_lsp lsp"));
}

export const twoWindows = {
  name: "two windows",
  session: {},
  steps: [
    [
      "both have diagnostics",
      async ({ workbench, openWindow, folder, server, state }) => {
        const file = path.join(folder, HELLO);
        const text = readFileSync(file, "utf8");
        writeFileSync(file, `${text}\nfunc More(rec *udf.Record) string { return rec.SetName() }\n`);
        state.other = await openWindow();
        for (const window of [workbench, state.other]) {
          await window.open(HELLO);
          await window.settled("Modgo: Build UDF module");
          await window.showProblems();
          await window.problem(/More.*not registered.*MG101/, 60);
        }
        await waitUntil("two servers", () => servers(server).length === 2, 30);
      },
    ],
    [
      "both run a function at the same time",
      async ({ workbench, outputLog, state }) => {
        const calls = () => outputLog().split("modgo.call {").length - 1;
        for (const [index, window] of [workbench, state.other].entries()) {
          await window.closePanel();
          await window.goTo(1);
          await window.clickLens("Run on sample", "hello", () => calls() > index);
        }
        for (const window of [workbench, state.other]) {
          await new RunsView(window).shows("outcome", /"Hello, world!"/, BUILD_S);
        }
      },
    ],
    [
      "what one saves the other shows",
      async ({ workbench, state }) => {
        await state.other.showProblems();
        await workbench.focusEditor("hello.go");
        await workbench.page.keyboard.press("Control+End");
        await workbench.page.keyboard.insertText("func Third(rec *udf.Record) {}\n");
        await workbench.save();
        await state.other.problem(/Third.*not registered.*MG101/);
      },
    ],
    [
      "when one is closed the other goes on",
      async ({ workbench, outputLog, server, state }) => {
        await state.other.page.close();
        const calls = () => outputLog().split("modgo.call {").length - 1;
        const before = calls();
        await workbench.goTo(1);
        await workbench.clickLens("Run on sample", "hello", () => calls() > before);
        await new RunsView(workbench).shows("outcome", /"Hello, world!"/, BUILD_S);
        assert.ok(servers(server).length >= 1);
      },
    ],
  ],
};
