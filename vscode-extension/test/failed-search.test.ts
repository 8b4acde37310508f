// The message if no Python has modgo-lsp, and the Python that an environment is made with.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Bundle, unsuitable } from "../src/environment/bundle.js";
import { chooseBase, describeFailure } from "../src/environment/failed-search.js";
import { type Attempt, type Origin, type PythonBuild, UNTRUSTED } from "../src/interpreter.js";

const BUNDLE: Bundle = {
  folder: "/extension/bundled",
  version: "0.1.0",
  target: "linux-x64",
  pythons: ["3.10", "3.11", "3.12"],
  archive: { name: "wheels.tar.xz", sha256: "" },
  wheel: { name: "modgo_lsp.whl.xz", sha256: "", wheelSha256: "" },
};
const BUILD: PythonBuild = {
  version: "3.11.7",
  implementation: "cpython",
  freeThreaded: false,
  bits: 64,
  machine: "x86_64",
  musl: false,
  venv: true,
};

function attempt(python: string, origin: Origin, build?: PythonBuild): Attempt {
  const reason = build === undefined ? "doesn't exist" : `(Python ${build.version}) doesn't have modgo-lsp`;
  return {
    candidate: { python, origin },
    probe: build === undefined ? { ok: false, reason } : { ok: false, reason, build },
  };
}

describe("a Python is unsuitable", () => {
  const cases: [string, Partial<PythonBuild>, RegExp][] = [
    ["if it is PyPy", { implementation: "pypy" }, /is pypy, not CPython/],
    ["if it has no GIL", { freeThreaded: true }, /without the GIL/],
    ["if it is for another machine", { machine: "aarch64" }, /built for aarch64 .*not for linux-x64/],
    ["if it has 32 bits", { bits: 32 }, /32 bits/],
    ["on musl", { musl: true }, /musl/],
    ["if there are no wheels for it", { version: "3.15.0" }, /is Python 3\.15\.0.*3\.10, 3\.11, 3\.12/],
    ["if its version only begins alike", { version: "3.1.0" }, /is Python 3\.1\.0/],
    ["without venv", { venv: false }, /venv/],
  ];
  for (const [title, change, expected] of cases) {
    it(title, () => {
      assert.match(unsuitable({ ...BUILD, ...change }, BUNDLE) ?? "", expected);
    });
  }
  it("unless it is none of these", () => {
    assert.equal(unsuitable(BUILD, BUNDLE), undefined);
  });
});

describe("the Python for an environment", () => {
  it("is one of the machine before one of the workspace", () => {
    const attempts = [
      attempt("/code/.venv/bin/python", "workspace", BUILD),
      attempt("/bin/python3", "path", BUILD),
    ];
    assert.deepEqual(chooseBase(attempts, BUNDLE), { python: "/bin/python3", version: "3.11.7" });
    assert.deepEqual(chooseBase(attempts.slice(0, 1), BUNDLE)?.python, "/code/.venv/bin/python");
  });
  it("is never one of Modgo's own environments, or one that is unsuitable", () => {
    const old = { ...BUILD, version: "3.15.0" };
    const attempts = [attempt("/own/bin/python", "own", BUILD), attempt("/bin/python3", "path", old)];
    assert.equal(chooseBase(attempts, BUNDLE), undefined);
  });
});

describe("the message", () => {
  it("names the setting if it fails", () => {
    const { message, remedy } = describeFailure([attempt("/opt/python", "setting")], BUNDLE);
    assert.match(message, /\/opt\/python.*modgo\.interpreter.*doesn't exist.*pip install/);
    assert.equal(remedy, "change setting");
  });
  it("says to trust the workspace if the setting names a Python in it", () => {
    const candidate = { python: "/code/.venv/bin/python", origin: "setting" } as const;
    const { message } = describeFailure([{ candidate, probe: { ok: false, reason: UNTRUSTED } }], BUNDLE);
    assert.match(message, /isn't trusted\. Trust the workspace, or change the setting\.$/);
  });
  it("offers to set up an environment", () => {
    const { message, remedy } = describeFailure([attempt("/bin/python3", "path", BUILD)], BUNDLE);
    assert.match(message, /Python environment of its own.*Python 3\.11\.7.*needs no network/);
    assert.equal(remedy, "set up");
  });
  it("offers to set a damaged environment up again", () => {
    const attempts = [attempt("/bin/python3", "path", BUILD), attempt("/own/bin/python", "own")];
    const { message, remedy } = describeFailure(attempts, BUNDLE);
    assert.match(message, /environment is damaged: \/own\/bin\/python doesn't exist/);
    assert.equal(remedy, "set up again");
  });
  it("says why no Python will do", () => {
    const pypy = { ...BUILD, implementation: "pypy" };
    const { message, remedy } = describeFailure([attempt("/bin/python3", "path", pypy)], BUNDLE);
    assert.match(message, /\/bin\/python3 is pypy, not CPython.*Install Python 3\.10 to 3\.12/);
    assert.equal(remedy, "choose");
  });
  it("says that there is no Python", () => {
    assert.match(describeFailure([], BUNDLE).message, /no Python in the workspace or on PATH/);
    assert.match(describeFailure([], undefined).message, /no Python in the workspace or on PATH.*Install/);
  });
  it("says what to install if the extension carries no server", () => {
    const { message } = describeFailure([attempt("/bin/python3", "path", BUILD)], undefined);
    assert.match(message, /no Python was found that has modgo-lsp.*pip install modgo-lsp/);
  });
});
