// The history of runs, newest first: bounded, and stored with the workspace. Independent of VS Code.
import type { Run } from "./run.js";

const MOST_RUNS = 50;
const MOST_CHARACTERS = 32_000_000; // of all answers
const MOST_STORED_RUNS = 20;
const LARGEST_STORED = 100_000; // a larger answer isn't stored with the workspace
const MOST_STORED = 1_000_000;

/** The history with another run. The oldest are dropped where it would be too large. */
export function withRun(history: readonly Run[], run: Run): readonly Run[] {
  return limited([run, ...history], MOST_RUNS, MOST_CHARACTERS);
}

/** What is stored with the workspace. */
export function storedRuns(history: readonly Run[]): readonly Run[] {
  return limited(
    history.filter(({ answer }) => answer.length <= LARGEST_STORED),
    MOST_STORED_RUNS,
    MOST_STORED,
  );
}

function limited(runs: readonly Run[], most: number, characters: number): readonly Run[] {
  let total = 0;
  const found: Run[] = [];
  for (const run of runs.slice(0, most)) {
    total += run.answer.length;
    if (found.length > 0 && total > characters) break;
    found.push(run);
  }
  return found;
}

/** Reads what was stored. Anything else is ignored. */
export function restoredRuns(stored: unknown): readonly Run[] {
  return Array.isArray(stored) ? stored.filter(isRun) : [];
}

function isRun(value: unknown): value is Run {
  if (typeof value !== "object" || value === null) return false;
  const { id, request, package: folder, time, answer } = value as Partial<Run>;
  return (
    typeof id === "number" &&
    typeof time === "number" &&
    typeof folder === "string" &&
    typeof answer === "string" &&
    isJson(answer) &&
    typeof request === "object" &&
    (request as unknown) !== null &&
    typeof request.uri === "string" &&
    typeof request.function === "string" &&
    typeof (request.sample as { kind?: unknown } | undefined)?.kind === "string"
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
