// Chooses the Python that runs the language server. Independent of VS Code, so that tests need none.
import { execFile, type ExecFileException } from "node:child_process";
import * as path from "node:path";

/** Where a candidate comes from: `selected` is the choice of the Python extension, `own` an environment that Modgo made. */
export type Origin = "setting" | "workspace" | "selected" | "path" | "own";

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
  /** The environments that the Python extension has selected for the folders. */
  readonly selected: readonly string[];
  /** The environments that Modgo has made. */
  readonly own: readonly string[];
  /** The environment variable PATH. */
  readonly searchPath: string;
  readonly home: string;
  readonly windows: boolean;
  readonly exists: (file: string) => boolean;
}

/** What a Python says about itself. */
export interface PythonBuild {
  /** Such as 3.11.7. */
  readonly version: string;
  /** Such as "cpython" or "pypy". */
  readonly implementation: string;
  readonly freeThreaded: boolean;
  readonly bits: number;
  /** Such as "x86_64". */
  readonly machine: string;
  /** Whether its C library is musl. */
  readonly musl: boolean;
  /** Whether it has the module venv. */
  readonly venv: boolean;
}

export type Probe =
  | { readonly ok: true; readonly python: string; readonly modgo: string }
  /** `build` if it is a Python of a version that Modgo supports. */
  | { readonly ok: false; readonly reason: string; readonly build?: PythonBuild };

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

/** Python's supported versions, the newest first. */
const VERSIONED = ["python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

/**
 * Returns the interpreters to try, in groups. All of a group are tried at once; a group is tried if none in those before it
 * has modgo-lsp, and within a group the first that has it wins. If the setting names one, it is the only candidate: another
 * one must not be used silently.
 */
export function candidates(env: Environment): Candidate[][] {
  if (env.setting !== "") {
    return [[{ python: expand(env.setting, env), origin: "setting" }]];
  }
  const known = new Set<string>();
  const fresh = (origin: Origin, pythons: readonly (string | undefined)[]): Candidate[] =>
    pythons.flatMap((python) => {
      if (python === undefined || known.has(python)) return [];
      known.add(python);
      return [{ python, origin }];
    });
  const onPathNamed = (names: readonly string[]) => names.map((name) => onPath(name, env));
  return [
    [
      ...fresh("workspace", env.trusted ? inFolders(env) : []),
      ...fresh(
        "selected",
        env.selected.filter((python) => mayRun(python, env)),
      ),
      ...fresh("path", onPathNamed(["python3", "python"])),
    ],
    fresh("own", env.own),
    // If python3 is too old to make an environment with.
    fresh("path", onPathNamed(VERSIONED)),
  ].filter((group) => group.length > 0);
}

function inFolders(env: Environment): string[] {
  const inside = env.windows ? ["Scripts", "python.exe"] : ["bin", "python"];
  return env.folders
    .flatMap((folder) => [".venv", "venv"].map((name) => path.join(folder, name, ...inside)))
    .filter((python) => env.exists(python));
}

function mayRun(python: string, { trusted, folders }: Environment): boolean {
  return trusted || !folders.some((folder) => isInside(python, folder));
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  // On Windows it is absolute for another drive.
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** The reason of a Python that the setting names, but that Restricted Mode doesn't run. */
export const UNTRUSTED = "is in this workspace, which isn't trusted";

/** Probes the candidates, up to the first that has modgo-lsp. In Restricted Mode, those in the workspace aren't run. */
export async function discover(
  env: Environment,
  probe: (python: string) => Promise<Probe>,
): Promise<Discovery> {
  const attempts: Attempt[] = [];
  for (const group of candidates(env)) {
    const tried = await Promise.all(
      group.map(async (candidate) => ({
        candidate,
        probe: mayRun(candidate.python, env)
          ? await probe(candidate.python)
          : { ok: false as const, reason: UNTRUSTED },
      })),
    );
    attempts.push(...tried);
    for (const { candidate, probe: result } of tried) {
      if (result.ok) {
        return { found: { ...candidate, version: result.python, modgo: result.modgo }, attempts };
      }
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
      .find((python) => mayRun(python, env) && env.exists(python))
  );
}

/**
 * Options that make Python ignore PYTHONPATH and its other variables. `python -m` also imports from the current folder, so
 * that must be the extension's. Not -I, which would ignore what `pip install --user` installs.
 */
export const ISOLATED = ["-E", "-X", "utf8"] as const;

const PROBE_SECONDS = 15;

// It runs on any Python, so that one that is too old can say so.
const PROBE_PROGRAM = `
import json, platform, sys
answer = {"version": list(sys.version_info[:3]), "modgo": None}
if sys.version_info >= (3, 10):
    import importlib.metadata, importlib.util, sysconfig
    if importlib.util.find_spec("modgo_lsp"):
        try:
            answer["modgo"] = importlib.metadata.version("modgo-lsp")
        except importlib.metadata.PackageNotFoundError:
            answer["modgo"] = "of unknown version"
    answer["build"] = {
        "implementation": sys.implementation.name,
        "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "bits": 64 if sys.maxsize > 2**32 else 32,
        "machine": platform.machine(),
        "musl": "musl" in (sysconfig.get_config_var("SOABI") or ""),
        "venv": importlib.util.find_spec("venv") is not None,
    }
print(json.dumps(answer))
`;

/** Returns a function that asks a Python for its version and that of modgo-lsp. `folder` is its current folder, which must
 *  not be in the workspace. */
export function probeWith(folder: string): (python: string) => Promise<Probe> {
  return (python) =>
    new Promise((resolve) => {
      const limit = { timeout: PROBE_SECONDS * 1000, killSignal: "SIGKILL" } as const;
      const options = { cwd: folder, windowsHide: true, ...limit };
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
          resolve({ ok: false, reason: `failed: ${lastLine === "" ? failureOf(error) : lastLine}` });
        }
      });
    });
}

/** How a program failed that printed nothing. The message of one that ran would repeat PROBE_PROGRAM. */
function failureOf({ code, signal, message }: ExecFileException): string {
  if (typeof code === "number") return `exit code ${code}`;
  return signal == null ? message.trim() : `ended by ${signal}`;
}

/** Parses the output of PROBE_PROGRAM. */
export function readProbe(stdout: string): Probe {
  let answer: {
    version: [number, number, number];
    modgo: string | null;
    build?: Omit<PythonBuild, "version">;
  };
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
  if (answer.modgo !== null) return { ok: true, python, modgo: answer.modgo };
  const reason = `(Python ${python}) doesn't have modgo-lsp`;
  if (answer.build === undefined) return { ok: false, reason };
  return { ok: false, reason, build: { ...answer.build, version: python } };
}
