// Child processes that can't outlive the tests: each is started in a group of its own, and everything that
// descends from it is ended with it. Linux only, as code-server's set-up here is.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { until } from "./wait-until.mjs";

/** Starts a program; its output goes to `log`, a file descriptor. */
export function start(command, args, { log, ...options }) {
  return spawn(command, args, { ...options, detached: true, stdio: ["ignore", log, log] });
}

/** Ends a child of `start` and all that descends from it, also what left its group. */
export async function end(child) {
  const family = [child.pid, ...descendants(child.pid)];
  const alive = () => family.filter(exists);
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    for (const pid of alive()) kill(pid, signal);
    try {
      await until("the processes are gone", () => alive().length === 0, 5);
      break;
    } catch {
      // what ignores SIGTERM gets SIGKILL
    }
  }
}

/** For a way out that can't wait: SIGKILL for all that these tests started, the browser too. */
export function endAllNow() {
  for (const pid of descendants(process.pid)) kill(pid, "SIGKILL");
}

/** Command lines of the processes below `pid`, as a Map from process id to text. */
export function commandsBelow(pid) {
  const read = (id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    } catch {
      return ""; // ended meanwhile
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

/** The fields of /proc/PID/stat after the name, which may hold spaces itself; undefined when it has ended. */
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
    // gone by itself
  }
}
