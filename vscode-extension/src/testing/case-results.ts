// The results of `modgo.cases` and `modgo.test`, and how they are shown. Independent of VS Code. Values are text already,
// so JSON.parse loses nothing that is shown.
import { escapeHidden, parseJson, prettyJson } from "../results/exact-json.js";
import { formatDuration } from "../results/format.js";
import type { CommandError, Finding } from "../server/command-results.js";

/** A place as FILE:LINE, relative to the package's folder. */
export interface Place {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
}

export function placeOf(location: string): Place {
  const colon = location.lastIndexOf(":");
  return { file: location.slice(0, colon), line: Number(location.slice(colon + 1)) };
}

export interface ListedCase {
  readonly name: string;
  readonly function: string;
  readonly file: string;
  readonly location: string;
  /** Of a row of a table. */
  readonly table: { readonly name: string; readonly location: string } | null;
}

export interface InvalidCase {
  readonly location: string;
  readonly message: string;
}

export interface CaseList {
  readonly error?: CommandError;
  readonly cases?: readonly ListedCase[];
  readonly invalid?: readonly InvalidCase[];
}

/** JSON texts or phrases, null where there is nothing. */
export interface Difference {
  readonly path: string;
  readonly expected: string | null;
  readonly actual: string | null;
}

export interface CaseResult {
  readonly name: string;
  readonly ok: boolean;
  /** 0 if it was not measured, as under the debugger. */
  readonly elapsed_ns: number;
  readonly actual: { readonly error?: { readonly frames?: readonly string[] } };
  readonly differences: readonly Difference[];
  readonly logs: readonly {
    readonly level: string;
    readonly message: string;
    readonly location: string | null;
  }[];
  readonly location: string;
}

/** The answer of `modgo.test`. Partial results have only `cases`. */
export interface TestResult {
  readonly ok?: boolean;
  readonly error?: CommandError;
  readonly cases?: readonly CaseResult[];
  readonly passed?: number;
  readonly failed?: number;
  readonly invalid?: readonly InvalidCase[];
  /** Why the module wasn't built. */
  readonly findings?: readonly Finding[];
  /** Why the module wasn't loaded. */
  readonly errors?: readonly {
    readonly kind: string;
    readonly message: string;
    readonly frames: readonly string[];
  }[];
  readonly coverage?: { readonly profile: string; readonly percent: number };
}

/** The differences of a failed case, a line for each. */
export function failureText({ differences, actual }: CaseResult): string {
  const lines = differences.map((each) =>
    isUnexpectedError(each)
      ? `${each.actual}`
      : `${each.path}: expected ${each.expected ?? "nothing"}, got ${each.actual ?? "nothing"}`,
  );
  const frames = (actual.error?.frames ?? []).map((frame) => `  at ${frame}`);
  return escapeHidden([...lines, ...frames].join("\n"));
}

function isUnexpectedError({ path, expected }: Difference): boolean {
  return path === "error" && expected === null;
}

/**
 * Both sides of the differences for a diff. With several, each has a heading. Undefined if there is nothing to compare:
 * the call failed.
 */
export function failureSides({ differences }: CaseResult): { expected: string; actual: string } | undefined {
  if (differences.every(isUnexpectedError)) return undefined;
  const side = (name: "expected" | "actual") =>
    differences
      .map((each) => (differences.length === 1 ? "" : `${each.path}:\n`) + pretty(each[name]))
      .join("\n\n");
  return { expected: escapeHidden(side("expected")), actual: escapeHidden(side("actual")) };
}

function pretty(text: string | null): string {
  if (text === null) return "";
  try {
    return prettyJson(parseJson(text));
  } catch {
    return text; // a phrase
  }
}

/** The result of a case and its log, for a terminal. */
export function caseOutput(result: CaseResult): string {
  const mark = result.ok ? "\x1b[32m✓\x1b[0m" : "\x1b[31m✗\x1b[0m";
  const time = result.elapsed_ns === 0 ? "" : ` \x1b[2m${formatDuration(result.elapsed_ns)}\x1b[0m`;
  const logs = result.logs.map(({ level, message, location }) => {
    const where = location === null ? "" : ` \x1b[2m${escapeHidden(location)}\x1b[0m`;
    return `    ${level.padEnd(5)} ${escapeHidden(message)}${where}`;
  });
  const differences = result.ok
    ? []
    : failureText(result)
        .split("\n")
        .map((line) => `    ${line}`);
  return [`  ${mark} ${escapeHidden(result.name)}${time}`, ...differences, ...logs].join("\n") + "\n";
}

/** "5 passed", "2 failed, 3 passed" */
export function countsText({ failed = 0, passed = 0 }: TestResult): string {
  return failed === 0 ? `${passed} passed` : `${failed} failed, ${passed} passed`;
}
