// Bundles the extension into dist/extension.js and its webview into dist/runs.js, or with --tests each test file into
// out/test. `npm run check` checks types.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import * as esbuild from "esbuild";

const production = process.argv.includes("--production");

const shared = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20", // what VS Code 1.91 runs
  logLevel: "warning",
  // Prefer ES modules: esbuild can't bundle the UMD builds of some packages.
  mainFields: ["module", "main"],
};

if (process.argv.includes("--tests")) {
  rmSync("out/test", { recursive: true, force: true });
  await esbuild.build({
    ...shared,
    entryPoints: readdirSync("test")
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => `test/${name}`),
    outdir: "out/test",
    sourcemap: "inline",
    alias: { vscode: "./test/vscode-stub.ts" },
    logOverride: { "import-is-undefined": "silent" }, // the stub has what tests call
  });
} else {
  const extension = {
    ...shared,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    external: ["vscode"],
    minify: production,
    sourcemap: !production,
  };
  const webview = {
    ...extension,
    entryPoints: { runs: "webview/main.ts", "runs-style": "webview/runs.css" },
    outfile: undefined,
    outdir: "dist",
    platform: "browser",
    format: "iife",
    target: "chrome124", // that of VS Code 1.91
    external: [],
    sourcemap: false,
  };
  rmSync("dist", { recursive: true, force: true });
  mkdirSync("dist");
  // The icons of the webview. Each icon element loads the style sheet, so it has nothing else in it.
  for (const name of ["codicon.css", "codicon.ttf"]) {
    copyFileSync(`node_modules/@vscode/codicons/dist/${name}`, `dist/${name}`);
  }
  for (const bundle of [extension, webview]) {
    if (process.argv.includes("--watch")) await (await esbuild.context(bundle)).watch();
    else await esbuild.build(bundle);
  }
  // The page "Changelog" of the Marketplace. All parts of modgo are released together.
  copyFileSync("../CHANGELOG.md", "CHANGELOG.md");
  // VS Code reads the schemas from files of the extension.
  mkdirSync("dist/schemas");
  for (const name of ["record-sample", "case"]) {
    copyFileSync(`../grammars/${name}.schema.json`, `dist/schemas/${name}.schema.json`);
  }
}
