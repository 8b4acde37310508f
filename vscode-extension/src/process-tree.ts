// Kills a process with all its descendants, those in other process groups too.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export function killTree(pid: number): void {
  if (process.platform === "win32") {
    try {
      execFileSync("taskkill", ["/T", "/F", "/PID", String(pid)], { stdio: "ignore", windowsHide: true });
    } catch {
      // it has ended
    }
    return;
  }
  // The list comes first: the parent of a descendant whose parent has ended is another process.
  for (const each of [pid, ...descendants(pid, parents())]) {
    try {
      process.kill(each, "SIGKILL");
    } catch {
      // it has ended
    }
  }
}

/** Returns the descendants of a process, given the parent of each process. */
export function descendants(pid: number, parentOf: ReadonlyMap<number, number>): number[] {
  const children = [...parentOf].filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendants(child, parentOf)]);
}

function parents(): Map<number, number> {
  const found = new Map<number, number>();
  if (process.platform === "linux") {
    // Small systems have no ps.
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        // The second field, the name in brackets, may contain spaces and brackets.
        const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
        found.set(Number(pid), Number(parent));
      } catch {
        // it has ended
      }
    }
    return found;
  }
  for (const line of execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).split("\n")) {
    const [pid, parent] = line.trim().split(/\s+/);
    if (parent !== undefined) found.set(Number(pid), Number(parent));
  }
  return found;
}
