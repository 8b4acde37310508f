// The environments that Modgo has made, in folders of the extension's storage. A folder's name has the version of the server
// and that of Python, and the file COMPLETE is written last: a folder without it is of a set-up that was interrupted. Each
// window that runs a server lists itself in USERS, so that no other window removes its environment.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import type { Bundle } from "./bundle.js";
import { isLocked, isRunning } from "./lock-file.js";

const COMPLETE = "complete.json";
const USERS = "users";

/** The name of the environment for a bundle and a version of Python, such as 0.1.0-5c0ffee5-py3.11. */
export function environmentName(bundle: Bundle, pythonVersion: string): string {
  const [major, minor] = pythonVersion.split(".");
  return `${prefixOf(bundle)}py${major}.${minor}`;
}

function prefixOf({ version, archive, wheel }: Bundle): string {
  const contents = createHash("sha256").update(`${archive.sha256} ${wheel.sha256}`).digest("hex");
  return `${version}-${contents.slice(0, 8)}-`;
}

export function pythonIn(environment: string): string {
  const inside = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  return path.join(environment, ...inside);
}

/** Returns the Pythons of the complete environments for a bundle. */
export async function ownPythons(root: string, bundle: Bundle): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  return names
    .filter((name) => name.startsWith(prefixOf(bundle)) && existsSync(path.join(root, name, COMPLETE)))
    .sort()
    .map((name) => pythonIn(path.join(root, name)));
}

export async function markComplete(environment: string, python: string): Promise<void> {
  await writeFile(path.join(environment, COMPLETE), `${JSON.stringify({ python })}\n`);
}

/** Lists this process as a user of the environment. */
export async function use(python: string): Promise<void> {
  const folder = path.join(path.dirname(path.dirname(python)), USERS);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, String(process.pid)), "");
}

/** The lock of whoever makes the environment. */
export function lockOf(environment: string): string {
  return `${environment}.lock`;
}

/** Whether another window runs a server of the environment. */
export async function isUsedByOthers(environment: string): Promise<boolean> {
  return (await users(environment)).some((pid) => pid !== process.pid && isRunning(pid));
}

async function users(environment: string): Promise<number[]> {
  return (await readdir(path.join(environment, USERS)).catch(() => [])).map(Number);
}

/** Removes the environments of other versions that no window uses or makes. Returns their names. */
export async function removeOthers(root: string, bundle: Bundle): Promise<string[]> {
  const removed: string[] = [];
  for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
    const { name } = entry;
    if (!entry.isDirectory() || name.startsWith(prefixOf(bundle))) continue;
    const environment = path.join(root, name);
    if ((await users(environment)).some(isRunning)) continue;
    // A window makes it, or its wheels.
    if (await isLocked(lockOf(environment.replace(/\.wheels$/, "")))) continue;
    await rm(environment, { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}
