// The installation of Delve by a program that stands for the interpreter.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, it } from "node:test";
import { haveDelve } from "../src/debug/delve.js";
import { window } from "./vscode-stub.js";

const folder = mkdtempSync(path.join(tmpdir(), "modgo-delve-"));
after(() => {
  rmSync(folder, { recursive: true });
});

it("shows a character that arrives in two chunks", async () => {
  const python = path.join(folder, "python");
  const program = [
    "#!/bin/sh",
    'case "$*" in *--find-delve) exit 1 ;; esac',
    "printf 'Delve is in /home/Zo\\303'; sleep 0.2; printf '\\253'",
  ];
  writeFileSync(python, program.join("\n"), { mode: 0o700 });
  const shown: string[] = [];
  window.showInformationMessage = (text) => {
    shown.push(text);
    return Promise.resolve(undefined);
  };
  const output = { info: () => undefined };
  assert.equal(await haveDelve({ python, folder, output: output as never }), true);
  assert.deepEqual(shown, ["Delve is in /home/Zo\u00eb"]);
});
