// Set-up of the language server where the disk of the extension's storage is full, or can't be written to. Linux only: the
// workbench sees a small disk of its own there, in a mount namespace.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PLATFORM_VSIX } from "../paths.mjs";
import { waitUntil } from "../wait-until.mjs";
import { barePython } from "./install.mjs";

const NAMESPACE = ["--user", "--map-root-user", "--mount"];

/** Whether this machine allows namespaces in which a disk can be mounted: some allow them only to root, some to nobody. */
function allowsMounting() {
  const mount = ["mount", "-t", "tmpfs", "tmpfs", tmpdir()];
  return spawnSync("unshare", [...NAMESPACE, ...mount]).status === 0;
}

function storageOf(home) {
  return path.join(home, "user/User/globalStorage/modgo.modgo");
}

/** Returns a command prefix that mounts a tmpfs of 1 MB at the extension's storage. */
function withSmallDisk(home) {
  mkdirSync(storageOf(home), { recursive: true });
  const mount = `mount -t tmpfs -o size=1m tmpfs "${storageOf(home)}" && exec "$@"`;
  return ["unshare", ...NAMESPACE, "sh", "-c", mount, "sh"];
}

/** Remounts that tmpfs with other options, inside the workbench's namespace. */
function remount({ server, folder }, options) {
  const mount = ["mount", "-o", `remount,${options}`, storageOf(path.dirname(folder))];
  const inside = ["--target", String(server.pid), "--user", "--mount", "--preserve-credentials"];
  execFileSync("nsenter", [...inside, ...mount]);
}

const setUp = (workbench) => workbench.run("Modgo: Set up the language server");

export const noDisk = {
  name: "no disk space",
  skip: () => (allowsMounting() ? undefined : "this machine allows no mounts in a namespace"),
  session: {
    vsix: PLATFORM_VSIX,
    settings: { "modgo.interpreter": "" },
    environment: barePython,
    runner: withSmallDisk,
  },
  steps: [
    [
      "a full disk is named, with what to do",
      async ({ workbench }) => {
        await workbench.open("counters/counters.go");
        await workbench.settled("Modgo: Set up the language server");
        await workbench.clearToasts();
        await setUp(workbench);
        await workbench.toast(
          /The disk of .*modgo\.modgo\/environments has less than 150 MB left\. Free some space/,
        );
      },
    ],
    [
      "a folder that can't be written to is named, with what to do",
      async (session) => {
        const { workbench } = session;
        remount(session, "ro");
        await workbench.clearToasts();
        await setUp(workbench);
        await workbench.toast(/modgo\.modgo\/environments can't be written to \(EROFS\)\. Make it writable/);
      },
    ],
    [
      "with space on the disk the set-up works",
      async (session) => {
        const { workbench, outputLog } = session;
        remount(session, "rw,size=400m");
        await workbench.clearToasts();
        await setUp(workbench);
        await waitUntil("the server is ready", () => outputLog().includes("Server: ready"), 300, outputLog);
        assert.deepEqual(await workbench.toasts(), []);
      },
    ],
  ],
};
