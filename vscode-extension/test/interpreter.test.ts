// Which Python is chosen, and the message if there is none.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, describe, it } from "node:test";
import {
  candidates,
  discover,
  type Probe,
  probeWith,
  readProbe,
  type Environment,
  UNTRUSTED,
} from "../src/interpreter.js";

/** The environment of a machine on which exactly `files` exist. */
function machine(files: readonly string[], changes: Partial<Environment> = {}): Environment {
  return {
    setting: "",
    folders: ["/code"],
    trusted: true,
    selected: [],
    own: [],
    searchPath: "/usr/local/bin:/usr/bin",
    home: "/home/ann",
    windows: false,
    exists: (file) => files.includes(file),
    ...changes,
  };
}

const pythons = (env: Environment) => candidates(env).flatMap((group) => group.map(({ python }) => python));

describe("candidates", () => {
  const everywhere = [
    "/code/.venv/bin/python",
    "/code/venv/bin/python",
    "/usr/bin/python3",
    "/usr/bin/python",
  ];

  it("come from the workspace's environments, then PATH", () => {
    assert.deepEqual(pythons(machine(everywhere)), everywhere);
  });

  it("are only the setting if it is set", () => {
    const env = machine(everywhere, { setting: "/opt/py/bin/python" });
    assert.deepEqual(candidates(env), [[{ python: "/opt/py/bin/python", origin: "setting" }]]);
  });

  it("are never in a workspace that isn't trusted", () => {
    assert.deepEqual(pythons(machine(everywhere, { trusted: false })), [
      "/usr/bin/python3",
      "/usr/bin/python",
    ]);
  });

  it("come from the Python extension after the workspace's environments", () => {
    const env = machine(
      [".venv/bin/python", "/usr/bin/python3"].map((file) => path.resolve("/code", file)),
      {
        selected: ["/home/ann/env/bin/python", "/usr/bin/python3"],
      },
    );
    assert.deepEqual(pythons(env), [
      "/code/.venv/bin/python",
      "/home/ann/env/bin/python",
      "/usr/bin/python3",
    ]);
  });

  it("don't come from the Python extension if they are in a workspace that isn't trusted", () => {
    const selected = ["/code/env/bin/python", "/code/..env/bin/python", "/code-2/env/bin/python"];
    assert.deepEqual(pythons(machine([], { selected, trusted: false })), ["/code-2/env/bin/python"]);
  });

  it("don't come from a folder on PATH that is in a workspace that isn't trusted", () => {
    const searchPath = "/code/.venv/bin:/usr/bin";
    const files = ["/code/.venv/bin/python3", "/usr/bin/python3"];
    assert.deepEqual(pythons(machine(files, { searchPath, trusted: false })), ["/usr/bin/python3"]);
  });

  it("are the environments of Modgo, then other versions on PATH, if no other has modgo-lsp", () => {
    const files = ["/usr/bin/python3", "/usr/bin/python3.12", "/usr/local/bin/python3.10"];
    assert.deepEqual(
      candidates(machine(files, { own: ["/own/bin/python"] })).map((group) =>
        group.map(({ origin }) => origin),
      ),
      [["path"], ["own"], ["path", "path"]],
    );
  });

  it("come from every folder of a multi-root workspace", () => {
    const files = ["/b/.venv/bin/python", "/a/venv/bin/python"];
    assert.deepEqual(pythons(machine(files, { folders: ["/a", "/b"] })), [
      "/a/venv/bin/python",
      "/b/.venv/bin/python",
    ]);
  });

  it("don't come from relative entries of PATH", () => {
    const env = machine(["bin/python3", "/usr/bin/python3"], { searchPath: "bin:.:/usr/bin" });
    assert.deepEqual(pythons(env), ["/usr/bin/python3"]);
  });

  it("are the first of each name on PATH", () => {
    assert.deepEqual(pythons(machine(["/usr/local/bin/python3", "/usr/bin/python3"])), [
      "/usr/local/bin/python3",
    ]);
  });
});

describe("the setting", () => {
  const resolved = (setting: string, files: readonly string[] = []) =>
    pythons(machine(files, { setting }))[0];

  it("may contain ~", () => {
    assert.equal(resolved("~/py/bin/python"), "/home/ann/py/bin/python");
  });
  it("may contain ${workspaceFolder}", () => {
    assert.equal(resolved("${workspaceFolder}/env/bin/python"), "/code/env/bin/python");
  });
  it("may be relative to the workspace folder", () => {
    assert.equal(resolved("env/bin/python"), "/code/env/bin/python");
  });
  it("may be a command on PATH", () => {
    assert.equal(resolved("python3.12", ["/usr/bin/python3.12"]), "/usr/bin/python3.12");
  });
});

