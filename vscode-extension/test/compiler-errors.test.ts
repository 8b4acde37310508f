// A compiler error of a build is shown once where gopls reports it, too.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type * as vscode from "vscode";
import { createCollection } from "../src/server/compiler-errors.js";
import { type Diagnostic, languages, Uri } from "./vscode-stub.js";

const FILE = new Uri("/code/counters.go") as unknown as vscode.Uri;
const diagnostic = (source: string, code: string, line: number): Diagnostic => ({
  source,
  code,
  range: { start: { line } },
});
const ERROR = diagnostic("modgo", "MG401", 7);
const FINDING = diagnostic("modgo", "MG101", 7);
const OF_GOPLS = diagnostic("compiler", "MismatchedTypes", 7);

describe("the compiler error of a build", () => {
  let ours: vscode.DiagnosticCollection;
  let gopls: vscode.DiagnosticCollection;
  beforeEach(() => {
    ours = createCollection("modgo");
    gopls = languages.createDiagnosticCollection("gopls") as unknown as vscode.DiagnosticCollection;
  });
  afterEach(() => {
    ours.dispose();
    gopls.dispose();
  });
  const set = (collection: vscode.DiagnosticCollection, ...diagnostics: Diagnostic[]) => {
    collection.set(FILE, diagnostics as unknown as vscode.Diagnostic[]);
  };

  it("is not shown where gopls has reported one", () => {
    set(gopls, OF_GOPLS);
    set(ours, ERROR, FINDING);
    assert.deepEqual(ours.get(FILE), [FINDING]);
  });
  it("is hidden when gopls reports one later, and shown again when that is gone", () => {
    set(ours, ERROR, FINDING);
    assert.deepEqual(ours.get(FILE), [ERROR, FINDING]);
    set(gopls, OF_GOPLS);
    assert.deepEqual(ours.get(FILE), [FINDING]);
    set(gopls);
    assert.deepEqual(ours.get(FILE), [ERROR, FINDING]);
  });
  it("is shown at another line than that of gopls", () => {
    set(ours, ERROR);
    set(gopls, diagnostic("compiler", "UndeclaredName", 8));
    assert.deepEqual(ours.get(FILE), [ERROR]);
  });
  it("doesn't come back after the server has removed it", () => {
    set(ours, ERROR);
    set(gopls, OF_GOPLS);
    set(ours);
    set(gopls);
    assert.deepEqual(ours.get(FILE), []);
  });
});
