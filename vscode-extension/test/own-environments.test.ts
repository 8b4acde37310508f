// Modgo's own environments, and the lock between windows, in real folders.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, describe, it } from "node:test";
import type { Bundle } from "../src/environment/bundle.js";
import { createEnvironment } from "../src/environment/creation.js";
import { isLocked, withLock } from "../src/environment/lock-file.js";
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
    writeFileSync(`${made}.lock.${process.pid}.x`, "");
    assert.deepEqual(await removeOthers(root, now), []);
    renameSync(`${made}.lock.${process.pid}.x`, `${made}.lock.${ended}.x`);
    assert.equal((await removeOthers(root, now)).length, 2);
  });
});

/** The names of the files of a lock. */
function filesOf(lock: string): string[] {
  return readdirSync(path.dirname(lock)).filter((name) => name.startsWith(`${path.basename(lock)}.`));
}

describe("the lock", () => {
  const file = path.join(scratch, "lock");
  const never = new AbortController().signal;

  it("is held during the work, and released if that fails", async () => {
    const work = async () => {
      assert.ok(await isLocked(file));
      throw new Error("oh no");
    };
    await assert.rejects(
      withLock(file, never, () => undefined, work),
      /oh no/,
    );
    assert.ok(!(await isLocked(file)));
    assert.deepEqual(filesOf(file), []);
  });

  it("has one holder at a time, also where that of a dead process is found by several", async () => {
    writeFileSync(`${file}.${ended}.x`, "");
    let holders = 0;
    const work = async () => {
      assert.equal(++holders, 1);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      holders--;
    };
    await Promise.all(Array.from({ length: 6 }, () => withLock(file, never, () => undefined, work)));
    assert.deepEqual(filesOf(file), []);
  });

  it("makes a second window wait", async () => {
    const order: string[] = [];
    let release: () => void = () => undefined;
    let first: Promise<void> | undefined;
    await new Promise<void>((holds) => {
      first = withLock(
        file,
        never,
        () => undefined,
        async () => {
          holds();
          await new Promise<void>((resolve) => (release = resolve));
          order.push("first");
        },
      );
    });
    const second = withLock(
      file,
      never,
      () => {
        release();
      },
      () => Promise.resolve(order.push("second")),
    );
    await Promise.all([first, second]);
    assert.deepEqual(order, ["first", "second"]);
  });

  it("stops waiting when it is cancelled", async () => {
    const other = `${file}.${process.pid}.x`;
    writeFileSync(other, "");
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
    assert.deepEqual(
      filesOf(file),
      [path.basename(other)],
      "the other window's lock is gone, or ours is not",
    );
    rmSync(other);
  });

  for (const [title, holder, ageSeconds] of [
    ["of a process that has ended", ended, 0],
    ["of a process whose id was given to another", process.pid, 3600],
  ] as const) {
    it(`${title} counts no more`, async () => {
      writeFileSync(`${file}.${holder}.x`, "");
      const time = Date.now() / 1000 - ageSeconds;
      utimesSync(`${file}.${holder}.x`, time, time);
      assert.equal(
        await withLock(
          file,
          never,
          () => undefined,
          () => Promise.resolve("done"),
        ),
        "done",
      );
      assert.deepEqual(filesOf(file), []);
    });
  }
});

describe("a set-up", () => {
  const root = path.join(scratch, "set-ups");
  const plan = {
    bundle: bundle("0.2.0", "new"),
    python: "/usr/bin/python3",
    version: "3.11.7",
    extension: scratch,
    root,
    works: () => Promise.resolve(true),
  };
  const never = new AbortController().signal;
  const environment = path.join(root, environmentName(plan.bundle, plan.version));

  it("leaves an environment alone that another window uses, unless it is damaged", async () => {
    mkdirSync(path.join(environment, "users"), { recursive: true });
    await markComplete(environment, plan.python);
    writeFileSync(path.join(environment, "users", String(process.ppid)), "");
    const python = pythonIn(environment);
    assert.equal(await createEnvironment(plan, () => undefined, never), python);
    const damaged = { ...plan, works: () => Promise.resolve(false) };
    // It begins with the wheels, which this bundle has not.
    await assert.rejects(
      createEnvironment(damaged, () => undefined, never),
      { code: "EISDIR" },
    );
  });

  it("makes one again that no other window uses: the user may have asked for it because it is damaged", async () => {
    mkdirSync(path.join(environment, "users"), { recursive: true });
    await markComplete(environment, plan.python);
    await use(pythonIn(environment));
    await assert.rejects(
      createEnvironment(plan, () => undefined, never),
      { code: "EISDIR" },
    );
  });
});