describe("discover", () => {
  const good: Probe = { ok: true, python: "3.11.7", modgo: "0.1.0" };
  const bare: Probe = { ok: false, reason: "(Python 3.11.7) doesn't have modgo-lsp" };

  it("takes the first that has modgo-lsp, although a later one answers sooner", async () => {
    const env = machine(["/code/.venv/bin/python", "/usr/local/bin/python3", "/usr/bin/python"], {
      own: ["/own/bin/python"],
    });
    const asked: string[] = [];
    const { found, attempts } = await discover(env, async (python) => {
      asked.push(python);
      if (python === "/usr/local/bin/python3") await new Promise(setImmediate);
      return python === "/code/.venv/bin/python" ? bare : good;
    });
    assert.deepEqual(asked, ["/code/.venv/bin/python", "/usr/local/bin/python3", "/usr/bin/python"]);
    assert.deepEqual(found, { python: asked[1], origin: "path", version: "3.11.7", modgo: "0.1.0" });
    assert.equal(attempts.length, 3);
  });

  it("doesn't run a Python of the setting that is in a workspace that isn't trusted", async () => {
    const env = machine([], { setting: "${workspaceFolder}/.venv/bin/python", trusted: false });
    const { found, attempts } = await discover(env, () => assert.fail("it was run"));
    assert.equal(found, undefined);
    assert.deepEqual(attempts[0]?.probe, { ok: false, reason: UNTRUSTED });
  });

  it("tries nothing else if the setting fails", async () => {
    const env = machine(["/usr/bin/python3"], { setting: "/opt/python", own: ["/own/bin/python"] });
    const discovery = await discover(env, () => Promise.resolve(bare));
    assert.equal(discovery.found, undefined);
    assert.equal(discovery.attempts.length, 1);
  });
});

describe("the output of a probe", () => {
  it("has the versions", () => {
    assert.deepEqual(readProbe('{"version": [3, 10, 2], "modgo": "0.1.0"}'), {
      ok: true,
      python: "3.10.2",
      modgo: "0.1.0",
    });
  });
  it("may be of a Python that is too old", () => {
    const probe = readProbe('{"version": [3, 9, 18], "modgo": "0.1.0"}');
    assert.deepEqual(probe, { ok: false, reason: "is Python 3.9.18; 3.10 or newer is needed" });
  });
  it("may be of a Python without modgo-lsp", () => {
    const probe = readProbe('{"version": [3, 12, 1], "modgo": null}');
    assert.deepEqual(probe, { ok: false, reason: "(Python 3.12.1) doesn't have modgo-lsp" });
  });
  it("may be of a Python without modgo-lsp, with what it is built for", () => {
    const build = {
      implementation: "cpython",
      freeThreaded: false,
      bits: 64,
      machine: "x86_64",
      musl: false,
      venv: true,
    };
    const probe = readProbe(JSON.stringify({ version: [3, 12, 1], modgo: null, build }));
    assert.deepEqual(probe, {
      ok: false,
      reason: "(Python 3.12.1) doesn't have modgo-lsp",
      build: { ...build, version: "3.12.1" },
    });
  });
  it("may be of another program", () => {
    assert.equal(readProbe("hello").ok, false);
  });
});

describe("probing real programs", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "modgo-probe-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const probe = probeWith(folder);
  const reasonOf = async (python: string) => {
    const result = await probe(python);
    return result.ok ? "" : result.reason;
  };
  const program = (name: string, text: string, mode: number) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };

  it("reports a file that doesn't exist", async () => {
    assert.equal(await reasonOf(path.join(folder, "nowhere")), "doesn't exist");
  });
  it("reports a file that can't be executed", async () => {
    assert.equal(await reasonOf(program("plain", "text", 0o644)), "can't be executed");
  });
  it("reports the last line of a failing program", async () => {
    assert.equal(
      await reasonOf(program("broken", "#!/bin/sh\necho first >&2\necho oh no >&2\nexit 3\n", 0o755)),
      "failed: oh no",
    );
  });
  it("says in a line how a program failed that prints nothing", async () => {
    assert.equal(await reasonOf(program("silent", "#!/bin/sh\nexit 3\n", 0o755)), "failed: exit code 3");
    const killed = program("killed", "#!/bin/sh\nkill -SEGV $$\n", 0o755);
    assert.equal(await reasonOf(killed), "failed: ended by SIGSEGV");
  });
  it("reads the output of a real Python", async () => {
    const python = candidates({ ...machine([]), searchPath: process.env["PATH"] ?? "", exists: () => true });
    assert.ok(python.length > 0);
    const result = await probe("python3");
    if (!result.ok) assert.match(result.reason, /Python \d+\.\d+\.\d+/);
    else assert.match(result.python, /^3\.\d+\.\d+$/);
  });
});
