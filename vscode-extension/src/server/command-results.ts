// What the server's commands answer: the same JSON that the command line prints with --json. It comes as text, for
// JSON.parse makes 9007199254740993 of a record …992, and 88 of 88.0; only what holds no values may go through it.
import { type Json, JsonObject, parseJson } from "../results/exact-json.js";

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Finding {
  readonly code: string;
  readonly severity: "error" | "warning" | "information" | "hint";
  readonly message: string;
  readonly path: string;
  /** Lines and columns count from 1. */
  readonly range: { readonly start: Position; readonly end: Position };
}

export interface UdfFunction {
  readonly name: string;
  readonly kind: "record" | "stream";
  readonly params: readonly { readonly name: string; readonly type: string }[];
  readonly results: readonly string[];
  readonly doc?: string;
}

/** What any command answers when it couldn't be done as asked, or not at all. */
export interface CommandError {
  readonly kind: CallErrorKind;
  readonly message: string;
}

export interface BuildResult {
  readonly ok: boolean;
  readonly error?: CommandError;
  readonly module: string;
  /** Path of the .so. */
  readonly output: string;
  readonly bytes: number;
  readonly dispatch: string;
  readonly target: string;
  readonly findings: readonly Finding[];
  readonly elapsed_ms: number;
}

export interface LoadResult {
  readonly ok?: boolean;
  readonly error?: CommandError;
  readonly findings?: readonly Finding[];
  readonly path: string;
  readonly abi: { readonly major: number; readonly minor: number };
  /** What the module says of itself, such as "go-version". */
  readonly properties?: Readonly<Record<string, string>>;
  readonly functions: readonly UdfFunction[];
}

/** What `modgo.buildAndLoad` answers: `load` is absent where the build failed. */
export interface BuildAndLoadResult {
  readonly ok: boolean;
  readonly error?: CommandError;
  /** Absent where the server didn't begin. */
  readonly build?: BuildResult;
  readonly load?: LoadResult | null;
  /** Everything that either found. */
  readonly findings?: readonly Finding[];
}

/** What `modgo.newSample` answers. `created` is false where there was one already. */
export type NewSampleResult =
  | { readonly ok: true; readonly path: string; readonly created: boolean }
  | { readonly ok: false; readonly error: CommandError };

/** What a stream UDF did on one node. */
export interface NodeResult {
  readonly records: number;
  readonly elapsed_ns: number;
}

export interface CallLog {
  readonly level: string;
  readonly message: string;
}

export type CallErrorKind = "udf" | "panic" | "timeout" | "crash" | "abi" | "usage";

export interface CallSuccess {
  readonly ok: true;
  readonly result: Json;
  /** Samples of the record; null where it doesn't exist. */
  readonly record?: { readonly before: Json; readonly after: Json };
  readonly operations?: readonly string[];
  /** Of a stream UDF, whose result is the list of its values. */
  readonly nodes?: readonly NodeResult[];
  readonly logs?: readonly CallLog[];
  readonly elapsed_ns: number;
}

export interface CallFailure {
  readonly ok: false;
  readonly error: {
    readonly kind: CallErrorKind;
    readonly message: string;
    readonly frames?: readonly string[];
  };
  readonly logs?: readonly CallLog[];
  /** Why the module that the function is in doesn't build or load, where that is so. */
  readonly findings?: readonly Finding[];
}

export type CallResult = CallSuccess | CallFailure;

/** What `modgo.call` answered: the frame by JSON.parse, the values exactly. */
export function readCall(text: string): CallResult {
  const call = JSON.parse(text) as CallResult;
  const exact = parseJson(text);
  if (!call.ok || !(exact instanceof JsonObject)) return call;
  const result = exact.get("result") ?? null;
  const record = exact.get("record");
  if (!(record instanceof JsonObject)) return { ...call, result };
  return {
    ...call,
    result,
    record: { before: record.get("before") ?? null, after: record.get("after") ?? null },
  };
}
