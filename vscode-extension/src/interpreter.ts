// Which Python runs the language server: the order in which places are tried, and what a probe's answer
// means. Not for starting the server, and free of VS Code so that it can be tested without one.
import { execFile } from "node:child_process";
import * as path from "node:path";

/** Where a candidate comes from; the order of `candidates` is the order of precedence. */
export type Origin = "setting" | "workspace" | "path";

export interface Candidate {
  readonly python: string;
  readonly origin: Origin;
}

/** All that discovery looks at, so that a test can give another world. */
export interface Surroundings {
  /** The setting `modgo.interpreter`; empty when not set. */
  readonly setting: string;
  /** Absolute paths of the workspace's folders. */
  readonly folders: readonly string[];
  /** In Restricted Mode nothing that lies in the workspace is run. */
  readonly trusted: boolean;
  /** The environment variable PATH. */
  readonly searchPath: string;
  readonly home: string;
  readonly windows: boolean;
  readonly exists: (file: string) => boolean;
}

export type Probe =
  | { readonly ok: true; readonly python: string; readonly modgo: string }
  | { readonly ok: false; readonly reason: string };

export interface Attempt {
  readonly candidate: Candidate;
  readonly probe: Probe;
}

export interface Interpreter extends Candidate {
  /** Python's version, such as 3.11.7. */
  readonly version: string;
  /** modgo-lsp's version. */
  readonly modgo: string;
}

export interface Discovery {
  /** Undefined when no candidate will do. */
  readonly found: Interpreter | undefined;
  readonly attempts: readonly Attempt[];
}

/**
 * The interpreters worth a try, best first. The setting stands alone: someone who names an interpreter
 * wants that one or a message, not another one silently.
 */
export function candidates(around: Surroundings): Candidate[] {
  if (around.setting !== "") {
    return [{ python: expand(around.setting, around), origin: "setting" }];
  }
  const found: Candidate[] = [];
  if (around.trusted) {
    const inside = around.windows ? ["Scripts", "python.exe"] : ["bin", "python"];
    for (const folder of around.folders) {
      for (const environment of [".venv", "venv"]) {
        const python = path.join(folder, environment, ...inside);
        if (around.exists(python)) found.push({ python, origin: "workspace" });
      }
    }
  }
  for (const name of ["python3", "python"]) {
    const python = onPath(name, around);
    if (python !== undefined && !found.some((other) => other.python === python)) {
      found.push({ python, origin: "path" });
    }
  }
  return found;
}

/** Probes one candidate after the other and stops at the first that has modgo-lsp. */
export async function discover(
  around: Surroundings,
  probe: (python: string) => Promise<Probe>,
): Promise<Discovery> {
  const attempts: Attempt[] = [];
  for (const candidate of candidates(around)) {
    const result = await probe(candidate.python);
    attempts.push({ candidate, probe: result });
    if (result.ok) {
      return { found: { ...candidate, version: result.python, modgo: result.modgo }, attempts };
    }
  }
  return { found: undefined, attempts };
}

function expand(setting: string, around: Surroundings): string {
  const folder = around.folders[0] ?? around.home;
  let named = setting.replaceAll("${workspaceFolder}", folder);
  if (named === "~" || named.startsWith("~/")) named = around.home + named.slice(1);
  if (path.isAbsolute(named)) return named;
  // A bare word is a command; anything with a separator is a path from the workspace's folder.
  if (!/[\\/]/.test(named)) return onPath(named, around) ?? named;
  return path.join(folder, named);
}

function onPath(name: string, around: Surroundings): string | undefined {
  const file = around.windows && !name.endsWith(".exe") ? `${name}.exe` : name;
  return (
    around.searchPath
      .split(around.windows ? ";" : ":")
      // A relative entry would be looked up in whatever folder we happen to be in.
      .filter((folder) => path.isAbsolute(folder))
      .map((folder) => path.join(folder, file))
      .find((python) => around.exists(python))
  );
}

/**
 * Options that keep Python to what the user installed: no PYTHONPATH. `python -m` looks into its current folder
 * first, so that must be ours. Not -I, which would leave out what `pip install --user` installs.
 */
export const ISOLATED = ["-E", "-X", "utf8"] as const;

const PROBE_SECONDS = 15;

const PROBE_PROGRAM = `
import importlib.metadata, importlib.util, json, sys
modgo = None
if importlib.util.find_spec("modgo_lsp"):
    try:
        modgo = importlib.metadata.version("modgo-lsp")
    except importlib.metadata.PackageNotFoundError:
        modgo = "of unknown version"
print(json.dumps({"version": list(sys.version_info[:3]), "modgo": modgo}))
`;

/** Asks a Python for its version and modgo-lsp's. `folder` is where it runs, and must not be the user's. */
export function probeWith(folder: string): (python: string) => Promise<Probe> {
  return (python) =>
    new Promise((resolve) => {
      const options = { cwd: folder, timeout: PROBE_SECONDS * 1000, windowsHide: true };
      execFile(python, [...ISOLATED, "-c", PROBE_PROGRAM], options, (error, stdout, stderr) => {
        if (error === null) {
          resolve(readProbe(stdout));
        } else if (error.killed === true) {
          resolve({ ok: false, reason: `gave no answer in ${PROBE_SECONDS} s` });
        } else if (error.code === "ENOENT") {
          resolve({ ok: false, reason: "doesn't exist" });
        } else if (error.code === "EACCES") {
          resolve({ ok: false, reason: "can't be executed" });
        } else {
          const lastLine = stderr.trim().split("\n").at(-1) ?? "";
          resolve({ ok: false, reason: `failed: ${lastLine === "" ? error.message.trim() : lastLine}` });
        }
      });
    });
}

/** What the probe's output says. */
export function readProbe(stdout: string): Probe {
  let answer: { version: [number, number, number]; modgo: string | null };
  try {
    answer = JSON.parse(stdout) as typeof answer;
  } catch {
    return { ok: false, reason: "isn't a Python: its answer can't be read" };
  }
  const python = answer.version.join(".");
  const [major, minor] = answer.version;
  if (major < 3 || (major === 3 && minor < 10)) {
    return { ok: false, reason: `is Python ${python}; 3.10 or newer is needed` };
  }
  if (answer.modgo === null) return { ok: false, reason: `(Python ${python}) doesn't have modgo-lsp` };
  return { ok: true, python, modgo: answer.modgo };
}

/** What to tell someone for whom nothing was found: one message, with the remedy in it. */
export function describeFailure(discovery: Discovery): string {
  const only = discovery.attempts[0];
  if (only?.candidate.origin === "setting" && !only.probe.ok) {
    return (
      `Modgo can't start: ${only.candidate.python}, which the setting modgo.interpreter names, ${only.probe.reason}. ` +
      "Run “pip install modgo-lsp” with that Python, or change the setting."
    );
  }
  if (only === undefined) {
    return (
      "Modgo can't start: there is no Python in the workspace or on PATH. " +
      "Install Python 3.10 or newer, run “pip install modgo-lsp” with it, then restart the server."
    );
  }
  return (
    "Modgo can't start: no Python was found that has modgo-lsp. " +
    "Run “pip install modgo-lsp”, or name another Python in the setting modgo.interpreter."
  );
}
