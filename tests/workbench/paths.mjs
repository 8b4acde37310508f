// Paths of the repository, of the installed tools, and of the files that the tests write.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../..");
export const CACHE = path.join(ROOT, "target/workbench");
export const VSIX = path.join(ROOT, "vscode-extension/modgo.vsix");
/** The .vsix of this platform, with the language server in it. `run` builds it for the journeys that need it. */
export const PLATFORM_VSIX = path.join(CACHE, "modgo-platform.vsix");
/** The .vsix of an extension of the tests: gopls, python or virtual-files. */
export const testExtension = (name) => path.join(CACHE, "extensions", `${name}.vsix`);
export const EXAMPLES = path.join(ROOT, "examples");
export const INTERPRETER = path.join(ROOT, ".venv/bin/python");
export const SCREENSHOTS = path.join(ROOT, "artifacts/workbench");
/** A dark theme, without the word Default, that screenshots are taken in besides Light Modern. */
export const ALSO_IN = process.env.MODGO_WORKBENCH_ALSO_IN;
export const FIGURES = path.join(ROOT, "bench/out/workbench.json");
export const CODE_SERVER = path.join(CACHE, "node_modules/code-server/out/node/entry.js");

/** Installed in the cache, which Node doesn't search by itself. */
export const { chromium } = createRequire(path.join(CACHE, "package.json"))("playwright-core");

export const CHROMIUM =
  process.env.MODGO_CHROMIUM ??
  execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
