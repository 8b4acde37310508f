// Modgo's own environments, and the lock between windows, in real folders.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, describe, it } from "node:test";
import type { Bundle } from "../src/environment/bundle.js";
import { withLock } from "../src/environment/lock-file.js";
import {
  environmentName,
  markComplete,
  ownPythons,
  pythonIn,
  removeOthers,
  use,
} from "../src/environment/own-environments.js";

function bundle(version: string, sha256: string): Bundle {
  const file = { name: "", sha256 };
  return {
    folder: "",
    version,
    target: "linux-x64",
    pythons: ["3.11"],
    archive: file,
    wheel: { ...file, wheelSha256: "" },
  };
}

const scratch = mkdtempSync(path.join(tmpdir(), "modgo-environments-"));
after(() => {
  rmSync(scratch, { recursive: true });
});
/** The process id of a process that has ended. */
const ended = spawnSync("true").pid;

describe("Modgo's own environments", () => {
  const root = path.join(scratch, "environments");
  const now = bundle("0.2.0", "new");
  const make = async (of: Bundle, python: string, complete = true) => {
    const environment = path.join(root, environmentName(of, python));
    mkdirSync(environment, { recursive: true });
    if (complete) await markComplete(environment, "/usr/bin/python3");
    return environment;
  };

  it("have the versions of the server and of Python in their names", () => {
    assert.match(environmentName(now, "3.11.7"), /^0\.2\.0-[0-9a-f]{8}-py3\.11$/);
    assert.notEqual(environmentName(now, "3.11.7"), environmentName(bundle("0.2.0", "other"), "3.11.7"));
  });

  it("are found if they are complete and of this version", async () => {
    assert.deepEqual(await ownPythons(root, now), []);
    const environment = await make(now, "3.11.7");
    await make(now, "3.12.1", false);
    await make(bundle("0.1.0", "old"), "3.11.7");
    assert.deepEqual(await ownPythons(root, now), [pythonIn(environment)]);
  });

  it("are removed after an update or a downgrade, unless a window uses them", async () => {
    const used = await make(bundle("0.1.1", "old"), "3.11.7");
    await use(pythonIn(used));
    const abandoned = await make(bundle("0.3.0", "newer"), "3.11.7");
    mkdirSync(path.join(abandoned, "users"));
    writeFileSync(path.join(abandoned, "users", String(ended)), "");
    const removed = await removeOthers(root, now);
    assert.deepEqual(removed.map((name) => name.split("-")[0]).sort(), ["0.1.0", "0.3.0"]);
    assert.deepEqual(
      readdirSync(root).map((name) => name.split("-")[0]),
      ["0.1.1", "0.2.0", "0.2.0"],
    );
  });

  it("are not removed while a window makes them", async () => {
    const made = await make(bundle("0.4.0", "newer"), "3.11.7", false);
    mkdirSync(`${made}.wheels`);
    writeFileSync(`${made}.lock`, String(process.pid));
    assert.deepEqual(await removeOthers(root, now), []);
    writeFileSync(`${made}.lock`, String(ended));
    assert.equal((await removeOthers(root, now)).length, 2);
  });
});

describe("the lock", () => {
  const file = path.join(scratch, "lock");
  const never = new AbortController().signal;

  it("is held during the work, and released if that fails", async () => {
    const work = () => {
      assert.equal(readFileSync(file, "utf8"), String(process.pid));
      return Promise.reject(new Error("oh no"));
    };
    await assert.rejects(
      withLock(file, never, () => undefined, work),
      /oh no/,
    );
    assert.ok(!existsSync(file));
  });

  it("makes a second window wait", async () => {
    const order: string[] = [];
    let waited = 0;
    let release: () => void = () => undefined;
    const first = withLock(
      file,
      never,
      () => undefined,
      async () => {
        await new Promise<void>((resolve) => (release = resolve));
        order.push("first");
      },
    );
    const second = withLock(
      file,
      never,
      () => {
        if (waited++ === 0) release();
      },
      () => Promise.resolve(order.push("second")),
    );
    await Promise.all([first, second]);
    assert.deepEqual(order, ["first", "second"]);
    assert.ok(waited > 0);
  });

  it("stops waiting when it is cancelled", async () => {
    writeFileSync(file, String(process.pid));
    const aborting = new AbortController();
    const waiting = withLock(
      file,
      aborting.signal,
      () => {
        aborting.abort();
      },
      () => Promise.resolve(),
    );
    await assert.rejects(waiting, { name: "AbortError" });
    assert.ok(existsSync(file), "the other window's lock is gone");
    rmSync(file);
  });

  for (const [title, holder, ageSeconds] of [
    ["of a process that has ended", String(ended), 0],
    ["of a process whose id was given to another", String(process.pid), 3600],
    ["that its holder never wrote to", "", 60],
  ] as const) {
    it(`${title} is taken over`, async () => {
      writeFileSync(file, holder);
      const time = Date.now() / 1000 - ageSeconds;
      utimesSync(file, time, time);
      assert.equal(
        await withLock(
          file,
          never,
          () => undefined,
          () => Promise.resolve("done"),
        ),
        "done",
      );
      assert.ok(!existsSync(file));
    });
  }
});
