// A lock between windows: a file with the process id of its holder. The lock of a process that has ended is taken over, and
// one that is so old that its process id may by now be another's.
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { isRunning } from "./own-environments.js";

const INTERVAL_MS = 200;
const OLD_MS = 600_000;
const UNWRITTEN_MS = 10_000;

/** Runs `work` while this process holds the lock; waits for another holder. Rejects when `signal` is aborted. */
export async function withLock<T>(
  file: string,
  signal: AbortSignal,
  waiting: () => void,
  work: () => Promise<T>,
): Promise<T> {
  while (!(await take(file))) {
    waiting();
    await pause(INTERVAL_MS, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const holder = Number(await readFile(file, "utf8").catch(() => ""));
  const created = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity, // its holder has just removed it
  );
  const age = Date.now() - created;
  const stale = holder === 0 ? age > UNWRITTEN_MS : age > OLD_MS || !isRunning(holder);
  if (stale) {
    // Of several windows, only one can rename the file.
    const aside = `${file}.${process.pid}`;
    await rename(file, aside).then(
      () => rm(aside, { force: true }),
      () => undefined,
    );
  }
  return false;
}
