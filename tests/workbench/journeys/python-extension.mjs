// The environment that is selected in the Python extension, whose place an extension of the tests takes: the server runs in
// it, and in another one when that is selected.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { INTERPRETER, testExtension } from "../paths.mjs";
import { logged, waitUntil } from "../wait-until.mjs";

/** Environments whose Pythons leave a mark, and the first one selected. */
function environments(home) {
  for (const name of ["first", "second"]) {
    const python = pythonOf(home, name);
    mkdirSync(path.dirname(python), { recursive: true });
    writeFileSync(python, `#!/bin/sh\n: >"${home}/${name}-ran"\nexec "${INTERPRETER}" "$@"\n`, {
      mode: 0o755,
    });
  }
  select(home, "first");
  return { PYTHON_SELECTED: path.join(home, "selected"), PATH: "/usr/bin:/bin" };
}

function pythonOf(home, name) {
  return path.join(home, name, "bin/python");
}

function select(home, name) {
  writeFileSync(path.join(home, "selected"), pythonOf(home, name));
}

const starts = (outputLog) => outputLog().split("Server: ready").length - 1;

export const pythonExtension = {
  name: "the Python extension",
  session: {
    settings: { "modgo.interpreter": "" },
    environment: environments,
    extensions: [testExtension("python")],
  },
  steps: [
    [
      "the server runs in the selected environment",
      async ({ workbench, folder, outputLog }) => {
        await workbench.open("counters/counters.go");
        await waitUntil("the server is ready", () => starts(outputLog) === 1, 60, outputLog);
        const home = path.dirname(folder);
        assert.ok(
          outputLog().includes(`Interpreter from selected: ${pythonOf(home, "first")} has modgo-lsp`),
          outputLog(),
        );
        assert.ok(existsSync(path.join(home, "first-ran")));
        assert.ok(!existsSync(path.join(home, "second-ran")), "an environment ran that isn't selected");
      },
    ],
    [
      "another selected environment restarts it, once",
      async ({ workbench, folder, outputLog }) => {
        const home = path.dirname(folder);
        await workbench.settled("Modgo: Build UDF module");
        select(home, "second");
        await waitUntil("the server is ready again", () => starts(outputLog) === 2, 60, outputLog);
        assert.ok(
          outputLog().includes(`Interpreter from selected: ${pythonOf(home, "second")} has modgo-lsp`),
          outputLog(),
        );
        await workbench.buildUntil(/^Built counters/);
        assert.equal(starts(outputLog), 2, outputLog());
      },
    ],
    [
      "a selection that isn't Python gives a message, and the next selection works",
      async ({ workbench, folder, outputLog }) => {
        const home = path.dirname(folder);
        writeFileSync(path.join(home, "selected"), "/bin/false");
        await workbench.toast(/no Python was found that has modgo-lsp/, 60);
        await logged(outputLog, /Interpreter from selected: \/bin\/false failed: exit code 1$/m);
        select(home, "first");
        await waitUntil("the server is ready again", () => starts(outputLog) === 3, 60, outputLog);
        await workbench.clearToasts();
        await workbench.buildUntil(/^Built counters/);
      },
    ],
  ],
};
