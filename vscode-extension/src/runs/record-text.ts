// The record of a run as text, for a diff. Independent of VS Code.
import { type Json, prettyJson } from "../results/exact-json.js";
import { callText, type Run } from "./run.js";

/** Formats a record as JSON, with a comment that identifies the run. */
export function formatRecord(run: Run, record: Json): string {
  const head = `// ${callText(run.request)}, run at ${formatTime(new Date(run.time))}`;
  return `${head}\n${record === null ? "// no record" : prettyJson(record)}\n`;
}

/** "2026-01-31 14:03:22", in the user's time zone. */
export function formatTime(time: Date): string {
  return time.toLocaleString("sv-SE"); // Swedish, which uses ISO 8601
}
