// The UDF packages of a workspace.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, afterEach, describe, it, mock } from "node:test";
import type * as vscode from "vscode";
import { findPackages } from "../src/packages.js";
import { Uri, workspace } from "./vscode-stub.js";

const SDK = "github.com/GeertJohan/aerospike-mod-go/udf";
const UDF = `package p\n\nimport "${SDK}"\n`;
const REQUIRES = `module example.com/m\n\nrequire ${SDK} v1.0.0\n`;

describe("the UDF packages of a workspace", () => {
  const root = mkdtempSync(path.join(tmpdir(), "modgo-packages-"));
  after(() => {
    rmSync(root, { recursive: true });
  });
  afterEach(() => {
    for (const name of readdirSync(root)) rmSync(path.join(root, name), { recursive: true });
  });

  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  /** Finds files as VS Code does, but no more than `most`. */
  const packages = async (most = 5000) => {
    workspace.findFiles = (place, _excluded, limit) => {
      const [folder, name] =
        typeof place === "string" ? [root, place] : [place.baseUri.fsPath, place.pattern];
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => `/${file}`.endsWith(name.replace("**/*", "").replace("**", "")))
        .map((file) => new Uri(path.join(folder, file)));
      return Promise.resolve(files.slice(0, Math.min(limit, most)));
    };
    const warn = mock.fn();
    const found = await findPackages({ warn } as unknown as vscode.LogOutputChannel);
    return {
      folders: found.map(({ fsPath }) => path.relative(root, fsPath)),
      warnings: warn.mock.calls.map(({ arguments: [text] }) => String(text)),
    };
  };

  it("are those that import the SDK, not only in a test", async () => {
    write("m/go.mod", REQUIRES);
    write("m/a/a.go", UDF);
    write("m/b/b.go", `package b\n\n// ${SDK}\n`);
    write("m/c/c_test.go", UDF);
    assert.deepEqual(await packages(), { folders: ["m/a"], warnings: [] });
  });
  it("are found in a workspace with thousands of other Go files", async () => {
    write("a/go.mod", "module example.com/a\n");
    for (let file = 0; file < 20; file++) write(`a/${file}.go`, "package a\n");
    write("m/go.mod", REQUIRES);
    write("m/udfs/udfs.go", UDF);
    assert.deepEqual(await packages(10), { folders: ["m/udfs"], warnings: [] });
  });
  it("are searched for everywhere if the go.mod is above the workspace", async () => {
    write("udfs/udfs.go", UDF);
    assert.deepEqual((await packages()).folders, ["udfs"]);
  });
  it("may get the SDK from a go.work, beside a module that requires it", async () => {
    write("a/go.mod", "module example.com/a\n");
    write("a/udfs/udfs.go", UDF);
    write("m/go.mod", REQUIRES);
    write("m/udfs/udfs.go", UDF);
    assert.deepEqual((await packages()).folders, ["a/udfs", "m/udfs"]);
  });
  it("are incomplete in a module with too many Go files, which is logged", async () => {
    write("m/go.mod", REQUIRES);
    for (let file = 0; file < 5000; file++) write(`m/p/${file}.go`, "package p\n");
    const { warnings } = await packages();
    assert.match(warnings.join(), /m has 5000 Go files or more: UDF packages may be missing/);
  });
});
