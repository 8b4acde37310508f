// Child processes that can't outlive the tests: each is started in a process group of its own, and terminated with all its
// descendants. Linux only.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { waitUntil } from "./wait-until.mjs";

/** Starts a program; its output goes to `log`, a file descriptor. */
export function start(command, args, { log, ...options }) {
  return spawn(command, args, { ...options, detached: true, stdio: ["ignore", log, log] });
}

/** Terminates a child of `start` and all its descendants, also those that left its process group. */
export async function terminate(child) {
  const family = [child.pid, ...descendants(child.pid)];
  const alive = () => family.filter(exists);
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    for (const pid of alive()) kill(pid, signal);
    try {
      await waitUntil("the processes are gone", () => alive().length === 0, 5);
      break;
    } catch {
      // then SIGKILL
    }
  }
}

/** Kills all descendants of this process, the browser too, without waiting. */
export function killAll() {
  for (const pid of descendants(process.pid)) kill(pid, "SIGKILL");
}

/** Returns the command lines of all descendants of `pid`, as a Map by process id. */
export function commandsBelow(pid) {
  const read = (id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    } catch {
      return ""; // it has ended
    }
  };
  return new Map(descendants(pid).map((id) => [id, read(id)]));
}

function descendants(pid) {
  const children = new Map();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = parentOf(entry);
    if (parent === undefined) continue;
    if (!children.has(parent)) children.set(parent, []);
    children.get(parent).push(Number(entry));
  }
  const below = (id) => (children.get(id) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

function parentOf(pid) {
  const stat = statOf(pid);
  return stat === undefined ? undefined : Number(stat.split(" ")[1]);
}

/** Returns the fields of /proc/PID/stat after the name, which may contain spaces; undefined if the process has ended. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2);
  } catch {
    return undefined;
  }
}

function exists(pid) {
  const stat = statOf(pid);
  return stat !== undefined && !stat.startsWith("Z");
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended
  }
}
