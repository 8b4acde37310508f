// Failures: a cancelled build, a UDF that panics, one that never ends, one that logs without end, no C compiler, a server that
// ends in the middle of a run, a file outside any module. Each gets a readable message, and the work goes on.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandsBelow } from "../processes.mjs";
import { waitUntil } from "../wait-until.mjs";
import { RunsView } from "../webview.mjs";

const FAILING = `package hello

import (
	"strings"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("boom", Boom)
	udf.Register("flood", Flood)
	udf.Register("forever", Forever)
}

// Boom writes to a nil map.
func Boom(rec *udf.Record) {
	var none map[string]int
	none["x"] = 1
}

// Flood logs 100 MB.
func Flood(rec *udf.Record) {
	for range 100_000 {
		udf.Log(udf.Info, strings.Repeat("much ", 200))
	}
}

// Forever never returns.
func Forever(rec *udf.Record) {
	for {
	}
}
`;

const HELLO = "hello/hello.go";

function lineOf(text) {
  return FAILING.split("\n").findIndex((line) => line.includes(text)) + 1;
}

export const failures = {
  name: "failures",
  session: {
    prepare(folder) {
      writeFileSync(path.join(folder, HELLO), FAILING);
      mkdirSync(path.join(folder, ".vscode"));
      writeFileSync(path.join(folder, ".vscode/settings.json"), "{}");
      writeFileSync(path.join(folder, "stray.go"), FAILING.replace("package hello", "package stray"));
    },
    // An empty cache, so that the build takes long enough to be cancelled.
    environment: (home) => ({ GOCACHE: path.join(home, "cold") }),
  },
  steps: [
    [
      "Cancel ends a build and leaves nothing behind",
      async ({ workbench, folder, server, outputLog }) => {
        await workbench.open("counters/counters.go");
        await workbench.settled("Modgo: Build UDF module");
        const compilers = () =>
          [...commandsBelow(server.pid).values()].filter((text) =>
            /(^|\/)go build|\/compile |\/cgo /.test(text),
          );
        await workbench.run("Modgo: Build UDF module");
        await waitUntil("the compiler runs", () => compilers().length > 0, 60);
        await workbench.pressToastButton("Modgo: building counters", "Cancel");
        await waitUntil(
          "the build is cancelled",
          () => outputLog().includes("modgo.build was cancelled"),
          15,
          outputLog,
        );
        await waitUntil(
          "no compiler is left",
          () => compilers().length === 0,
          15,
          () => compilers().join("\n"),
        );
        assert.deepEqual(await workbench.toasts(), [], "a cancelled build shows no notification");
        assert.ok(!existsSync(path.join(folder, "counters/counters.so")));
      },
    ],
    [
      "a panic is shown with its location in the source",
      async ({ workbench, outputLog }) => {
        await workbench.openFile(HELLO);
        await workbench.clickLens("Run on sample", "boom", () => outputLog().includes('"function":"boom"'));
        const view = new RunsView(workbench);
        await view.shows("outcome", /Panic[\s\S]*assignment to entry in nil map[\s\S]*hello\.go:18/, 240);
      },
    ],
    [
      "a UDF that logs without end has the first lines of its log",
      async ({ workbench, outputLog }) => {
        await workbench.clickLens("Run on sample", "flood", () => outputLog().includes('"function":"flood"'));
        await new RunsView(workbench).shows(
          "outcome",
          /much much[\s\S]*Open all [\d,]+ lines in an editor/,
          60,
        );
      },
    ],
    [
      "without a C compiler a build says what is missing",
      async ({ workbench, folder }) => {
        const set = (settings) =>
          writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify(settings));
        await workbench.focusEditor("hello.go");
        set({ "modgo.c.compiler": "/nowhere/cc" });
        await workbench.buildUntil(/didn't build: .*\/nowhere\/cc/);
        set({});
        await workbench.focusEditor("hello.go");
      },
    ],
    [
      "a UDF that never ends is stopped",
      async ({ workbench, outputLog }) => {
        await workbench.clearToasts();
        await workbench.goTo(lineOf("func Forever("));
        await workbench.clickLens("Run on sample", "forever", () =>
          outputLog().includes('"function":"forever"'),
        );
        await new RunsView(workbench).shows("outcome", /Timed out[\s\S]*did not return within 10 s/, 60);
      },
    ],
    [
      "a server that ends in the middle of a run is started again, and a message says what was not done",
      async ({ workbench, outputLog, server }) => {
        const calls = () => outputLog().split('"function":"forever"').length;
        const before = calls();
        await workbench.clickLens("Run on sample", "forever", () => calls() > before);
        for (const [pid, text] of commandsBelow(server.pid)) {
          if (text.includes("-m modgo_lsp lsp")) process.kill(pid, "SIGKILL");
        }
        await workbench.toast(/The language server stopped before the command was done/);
        await waitUntil(
          "the server is there again",
          () => outputLog().match(/Server: ready/g).length === 2,
          30,
        );
      },
    ],
    [
      "a file outside any module gets a message that says what to do",
      async ({ workbench }) => {
        await workbench.clearToasts();
        await workbench.openFile("stray.go");
        await workbench.run("Modgo: Build UDF module");
        await workbench.toast(/didn't build: .*go\.mod/);
      },
    ],
    [
      "the server still works",
      async ({ workbench, outputLog }) => {
        await workbench.clearToasts();
        await workbench.openFile("counters/counters.go");
        // VS Code resolves lenses, and so shows them, when they scroll into view.
        await waitUntil("a lens is there", async () => (await workbench.lenses()).length > 0, 20);
        assert.equal(outputLog().match(/Server: ready/g).length, 2, "the server was restarted");
      },
    ],
  ],
};
