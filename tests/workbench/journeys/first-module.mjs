// The whole workflow of a new user: a diagnostic, its quick fix, a build, loading, a run on a record, a type error and its
// fix, a second module.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandsBelow } from "../processes.mjs";
import { logged, waitUntil } from "../wait-until.mjs";
import { RunsView } from "../webview.mjs";

/** Removes a registration from an example, so that there is a diagnostic. */
function unregister(folder, file, name) {
  const target = path.join(folder, file);
  const text = readFileSync(target, "utf8");
  const without = text.replace(new RegExp(`^\\tudf\\.Register\\("${name}", .*\\n`, "m"), "");
  assert.notEqual(without, text, `${file} doesn't register ${name}`);
  writeFileSync(target, without);
}

/** Returns the number, from 1, of the first line of a file that contains a text. */
function lineOf(file, text) {
  const line =
    readFileSync(file, "utf8")
      .split("\n")
      .findIndex((each) => each.includes(text)) + 1;
  assert.ok(line > 0, `${file} has no line with ${text}`);
  return line;
}

/** Returns how often the extension has asked the server to call a function. */
function callsIn(log) {
  return log.split("modgo.call {").length - 1;
}

/** Returns how many runs of a call the history has. */
function runsOf(view, call) {
  return view.locator(".runs-list .item", { hasText: call }).count();
}

const COUNTERS = "counters/counters.go";
const PROFILE = "profile/profile.go";
const HELLO = "hello/hello.go";
const WRONG_LINE = "\tcount += bin\n";
const BUILD_S = 180; // the first build on a machine compiles Go's standard library

