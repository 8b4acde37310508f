// Bundles the extension into dist/extension.js, or with --tests each test file into out/test. `npm run check` checks types.
import { readdirSync, rmSync } from "node:fs";
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
  if (process.argv.includes("--watch")) {
    await (await esbuild.context(extension)).watch();
  } else {
    rmSync("dist", { recursive: true, force: true });
    await esbuild.build(extension);
  }
}
