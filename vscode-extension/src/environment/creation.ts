// Makes an environment with the language server from the wheels in the .vsix, without a network.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm, statfs } from "node:fs/promises";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { XzReadableStream } from "xz-decompress";
import { UserError } from "../errors.js";
import { killTree } from "../process-tree.js";
import type { Bundle, BundledFile } from "./bundle.js";
import { withLock } from "./lock-file.js";
import {
  environmentName,
  isUsedByOthers,
  lockOf,
  markComplete,
  ownPythons,
  pythonIn,
} from "./own-environments.js";

export interface Plan {
  readonly bundle: Bundle;
  /** The Python to make it with, and its version. */
  readonly python: string;
  readonly version: string;
  /** The extension's folder. */
  readonly extension: string;
  /** The folder of all environments. */
  readonly root: string;
  /** Whether a Python has the language server. */
  readonly works: (python: string) => Promise<boolean>;
}

/** Receives the current step, and its share of the whole in percent. */
export type OnStep = (message: string, percent: number) => void;

/** The environment has 60 MB, the unpacked wheels 60 more. */
const NEEDED_MB = 150;

/**
 * Returns the environment's Python. One that another window has just made, or uses, isn't made again unless it is damaged.
 * Rejects with a UserError if the environment can't be made, and with any error if `signal` is aborted; neither leaves files.
 */
export async function createEnvironment(plan: Plan, onStep: OnStep, signal: AbortSignal): Promise<string> {
  const environment = path.join(plan.root, environmentName(plan.bundle, plan.version));
  let waited = false;
  const waiting = () => {
    waited = true;
    onStep("waiting for another window", 0);
  };
  try {
    await makeRoot(plan.root);
    return await withLock(lockOf(environment), signal, waiting, async () => {
      const python = pythonIn(environment);
      const isShared = waited || (await isUsedByOthers(environment));
      if (isShared && (await isComplete(plan, python)) && (await plan.works(python))) return python;
      try {
        await create(plan, environment, onStep, signal);
        return python;
      } catch (error) {
        await rm(environment, { recursive: true, force: true });
        throw error;
      } finally {
        await rm(wheelsFor(environment), { recursive: true, force: true });
      }
    });
  } catch (error) {
    throw signal.aborted ? error : explained(error, plan.root);
  }
}

async function makeRoot(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EEXIST" && code !== "ENOTDIR") throw error;
    throw new UserError(
      `${root} can't be created (${code}): a file is where a folder should be. Remove or rename that file, or install ` +
        "modgo-lsp in a Python of your own and name that in the setting modgo.interpreter.",
    );
  }
}

async function isComplete({ root, bundle }: Plan, python: string): Promise<boolean> {
  return (await ownPythons(root, bundle)).includes(python);
}

function wheelsFor(environment: string): string {
  return `${environment}.wheels`;
}

async function create(plan: Plan, environment: string, onStep: OnStep, signal: AbortSignal): Promise<void> {
  const { bundle } = plan;
  const wheels = wheelsFor(environment);
  await rm(wheels, { recursive: true, force: true });
  await mkdir(wheels);
  const { bavail, bsize } = await statfs(plan.root);
  if (bavail * bsize < NEEDED_MB * 1e6) throw noSpace(plan.root);
  onStep("unpacking", 0);
  const wheel = bundle.wheel.name.replace(/\.xz$/, "");
  await unpack(bundle, bundle.archive, path.join(wheels, "wheels.tar"), signal);
  await unpack(bundle, bundle.wheel, path.join(wheels, wheel), signal);
  onStep("installing", 20);
  const script = path.join(plan.extension, "python", "set_up.py");
  await run(plan.python, [script, environment, wheels, wheel, bundle.wheel.wheelSha256], onStep, signal);
  await markComplete(environment, plan.python);
}

async function unpack(bundle: Bundle, file: BundledFile, to: string, signal: AbortSignal): Promise<void> {
  const from = path.join(bundle.folder, file.name);
  const hash = createHash("sha256");
  await pipeline(createReadStream(from), hash, { signal });
  if (hash.digest("hex") !== file.sha256) {
    throw new UserError(`${from} is damaged. Uninstall the extension Modgo and install it again.`);
  }
  const packed = Readable.toWeb(createReadStream(from)) as ReadableStream<Uint8Array>;
  const plain = new XzReadableStream(packed) as Parameters<typeof Readable.fromWeb>[0];
  await pipeline(Readable.fromWeb(plain), createWriteStream(to), { signal });
}

/** Runs a Python script. Rejects with a UserError that has its last output if it fails. */
function run(python: string, args: readonly string[], onStep: OnStep, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // Isolated from PYTHONPATH, the current folder and the user's packages.
    const child = spawn(python, ["-I", "-X", "utf8", ...args], {
      cwd: path.dirname(args[0] ?? ""),
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    const output: string[] = [];
    let percent = 20;
    const onLine = (line: string) => {
      const text = line.trim();
      if (text === "") return;
      output.push(text);
      // pip prints a line for each of some twenty wheels, and then compiles them all.
      if (text.startsWith("Processing ")) onStep("installing", (percent = Math.min(60, percent + 2)));
      if (text.startsWith("Installing ")) onStep("installing", 65);
    };
    createInterface({ input: child.stdout }).on("line", onLine);
    createInterface({ input: child.stderr }).on("line", onLine);
    const abort = () => {
      if (child.pid !== undefined) killTree(child.pid);
    };
    signal.addEventListener("abort", abort, { once: true });
    child.once("error", reject);
    child.once("close", (code) => {
      signal.removeEventListener("abort", abort);
      if (code === 0) resolve();
      else reject(new SetUpError(python, output));
    });
  });
}

/** A failed set-up, with all its output. */
export class SetUpError extends UserError {
  constructor(
    python: string,
    readonly output: readonly string[],
  ) {
    const full = output.some((line) => /No space left on device|\[Errno 28\]|quota exceeded/i.test(line));
    const last = output.filter((line) => !line.startsWith("WARNING: ")).at(-1) ?? "it printed nothing";
    super(full ? "No space left on device" : `${python} couldn't install it: ${last}`);
    this.full = full;
  }

  /** Whether the disk was full. */
  readonly full: boolean;
}

function explained(error: unknown, root: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if ((error instanceof SetUpError && error.full) || code === "ENOSPC" || code === "EDQUOT") {
    return noSpace(root);
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new UserError(
      `${root} can't be written to (${code}). Make it writable, or install modgo-lsp in a Python of your own and name that in ` +
        "the setting modgo.interpreter.",
    );
  }
  return error;
}

function noSpace(root: string): UserError {
  return new UserError(
    `The disk of ${root} has less than ${NEEDED_MB} MB left. Free some space and set Modgo up again, or install modgo-lsp in a ` +
      "Python of your own and name that in the setting modgo.interpreter.",
  );
}