export const firstModule = {
  name: "first module",
  session: {
    prepare(folder) {
      unregister(folder, COUNTERS, "take");
      unregister(folder, PROFILE, "top");
      mkdirSync(path.join(folder, ".vscode"));
      writeFileSync(path.join(folder, ".vscode/settings.json"), "{}");
    },
  },
  steps: [
    [
      "unregistered UDFs are in Problems, also those of a file that isn't open",
      async ({ workbench, folder, figures, outputLog }) => {
        const began = performance.now();
        await workbench.open(COUNTERS);
        await workbench.problemCount(/0\s*2/).waitFor({ timeout: 60_000 });
        figures.window_to_diag_ms = performance.now() - began;
        await workbench.settled("Modgo: Build UDF module");
        await workbench.showProblems();
        const line = lineOf(path.join(folder, COUNTERS), "func Take(");
        await workbench.problem(new RegExp(`Take.*not registered.*MG101.*\\[Ln ${line}, Col 6\\]`));
        await workbench.problem(/Top.*not registered.*MG101/);
        figures.server_ready_ms = Number((await logged(outputLog, /Ready ([\d.]+) ms after/))[1]);
      },
    ],
    [
      "VS Code's list of extensions has the time of activation",
      async ({ workbench, figures }) => {
        const list = workbench.page.locator(".runtime-extensions-editor .monaco-list");
        const row = list.locator(".monaco-list-row", { hasText: "Modgo" });
        await workbench.run("Developer: Show Running Extensions", list);
        // The slowest come first, and the page has only the rows in view.
        await list.hover();
        await waitUntil(
          "Modgo is in the list",
          async () => {
            if (await row.isVisible()) return true;
            await workbench.page.mouse.wheel(0, 200);
            return false;
          },
          20,
          () => list.innerText(),
        );
        // The time to load the bundle and to activate.
        figures.activation_ms = Number(/Activation: (\d+)ms/.exec(await row.innerText())[1]);
        await workbench.run("View: Close Editor", workbench.tab("counters.go"));
      },
    ],
    [
      "the quick fix is offered",
      async ({ workbench }) => {
        await workbench.goToProblem("Take takes");
        const titles = await workbench.quickFixes();
        assert.ok(
          titles.some((title) => /Register Take as "take"/.test(title)),
          titles.join(),
        );
      },
    ],
    [
      "the quick fix registers it and the finding goes away",
      async ({ workbench, folder }) => {
        await workbench.applyQuickFix('Register Take as "take"');
        await workbench.noProblem(/Take.*MG101/);
        await workbench.goTo(1);
        await waitUntil(
          "the registration is in the editor",
          async () => /udf\.Register\("take", Take\)/.test(await workbench.visibleText()),
          10,
          () => workbench.visibleText(),
        );
        const onDisk = readFileSync(path.join(folder, COUNTERS), "utf8");
        assert.doesNotMatch(onDisk, /"take"/, "the quick fix must not save the file");
      },
    ],
    [
      "Build UDF module saves, builds and shows the result",
      async ({ workbench, folder }) => {
        await workbench.run("Modgo: Build UDF module");
        const text = await workbench.toast(/^Built /, BUILD_S);
        assert.match(text, /^Built counters\.so \(\d+\.\d MB\) in [\d.]+ m?s$/);
        assert.deepEqual(await workbench.toastButtons(text), ["Load", "Reveal"]);
        const module = path.join(folder, "counters/counters.so");
        assert.equal(readFileSync(module).subarray(0, 4).toString("latin1"), "\x7fELF");
        assert.match(readFileSync(path.join(folder, COUNTERS), "utf8"), /Register\("take", Take\)/);
      },
    ],
    [
      "Load lists the functions in the output",
      async ({ workbench, outputLog }) => {
        await workbench.pressToastButton("Built counters.so", "Load");
        await workbench.toast(/^Loaded counters\.so: 2 functions, ABI 1\.0$/);
        await workbench.outputView().waitFor();
        await waitUntil(
          "the table is in the output",
          () => /take\(n float64\) \(Grant, error\) +record +Take takes n/.test(outputLog()),
          10,
          outputLog,
        );
        assert.match(
          outputLog(),
          /add\(bin string, n int64, limit int64\) \(int64, error\) +record +Add adds n to the counter/,
        );
      },
    ],
    [
      "registered functions have code lenses",
      async ({ workbench, folder }) => {
        await workbench.clearToasts();
        await workbench.closePanel();
        // Between the two: VS Code resolves lenses, and so shows them, when they scroll into view.
        await workbench.goTo(lineOf(path.join(folder, COUNTERS), "type Grant"));
        const lenses = async () => (await workbench.lenses()).sort().join("\n");
        await waitUntil(
          "both functions have lenses",
          async () =>
            /^Registered as 'add'.*Run on sample.*Build & load\nRegistered as 'take'.*Run on sample.*Build & load$/.test(
              await lenses(),
            ),
          20,
          lenses,
        );
      },
    ],
    [
      "Run on sample asks for the arguments of the function",
      async ({ workbench, folder, outputLog }) => {
        await workbench.goTo(lineOf(path.join(folder, COUNTERS), "func Take("));
        await workbench.clickLens("Run on sample", "take", () => callsIn(outputLog()) > 0);
        const view = new RunsView(workbench);
        await view.shows("call", /take\(n float64\) \(Grant, error\)/, BUILD_S);
        await view.shows("outcome", /take expects 1 argument, got 0/);
      },
    ],
    [
      "and shows the result, and the record before and after",
      async ({ workbench }) => {
        const view = new RunsView(workbench);
        await view.runWith("4");
        const text = await view.shows("outcome", /record updated[\s\S]*Record/);
        assert.match(text, /allowed\s+boolean\s+true\s[\s\S]*tokens\s+double\s+6\.0/);
        assert.match(await view.row("Record", "tokens").innerText(), /double\s+[\d.]*\s*6\.0/);
      },
    ],
    [
      "the plain diff is a button away",
      async ({ workbench }) => {
        const view = new RunsView(workbench);
        await view.locator('vscode-toolbar-button[icon="diff"]').click();
        await workbench.tab("take: record before ↔ after").waitFor();
        const diff = workbench.page.locator(".monaco-diff-editor .modified .lines-content > .view-lines");
        await diff.waitFor();
        await waitUntil(
          "the diff shows the new bin",
          async () => /"tokens": 6/.test(await workbench.textOf(diff)),
          10,
          () => diff.innerText(),
        );
      },
    ],
    [
      "a type error becomes MG401 at its line",
      async ({ workbench, folder }) => {
        await workbench.closeOtherEditors("counters.go");
        await workbench.clearToasts();
        const file = path.join(folder, COUNTERS);
        const line = lineOf(file, "count += n");
        await workbench.typeAt(line, 1, WRONG_LINE);
        await workbench.run("Modgo: Build UDF module");
        await workbench.toast(/^counters didn't build: counters\.go:\d+: .*mismatched types.*$/, BUILD_S);
        await workbench.pressToastButton("counters didn't build", "Show Problems");
        await workbench.problem(new RegExp(`mismatched types.*MG401.*\\[Ln ${line}, Col \\d+\\]`));
        await workbench.page.locator(".squiggly-error").first().waitFor();
        assert.equal(lineOf(file, WRONG_LINE.trim()), line, "the build saved the file");
      },
    ],
    [
      "after a fix and a build it goes away",
      async ({ workbench, folder }) => {
        await workbench.clearToasts();
        await workbench.focusEditor("counters.go");
        await workbench.deleteLine(lineOf(path.join(folder, COUNTERS), WRONG_LINE.trim()));
        await workbench.run("Modgo: Build UDF module");
        await workbench.toast(/^Built counters\.so/, BUILD_S);
        await workbench.noProblem(/MG401/);
      },
    ],
    [
      "a second file shows its diagnostic when it opens",
      async ({ workbench, figures, folder }) => {
        await workbench.clearToasts();
        const opened = await workbench.openFile(PROFILE);
        await workbench.goTo(lineOf(path.join(folder, PROFILE), "func Top("));
        await workbench.page.locator(".squiggly-warning").first().waitFor();
        figures.open_to_diag_ms = performance.now() - opened;
        await workbench.problem(/Top.*not registered.*MG101/);
      },
    ],
    [
      "a function without arguments runs at one click",
      async ({ workbench, figures, state, folder, outputLog }) => {
        await workbench.openFile(HELLO);
        await workbench.closePanel();
        for (state.click = 0; state.click < 2; state.click++) {
          const calls = callsIn(outputLog());
          let began;
          await workbench.clickLens(
            "Run on sample",
            "hello",
            () => callsIn(outputLog()) > calls,
            () => (began = performance.now()),
          );
          const view = new RunsView(workbench);
          await waitUntil(
            "the run is in the history",
            async () => (await runsOf(view, "hello()")) > state.click,
            BUILD_S,
          );
          figures.lens_to_result_ms = performance.now() - began; // of the second click: built by then
          await view.shows("outcome", /"Hello, world!"/);
        }
        assert.ok(statSync(path.join(folder, "hello/hello.go")).size > 0);
      },
    ],
    [
      "Create record sample writes one and opens it",
      async ({ workbench, folder }) => {
        await workbench.clearToasts();
        await workbench.closeOtherEditors("hello.go");
        await workbench.run(
          "Modgo: Create record sample",
          workbench.quickInput().filter({ hasText: "hello" }),
        );
        await workbench.answer("hello");
        await workbench.tab("hello.record.json").waitFor();
        const sample = readFileSync(path.join(folder, "hello/testdata/udf/hello.record.json"), "utf8");
        assert.deepEqual(JSON.parse(sample), { key: ["test", "demo", "k1"], bins: {} });
      },
    ],
    [
      "Build UDF module and load it does both at once",
      async ({ workbench, outputLog, folder }) => {
        await workbench.clearToasts();
        await workbench.closeOtherEditors("hello.go");
        await workbench.run("Modgo: Build UDF module and load it");
        await workbench.toast(/^Loaded hello\.so: 2 functions, ABI 1\.0\. Built hello\.so/, BUILD_S);
        assert.ok(existsSync(path.join(folder, "hello/hello.so")));
        await waitUntil(
          "greet is in the output",
          () => /greet\(names \.\.\.string\) string/.test(outputLog()),
          10,
          outputLog,
        );
      },
    ],
    [
      "a setting with a wrong Go is reported, without a restart",
      async ({ workbench, folder }) => {
        const set = (settings) =>
          writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify(settings));
        await workbench.clearToasts();
        set({ "modgo.go.path": "/nowhere/go" });
        await workbench.buildUntil(/didn't build: .*\/nowhere\/go/);
        set({});
        await workbench.buildUntil(/^Built hello\.so/);
      },
    ],
    [
      "Show status shows the server and the workspace",
      async ({ workbench }) => {
        await workbench.clearToasts();
        await workbench.run("Modgo: Show status", workbench.quickInput().filter({ hasText: "Modgo status" }));
        const status = await workbench.quickInput().innerText();
        assert.match(status, /Modgo: ready \(modgo-lsp \d[^,]*, Python 3[^,]*, go1\.\d+/);
        assert.match(status, /trusted: checks, builds and runs/);
      },
    ],
    [
      "Restart server restores the diagnostics",
      async ({ workbench, server }) => {
        await workbench.page.keyboard.press("Escape");
        const serversNow = () =>
          [...commandsBelow(server.pid)].filter(([, text]) => text.includes("-m modgo_lsp lsp"));
        const before = serversNow();
        assert.equal(before.length, 1, "one server");
        await workbench.run("Modgo: Restart server");
        await waitUntil(
          "another server runs and the old one is gone",
          () => {
            const now = serversNow();
            return now.length === 1 && now[0][0] !== before[0][0];
          },
          30,
          () => JSON.stringify([before, serversNow()]),
        );
        await workbench.openFile(PROFILE);
        await workbench.showProblems();
        await workbench.problem(/Top.*not registered.*MG101/);
      },
    ],
  ],
};
