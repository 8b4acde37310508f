// A lock between windows. Each window that wants it makes a file of its own, whose name has its process id, and then looks
// for those of others. It holds the lock if there are none; otherwise it removes its file and tries again. As every file is
// made before its owner looks, two windows can't both see none, and as no name is used twice, the file of a process that has
// ended can be removed at any time. (Taking over one common file can't be done safely: between reading that it is abandoned
// and replacing it, another window may have done the same.)
import { randomUUID } from "node:crypto";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const INTERVAL_MS = 200;
/** By then the process id may be another's. */
const OLD_MS = 600_000;

/** Runs `work` while this process holds the lock; waits for another holder. Rejects when `signal` is aborted. */
export async function withLock<T>(
  lock: string,
  signal: AbortSignal,
  waiting: () => void,
  work: () => Promise<T>,
): Promise<T> {
  const own = `${lock}.${process.pid}.${randomUUID()}`;
  try {
    while (!(await take(lock, own))) {
      waiting();
      // Two windows that see each other must not try again at the same moments.
      await pause(INTERVAL_MS * (0.5 + Math.random()), undefined, { signal });
    }
    return await work();
  } finally {
    await rm(own, { force: true });
  }
}

/** Whether a window holds the lock, or is about to. */
export async function isLocked(lock: string): Promise<boolean> {
  return (await holders(lock)).length > 0;
}

async function take(lock: string, own: string): Promise<boolean> {
  await writeFile(own, "", { flag: "wx" });
  const others = (await holders(lock)).filter((file) => file !== own);
  if (others.length > 0) await rm(own, { force: true });
  return others.length === 0;
}

/** The files of processes that run. Removes the others. */
async function holders(lock: string): Promise<string[]> {
  const folder = path.dirname(lock);
  const prefix = `${path.basename(lock)}.`;
  const files = (await readdir(folder).catch(() => []))
    .filter((name) => name.startsWith(prefix))
    .map((name) => path.join(folder, name));
  const alive = await Promise.all(
    files.map(async (file) => {
      const pid = Number(path.basename(file).slice(prefix.length).split(".")[0]);
      if (isRunning(pid) && Date.now() - (await timeOf(file)) < OLD_MS) return true;
      await rm(file, { force: true });
      return false;
    }),
  );
  return files.filter((_, index) => alive[index]);
}

/** When a file was made; 0 if its owner has just removed it. */
function timeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
