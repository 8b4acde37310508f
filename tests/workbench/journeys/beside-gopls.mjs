// The real gopls in the same window, run by an extension with the name of the Go extension. Each server shows its own
// diagnostics, and where VS Code asks only one of them, it asks gopls about Go.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { INTERPRETER, ROOT, testExtension } from "../paths.mjs";
import { waitUntil } from "../wait-until.mjs";

const COUNTERS = "counters/counters.go";
const UNREGISTERED = /Take.*not registered.*MG101/;
const SELF_ASSIGNED = "\nfunc again(n int) int {\n\tn = n\n\treturn n\n}\n\nvar _ = again\n";

/** The gopls of the benchmarks, and the environment in which it finds its Go. */
function gopls() {
  const script =
    "import json, bench.go_tools as tools; print(json.dumps([str(tools.go_tool('gopls')), tools.newest_go()]))";
  return JSON.parse(execFileSync(INTERPRETER, ["-c", script], { cwd: ROOT, encoding: "utf8" }));
}

function environment(home) {
  const [binary, more] = gopls();
  const modules = path.join(home, "modules");
  return {
    ...more,
    GOPLS: binary,
    GOPLS_WAITS_FOR: path.join(home, "gopls-may-start"),
    GOMODCACHE: modules,
    GOFLAGS: "-modcacherw",
    GOPROXY: "off",
    GOTOOLCHAIN: "local",
  };
}

function prepare(folder) {
  const home = path.dirname(folder);
  writeFileSync(path.join(home, "gopls-may-start"), "");
  const file = path.join(folder, COUNTERS);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace('\tudf.Register("take", Take)\n', ""));
  appendFileSync(file, SELF_ASSIGNED);
  const install = ["-m", "modgo_lsp", "sdk", "install", "--write", "--path", path.join(folder, "counters")];
  execFileSync(INTERPRETER, install, {
    env: { ...process.env, ...environment(home) },
    stdio: "pipe",
  });
}

function positionOf(folder, text) {
  const lines = readFileSync(path.join(folder, COUNTERS), "utf8").split("\n");
  const line = lines.findIndex((each) => each.includes(text));
  assert.ok(line >= 0, `there is no ${text}`);
  return { line: line + 1, column: lines[line].indexOf(text) + 1 };
}

export const besideGopls = {
  name: "beside gopls",
  session: { prepare, environment, extensions: [testExtension("gopls")] },
  steps: [
    [
      "both servers show diagnostics",
      async ({ workbench }) => {
        await workbench.open(COUNTERS);
        await workbench.problemCount(/0\s*2/).waitFor({ timeout: 120_000 });
        await workbench.showProblems();
        await workbench.problem(UNREGISTERED);
        await workbench.problem(/self-assignment/);
        await workbench.closePanel();
      },
    ],
    [
      "highlights of Go names come from gopls",
      async ({ workbench, folder }) => {
        const { line, column } = positionOf(folder, "limit int64) (int64, error)");
        await workbench.goTo(line, column);
        // VS Code by itself would highlight the word in comments and strings too.
        const marks = workbench.page.locator(".wordHighlight, .wordHighlightStrong, .wordHighlightText");
        await waitUntil(
          "the parameter and its two uses are highlighted",
          async () => (await marks.count()) === 3,
          20,
          async () => `${await marks.count()} marks`,
        );
      },
    ],
    [
      "the call hierarchy comes from gopls",
      async ({ workbench, folder }) => {
        const { line, column } = positionOf(folder, "store(rec *udf.Record)");
        await workbench.goTo(line, column);
        const peek = workbench.page.locator(".call-hierarchy .monaco-list-row");
        await workbench.run("Peek Call Hierarchy", peek.first());
        await waitUntil(
          "the callers",
          async () => (await peek.allInnerTexts()).some((text) => text.includes("Add")),
          20,
          async () => JSON.stringify(await peek.allInnerTexts()),
        );
        await workbench.page.keyboard.press("Escape");
      },
    ],
    [
      "the definition of a registered name comes from Modgo",
      async ({ workbench, folder }) => {
        const { line, column } = positionOf(folder, '"add"');
        await workbench.goTo(line);
        for (let moved = 1; moved < column + 2; moved++) await workbench.page.keyboard.press("ArrowRight");
        await workbench.run("Go to Definition");
        const { line: declared } = positionOf(folder, "func Add(");
        await waitUntil(
          "the cursor is on the function",
          async () =>
            (await workbench.page.locator(".part.statusbar").innerText()).includes(`Ln ${declared},`),
          20,
          () => workbench.page.locator(".part.statusbar").innerText(),
        );
      },
    ],
    [
      "a compiler error of a build is not repeated where gopls reports it",
      async ({ workbench, folder }) => {
        const { line } = positionOf(folder, "count += n");
        await workbench.typeAt(line, 1, '\tcount += "x"\n');
        await workbench.save();
        await workbench.showProblems();
        await workbench.problem(/mismatched types/, 60);
        // When the second build ends, the diagnostics of the first have arrived.
        for (let build = 0; build < 2; build++) {
          await workbench.clearToasts();
          await workbench.run("Modgo: Build UDF module");
          await workbench.toast(/didn't build.*mismatched types/, 180);
        }
        const same = (await workbench.problems()).filter((text) => text.includes("mismatched types"));
        assert.equal(same.length, 1, same.join("\n"));
        assert.doesNotMatch(same[0], /MG401/);
      },
    ],
    [
      "both show diagnostics in a new window, each as soon as it can",
      async ({ workbench, folder, figures }) => {
        const file = path.join(folder, COUNTERS);
        writeFileSync(file, readFileSync(file, "utf8").replace('\tcount += "x"\n', ""));
        await workbench.noProblem(/mismatched types/, 60);
        const began = performance.now();
        await workbench.open(COUNTERS); // with Problems, which was open before
        const shown = async (pattern) => {
          await workbench.problem(pattern, 120);
          return performance.now() - began;
        };
        const [ours, theirs] = await Promise.all([shown(UNREGISTERED), shown(/self-assignment/)]);
        figures.beside_gopls_modgo_diag_ms = ours;
        figures.beside_gopls_gopls_diag_ms = theirs;
      },
    ],
    [
      "a compiler error of a build goes when gopls, which starts later, reports it",
      async ({ workbench, folder }) => {
        const gate = path.join(path.dirname(folder), "gopls-may-start");
        rmSync(gate);
        const file = path.join(folder, COUNTERS);
        writeFileSync(
          file,
          readFileSync(file, "utf8").replace("count += n\n", 'count += n\n\tcount += "x"\n'),
        );
        await workbench.problem(/mismatched types/, 60);
        await workbench.open(COUNTERS);
        await workbench.problem(UNREGISTERED, 120);
        const same = async () =>
          (await workbench.problems()).filter((text) => text.includes("mismatched types"));
        assert.deepEqual(await same(), []);
        await workbench.settled("Modgo: Build UDF module");
        await workbench.run("Modgo: Build UDF module");
        await workbench.problem(/mismatched types.*MG401/, 180);
        writeFileSync(gate, "");
        await waitUntil(
          "only gopls reports it",
          async () => {
            const texts = await same();
            return texts.length === 1 && !texts[0].includes("MG401");
          },
          120,
          async () => (await same()).join("\n"),
        );
      },
    ],
  ],
};
