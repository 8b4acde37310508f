// When a server that crashes or hangs is started again, and what is killed with it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { descendants, killTree } from "../src/process-tree.js";
import { createCrashes } from "../src/server/crashes.js";
import { watchLiveness } from "../src/server/liveness.js";

describe("a server that crashes", () => {
  const minute = 60_000;

  it("is started at once, then later each time, then not again", () => {
    const crashes = createCrashes();
    const delays = [1, 2, 3, 4, 5].map((n) => crashes.add(minute + n * 1000));
    assert.deepEqual(delays, [0, 1000, 5000, 15_000, undefined]);
  });
  it("is started at once if the last crash was long ago, or after a restart by the user", () => {
    const crashes = createCrashes();
    crashes.add(minute);
    assert.equal(crashes.add(5 * minute), 0);
    crashes.clear();
    assert.equal(crashes.add(5 * minute), 0);
  });
});

describe("a server that hangs", () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
  });
  afterEach(() => {
    mock.timers.reset();
  });
  const seconds = async (count: number) => {
    for (let second = 0; second < count; second++) {
      mock.timers.tick(1000);
      await Promise.resolve().then(() => undefined);
    }
  };
  const never = () => new Promise(() => undefined);

  it("is noticed once, half a minute after a ping", async () => {
    const onHung = mock.fn();
    watchLiveness(never, onHung);
    await seconds(39);
    assert.equal(onHung.mock.callCount(), 0);
    await seconds(100);
    assert.equal(onHung.mock.callCount(), 1);
  });
  it("isn't one that answers, with an error too", async () => {
    const onHung = mock.fn();
    const ping = mock.fn(() => Promise.reject(new Error("unknown command")));
    watchLiveness(ping, onHung);
    await seconds(100);
    assert.equal(onHung.mock.callCount(), 0);
    assert.equal(ping.mock.callCount(), 10);
  });
  it("isn't watched after the end", async () => {
    const onHung = mock.fn();
    watchLiveness(never, onHung)();
    await seconds(100);
    assert.equal(onHung.mock.callCount(), 0);
  });
});

describe("killing a server", () => {
  it("finds the children of its children", () => {
    const parentOf = new Map([
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 1],
    ]);
    assert.deepEqual(descendants(2, parentOf), [3, 4]);
  });
  it("kills them, those that left its process group too", async () => {
    const script =
      "import subprocess, sys; child = subprocess.Popen(['sleep', '600'], start_new_session=True); print(child.pid, flush=True); child.wait()";
    const parent = spawn("python3", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    assert.ok(parent.pid !== undefined);
    killTree(parent.pid);
    await once(parent, "exit");
    const child = Number(line.toString());
    const alive = () => {
      try {
        return process.kill(child, 0);
      } catch {
        return false;
      }
    };
    while (alive()) await new Promise(setImmediate); // the kernel removes it soon after; a hung test is a failed one
  });
});
