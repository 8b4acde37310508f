// The icons of the outcomes of runs.
import type { RunStatus } from "../src/runs/run.js";

export const ICONS: Readonly<
  Record<RunStatus, { readonly icon: string; readonly word: string; readonly style: string }>
> = {
  ok: { icon: "pass", word: "succeeded", style: "passed" },
  asks: { icon: "info", word: "needs arguments", style: "asking" },
  error: { icon: "warning", word: "returned an error", style: "warned" },
  failed: { icon: "error", word: "failed", style: "failed" },
};
