// What goes wrong while one works: a build that is cancelled, a UDF that panics, one that never ends, a
// package that isn't one. Each is told in a sentence, and the server goes on.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandsBelow } from "../processes.mjs";
import { until } from "../wait-until.mjs";

const TROUBLE = `package hello

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("boom", Boom)
	udf.Register("forever", Forever)
}

// Boom writes into a map that isn't there.
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

export const trouble = {
  name: "trouble",
  world: {
    prepare(folder) {
      writeFileSync(path.join(folder, HELLO), TROUBLE);
      writeFileSync(path.join(folder, "stray.go"), TROUBLE.replace("package hello", "package stray"));
    },
    // Cold, so that the build takes long enough to cancel it.
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
        await until("the compiler is at work", () => compilers().length > 0, 60);
        await workbench.pressToastButton("Modgo: building counters", "Cancel");
        await until(
          "the build is cancelled",
          () => outputLog().includes("modgo.build was cancelled"),
          15,
          outputLog,
        );
        await until(
          "no compiler is left",
          () => compilers().length === 0,
          15,
          () => compilers().join("\n"),
        );
        assert.deepEqual(await workbench.toasts(), [], "a cancelled build has nothing to tell");
        assert.ok(!existsSync(path.join(folder, "counters/counters.so")));
      },
    ],
    [
      "a panic is a result, with its place in the source",
      async ({ workbench, outputLog }) => {
        await workbench.openFile(HELLO);
        await workbench.clickLens("Run on sample", 0, () => outputLog().includes('"function":"boom"'));
        await workbench.toast(/^boom panicked: assignment to entry in nil map$/, 240);
        const report = workbench.page.locator(".editor-instance .view-lines", { hasText: "boom()" });
        await report.waitFor();
        assert.match(await workbench.textOf(report), /It panicked:[\s\S]*## Where[\s\S]*hello\.go:13/);
      },
    ],
    [
      "a UDF that never ends is stopped",
      async ({ workbench, outputLog }) => {
        await workbench.clearToasts();
        await workbench.clickLens("Run on sample", 1, () => outputLog().includes('"function":"forever"'));
        await workbench.toast(/^forever took too long and was stopped/, 60);
      },
    ],
    [
      "a file outside any module gets a sentence that says what to do",
      async ({ workbench }) => {
        await workbench.clearToasts();
        await workbench.openFile("stray.go");
        await workbench.run("Modgo: Build UDF module");
        await workbench.toast(/didn't build: .*go\.mod/);
      },
    ],
    [
      "and the server still judges",
      async ({ workbench, outputLog }) => {
        await workbench.clearToasts();
        await workbench.openFile("counters/counters.go");
        // Those below the window's edge get their commands, and so are shown, when they come into view.
        await until("a lens is there", async () => (await workbench.lenses()).length > 0, 20);
        assert.equal(outputLog().match(/Server: ready/g).length, 1, "the server was restarted on the way");
      },
    ],
  ],
};
