// Writes the measured times to bench/out/workbench.json, in the format of all benchmarks.
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { FIGURES, PLATFORM_VSIX, ROOT, VSIX } from "./paths.mjs";

export function writeFigures(measured) {
  const figures = { ...measured, client_vsix_mb: statSync(VSIX).size / 1e6 };
  if (existsSync(PLATFORM_VSIX)) figures.vsix_mb = statSync(PLATFORM_VSIX).size / 1e6; // with the language server
  for (const [key, value] of Object.entries(figures)) figures[key] = Number(value.toFixed(2));
  const machine = `${os.machine()}, ${os.cpus().length} cores, ${os.type()} ${os.release()}`;
  const content = { name: "workbench", date: new Date().toISOString().slice(0, 10), machine, figures };
  mkdirSync(path.dirname(FIGURES), { recursive: true });
  writeFileSync(FIGURES, `${JSON.stringify(content, undefined, 1)}\n`);
  console.log("");
  for (const [key, value] of Object.entries(figures)) console.log(`  ${key.padEnd(24)} ${value}`);
  console.log(`→ ${path.relative(ROOT, FIGURES)}`);
}
