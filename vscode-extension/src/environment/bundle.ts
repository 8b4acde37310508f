// What the .vsix of a platform carries: the wheels of the language server. The .vsix for all platforms has none.
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { PythonBuild } from "../interpreter.js";

export interface BundledFile {
  readonly name: string;
  readonly sha256: string;
}

export interface Bundle {
  /** The folder with the files. */
  readonly folder: string;
  /** modgo-lsp's version. */
  readonly version: string;
  /** VS Code's name of the platform, such as "linux-x64". */
  readonly target: string;
  /** The versions of Python that there are wheels for, such as "3.11". */
  readonly pythons: readonly string[];
  /** The wheels of the dependencies, as tar and xz. */
  readonly archive: BundledFile;
  /** modgo-lsp's wheel, as xz. */
  readonly wheel: BundledFile & { readonly wheelSha256: string };
}

/** Returns undefined if the extension carries no wheels. */
export function readBundle(extension: string): Bundle | undefined {
  const folder = path.join(extension, "bundled");
  let text: string;
  try {
    text = readFileSync(path.join(folder, "bundle.json"), "utf8");
  } catch {
    return undefined;
  }
  return { ...(JSON.parse(text) as Omit<Bundle, "folder">), folder };
}

const MACHINES: Readonly<Record<string, string>> = {
  "linux-x64": "x86_64",
  "linux-arm64": "aarch64",
  "darwin-x64": "x86_64",
  "darwin-arm64": "arm64",
  "win32-x64": "AMD64",
};

/** Returns why an environment can't be made with a Python, undefined if it can. */
export function unsuitable(build: PythonBuild, bundle: Bundle): string | undefined {
  const { version, implementation, machine } = build;
  if (implementation !== "cpython") return `is ${implementation}, not CPython`;
  if (build.freeThreaded) return "is built without the GIL";
  if (build.bits !== 64 || machine !== MACHINES[bundle.target]) {
    return `is built for ${machine} with ${build.bits} bits, not for ${bundle.target}`;
  }
  if (build.musl) return "uses the C library musl, not glibc";
  if (!bundle.pythons.some((python) => version.startsWith(`${python}.`))) {
    return `is Python ${version}; this extension has the server for ${bundle.pythons.join(", ")}`;
  }
  if (!build.venv) return "doesn't have the module venv";
  return undefined;
}
