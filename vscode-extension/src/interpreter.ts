// Chooses the Python that runs the language server. Independent of VS Code, so that tests need none.
import { execFile } from "node:child_process";
import * as path from "node:path";

/** Where a candidate comes from; the order of `candidates` is the order of precedence. */
export type Origin = "setting" | "workspace" | "path";

export interface Candidate {
  readonly python: string;
  readonly origin: Origin;
}

/** Everything that discovery depends on. */
export interface Environment {
  /** The setting `modgo.interpreter`, empty if not set. */
  readonly setting: string;
  /** Absolute paths of the workspace's folders. */
  readonly folders: readonly string[];
  /** In Restricted Mode no program of the workspace is run. */
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
  /** Undefined if no candidate has modgo-lsp. */
  readonly found: Interpreter | undefined;
  readonly attempts: readonly Attempt[];
}

/**
 * Returns the interpreters to try, in order. If the setting names one, it is the only candidate: another one must not be
 * used silently.
 */
export function candidates(env: Environment): Candidate[] {
  if (env.setting !== "") {
    return [{ python: expand(env.setting, env), origin: "setting" }];
  }
  const found: Candidate[] = [];
  if (env.trusted) {
    const inside = env.windows ? ["Scripts", "python.exe"] : ["bin", "python"];
    for (const folder of env.folders) {
      for (const environment of [".venv", "venv"]) {
        const python = path.join(folder, environment, ...inside);
        if (env.exists(python)) found.push({ python, origin: "workspace" });
      }
    }
  }
  for (const name of ["python3", "python"]) {
    const python = onPath(name, env);
    if (python !== undefined && !found.some((other) => other.python === python)) {
      found.push({ python, origin: "path" });
    }
  }
  return found;
}

/** Probes the candidates in order, up to the first that has modgo-lsp. */
export async function discover(
  env: Environment,
  probe: (python: string) => Promise<Probe>,
): Promise<Discovery> {
  const attempts: Attempt[] = [];
  for (const candidate of candidates(env)) {
    const result = await probe(candidate.python);
    attempts.push({ candidate, probe: result });
    if (result.ok) {
      return { found: { ...candidate, version: result.python, modgo: result.modgo }, attempts };
    }
  }
  return { found: undefined, attempts };
}

function expand(setting: string, env: Environment): string {
  const folder = env.folders[0] ?? env.home;
  let named = setting.replaceAll("${workspaceFolder}", folder);
  if (named === "~" || named.startsWith("~/")) named = env.home + named.slice(1);
  if (path.isAbsolute(named)) return named;
  // A bare word is a command; anything with a separator is a path from the workspace's folder.
  if (!/[\\/]/.test(named)) return onPath(named, env) ?? named;
  return path.join(folder, named);
}

function onPath(name: string, env: Environment): string | undefined {
  const file = env.windows && !name.endsWith(".exe") ? `${name}.exe` : name;
  return (
    env.searchPath
      .split(env.windows ? ";" : ":")
      // A relative entry would be resolved against the current folder.
      .filter((folder) => path.isAbsolute(folder))
      .map((folder) => path.join(folder, file))
      .find((python) => env.exists(python))
  );
}

/**
 * Options that make Python ignore PYTHONPATH and its other variables. `python -m` also imports from the current folder, so
 * that must be the extension's. Not -I, which would ignore what `pip install --user` installs.
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

/** Returns a function that asks a Python for its version and that of modgo-lsp. `folder` is its current folder, which must
 *  not be in the workspace. */
export function probeWith(folder: string): (python: string) => Promise<Probe> {
  return (python) =>
    new Promise((resolve) => {
      const options = { cwd: folder, timeout: PROBE_SECONDS * 1000, windowsHide: true };
      execFile(python, [...ISOLATED, "-c", PROBE_PROGRAM], options, (error, stdout, stderr) => {
        if (error === null) {
          resolve(readProbe(stdout));
        } else if (error.killed === true) {
          resolve({ ok: false, reason: `didn't respond within ${PROBE_SECONDS} s` });
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

/** Parses the output of PROBE_PROGRAM. */
export function readProbe(stdout: string): Probe {
  let answer: { version: [number, number, number]; modgo: string | null };
  try {
    answer = JSON.parse(stdout) as typeof answer;
  } catch {
    return { ok: false, reason: "isn't Python: its output can't be parsed" };
  }
  const python = answer.version.join(".");
  const [major, minor] = answer.version;
  if (major < 3 || (major === 3 && minor < 10)) {
    return { ok: false, reason: `is Python ${python}; 3.10 or newer is needed` };
  }
  if (answer.modgo === null) return { ok: false, reason: `(Python ${python}) doesn't have modgo-lsp` };
  return { ok: true, python, modgo: answer.modgo };
}

/** Returns the message for a discovery that found nothing, with what to do. */
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
