// One run of a UDF: what was asked of the server, and its answer. Independent of VS Code; used by the extension and by its
// webview.
import type { Parameter } from "../results/arguments.js";
import { escapeHidden } from "../results/exact-json.js";
import { callSummary, formatSignature } from "../results/format.js";
import type { CallLog, CallResult, Finding, UdfFunction } from "../server/command-results.js";

/** Where the record is from: the function's own sample, a file in testdata/udf, or none, so that it doesn't exist. */
export type SampleChoice =
  { readonly kind: "own" } | { readonly kind: "file"; readonly name: string } | { readonly kind: "none" };

export interface RunRequest {
  readonly uri: string;
  readonly function: string;
  /** JSON texts. Undefined: the arguments aren't known yet. */
  readonly args: readonly string[] | undefined;
  readonly sample: SampleChoice;
  /** Only for a stream UDF. */
  readonly nodes?: number;
}

export interface Run {
  readonly id: number;
  readonly request: RunRequest;
  /** The package's folder. */
  readonly package: string;
  /** In milliseconds since 1970. */
  readonly time: number;
  /** The JSON of modgo.call. */
  readonly answer: string;
}

/** What the history shows of a run. */
export interface RunSummary {
  readonly id: number;
  readonly request: RunRequest;
  readonly package: string;
  readonly time: number;
  readonly status: RunStatus;
  readonly call: string;
  readonly summary: string;
}

/** "asks" is a run that only needs other arguments. */
export type RunStatus = "ok" | "asks" | "error" | "failed";

/** The part `run` of an answer, which the server adds for this view. */
export interface RunContext {
  readonly function: (UdfFunction & { readonly location?: string }) | null;
  /** The file of the sample. */
  readonly sample: string | null;
  /** The paths of the source files that the answer names, by their names. */
  readonly sources: Readonly<Record<string, string>>;
}

const NO_CONTEXT: RunContext = { function: null, sample: null, sources: {} };

/** The parts of an answer that have no exact values. */
export interface Answer {
  readonly ok: boolean;
  readonly error?: { readonly kind: string; readonly message: string; readonly frames?: readonly string[] };
  readonly logs?: readonly (CallLog & { readonly location?: string | null })[];
  readonly findings?: readonly Finding[];
  readonly run?: RunContext;
}

export function contextOf(answer: { readonly run?: RunContext }): RunContext {
  return answer.run ?? NO_CONTEXT;
}

export function statusOf(result: CallResult): RunStatus {
  if (result.ok) return "ok";
  if (result.error.kind === "udf") return "error"; // it may be meant to
  const { run } = result as { run?: RunContext };
  return result.error.kind === "usage" && run?.function != null ? "asks" : "failed";
}

export function summaryOf(run: Run, result: CallResult): RunSummary {
  const { id, request, package: folder, time } = run;
  return {
    ...{ id, request, package: folder, time },
    status: statusOf(result),
    call: callText(request),
    summary:
      statusOf(result) === "asks"
        ? `${escapeHidden(request.function)} needs arguments`
        : escapeHidden(callSummary(request.function, result)),
  };
}

const LONGEST_CALL = 60;

/** "take(4)", on one line. */
export function callText({ function: name, args }: RunRequest): string {
  const list = (args ?? []).join(", ").replace(/\s+/g, " ");
  const short = list.length > LONGEST_CALL ? `${list.slice(0, LONGEST_CALL)}…` : list;
  return `${escapeHidden(name).replaceAll("\n", "\\n")}(${escapeHidden(short)})`;
}

/** The argument of `modgo.call` as JSON text, in which the arguments and so their digits are unchanged. */
export function callArgument(
  { uri, function: name, args, sample, nodes }: RunRequest,
  stream = false,
): string {
  const parts = [
    `"uri":${JSON.stringify(uri)},"function":${JSON.stringify(name)},"args":[${(args ?? []).join(",")}]`,
  ];
  if (sample.kind === "file") {
    const file = JSON.stringify(`testdata/udf/${sample.name}`);
    parts.push(sample.name.endsWith(".jsonl") ? `"records":${file}` : `"record":${file}`);
  }
  if (sample.kind === "none" && !stream) parts.push('"record":{"bins":{}}');
  if (nodes !== undefined) parts.push(`"options":{"stream":true,"nodes":${nodes}}`);
  return `{${parts.join(",")}}`;
}

/** A place "counters.go:12" in the source. */
export function placeOf(text: string): { readonly file: string; readonly line: number } | undefined {
  const match = /^(.*):([1-9]\d*)$/.exec(text);
  const [, file, line] = match ?? [];
  return file === undefined ? undefined : { file: file.split("/").at(-1) ?? file, line: Number(line) };
}

/** The path of a place's file, undefined if it isn't known. */
export function sourceOf({ sources }: RunContext, { file }: { readonly file: string }): string | undefined {
  return Object.hasOwn(sources, file) ? sources[file] : undefined; // a //line directive may name any file
}

/** One row of the form for each argument: those of a variadic parameter have it several times. */
export function parametersFor(udf: UdfFunction | null, count: number): readonly Parameter[] {
  const params = udf?.params ?? [];
  const last = params.at(-1);
  if (!last?.type.startsWith("...")) return params;
  const more = Math.max(0, count - params.length + 1);
  return [...params.slice(0, -1), ...Array.from({ length: more }, () => last)];
}

export function signatureOf(udf: UdfFunction): string {
  return escapeHidden(formatSignature(udf));
}
