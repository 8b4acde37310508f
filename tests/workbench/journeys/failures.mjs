// Failures: a cancelled build, a UDF that panics, a UDF that never ends, a file outside any module. Each gets a readable
// message, and the server goes on.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandsBelow } from "../processes.mjs";
import { waitUntil } from "../wait-until.mjs";
import { RunsView } from "../webview.mjs";

const FAILING = `package hello

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("boom", Boom)
	udf.Register("forever", Forever)
}

// Boom writes to a nil map.
func Boom(rec *udf.Record) {
	var none map[string]int
	none["x"] = 1
}

// Forever never returns.
func Forever(rec *udf.Record) {
	for {
	}
}
`;

const HELLO = "hello/hello.go";

export const failures = {
  name: "failures",
  session: {
    prepare(folder) {
      writeFileSync(path.join(folder, HELLO), FAILING);
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
        await view.shows("outcome", /Panic[\s\S]*assignment to entry in nil map[\s\S]*hello\.go:13/, 240);
      },
    ],
    [
      "a UDF that never ends is stopped",
      async ({ workbench, outputLog }) => {
        await workbench.clearToasts();
        await workbench.clickLens("Run on sample", "forever", () =>
          outputLog().includes('"function":"forever"'),
        );
        await new RunsView(workbench).shows("outcome", /Timed out[\s\S]*did not return within 10 s/, 60);
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
        assert.equal(outputLog().match(/Server: ready/g).length, 1, "the server was restarted");
      },
    ],
  ],
};
