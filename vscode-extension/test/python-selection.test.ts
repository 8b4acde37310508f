// The environments that are selected in the Python extension, and when a selection restarts the server.
import assert from "node:assert/strict";
import { afterEach, describe, it, mock } from "node:test";
import type * as vscode from "vscode";
import type { Found } from "../src/environment/interpreter-search.js";
import { createPythonSelection } from "../src/environment/python-extension.js";
import { restartIfOther } from "../src/server/other-interpreter.js";
import type { Ready, ServerState } from "../src/server/server-state.js";
import { EventEmitter, installed } from "./vscode-stub.js";

const ID = "ms-python.python";
const FOLDERS = ["/a", "/b"].map((path) => ({ uri: { path } })) as unknown as vscode.WorkspaceFolder[];

function selection() {
  const warn = mock.fn();
  const context = { subscriptions: [] } as unknown as vscode.ExtensionContext;
  return { warn, python: createPythonSelection(context, { warn } as unknown as vscode.LogOutputChannel) };
}

describe("the selection of the Python extension", () => {
  afterEach(() => {
    installed.clear();
  });

  /** The part of its API that Modgo uses. */
  const install = (selected: (folder: string) => string | undefined) => {
    const changed = new EventEmitter<unknown>();
    const environments = {
      onDidChangeActiveEnvironmentPath: changed.event,
      getActiveEnvironmentPath: ({ path }: { path: string }) => path,
      resolveEnvironment: (folder: string) => {
        const fsPath = selected(folder);
        return Promise.resolve(fsPath === undefined ? undefined : { executable: { uri: { fsPath } } });
      },
    };
    installed.set(ID, { environments });
    return changed;
  };

  it("is that of each folder", async () => {
    install((folder) => `${folder}/env/bin/python`);
    assert.deepEqual(await selection().python.pythons(FOLDERS), ["/a/env/bin/python", "/b/env/bin/python"]);
  });
  it("has none for a folder without an environment", async () => {
    install((folder) => (folder === "/a" ? undefined : "/b/python"));
    assert.deepEqual(await selection().python.pythons(FOLDERS), ["/b/python"]);
  });
  it("is empty without the extension", async () => {
    const { python, warn } = selection();
    assert.deepEqual(await python.pythons(FOLDERS), []);
    assert.equal(warn.mock.callCount(), 0);
  });
  it("is empty if the extension fails, which is logged", async () => {
    installed.set(ID, undefined);
    const { python, warn } = selection();
    assert.deepEqual(await python.pythons(FOLDERS), []);
    assert.match(String(warn.mock.calls[0]?.arguments[0]), /gave no environments: TypeError/);
  });
  it("reports each change once", async () => {
    const changed = install(() => "/python");
    const { python } = selection();
    const onChange = mock.fn();
    python.onDidChange(onChange);
    await python.pythons(FOLDERS);
    await python.pythons(FOLDERS);
    changed.fire(undefined);
    assert.equal(onChange.mock.callCount(), 1);
  });
});

describe("a change of the selection", () => {
  const interpreterAt = (python: string) =>
    ({ python, origin: "selected", version: "3.11.7", modgo: "0.1.0" }) as const;
  const foundAt = (python: string): Found => ({ ok: true, interpreter: interpreterAt(python) });
  const nothing: Found = { ok: false, message: "no Python", remedy: "choose" };
  const readyWith = (python: string): Ready => ({
    kind: "ready",
    interpreter: interpreterAt(python),
    trusted: true,
  });
  const restarts = async (state: ServerState, found: Found) => {
    const restart = mock.fn(() => Promise.resolve());
    const ready = () => (state.kind === "ready" ? Promise.resolve(state) : Promise.reject(new Error()));
    await restartIfOther({ state, ready, restart }, { find: () => Promise.resolve(found) });
    return restart.mock.callCount() === 1;
  };

  it("restarts the server if another interpreter is found", async () => {
    assert.ok(await restarts(readyWith("/a"), foundAt("/b")));
    assert.ok(await restarts({ kind: "failed", message: "no Python", remedy: "choose" }, foundAt("/b")));
  });
  it("doesn't restart it if the same is found, as where the setting names one", async () => {
    assert.ok(!(await restarts(readyWith("/a"), foundAt("/a"))));
  });
  it("doesn't try again what failed", async () => {
    assert.ok(!(await restarts({ kind: "failed", message: "no Python", remedy: "choose" }, nothing)));
  });
  it("doesn't start a server that nothing uses", async () => {
    assert.ok(!(await restarts({ kind: "idle" }, foundAt("/a"))));
  });
});
