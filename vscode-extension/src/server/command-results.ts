// The results of the server's commands: the JSON that the command line prints with --json. They arrive as text, because
// JSON.parse turns a record's 9007199254740993 into …992, and 88.0 into 88. JSON.parse is only for parts without values.
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

/** The error of any command. */
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
  /** The module's own properties, such as "go-version". */
  readonly properties?: Readonly<Record<string, string>>;
  readonly functions: readonly UdfFunction[];
}

/** The result of `modgo.buildAndLoad`. `load` is absent if the build failed. */
export interface BuildAndLoadResult {
  readonly ok: boolean;
  readonly error?: CommandError;
  /** Absent if the server didn't begin to build. */
  readonly build?: BuildResult;
  readonly load?: LoadResult | null;
  /** The findings of both. */
  readonly findings?: readonly Finding[];
}

/** The result of `modgo.newSample`. `created` is false if the sample existed already. */
export type NewSampleResult =
  | { readonly ok: true; readonly path: string; readonly created: boolean }
  | { readonly ok: false; readonly error: CommandError };

/** The run of a stream UDF on one node. */
export interface NodeResult {
  readonly records: number;
  /** What the node sent to the client. */
  readonly values: Json;
  readonly elapsed_ns: number;
}

export interface CallLog {
  readonly level: string;
  readonly message: string;
  /** "counters.go:12" */
  readonly location?: string | null;
}

export type CallErrorKind = "udf" | "panic" | "timeout" | "crash" | "abi" | "usage";

/** What a call did, also one that failed. */
interface CallEffects {
  /** The record as samples, null if it doesn't exist. */
  readonly record?: { readonly before: Json; readonly after: Json };
  readonly operations?: readonly string[];
  /** Only of a stream UDF, whose result is the list of its elements. */
  readonly nodes?: readonly NodeResult[];
  readonly logs?: readonly CallLog[];
}

export interface CallSuccess extends CallEffects {
  readonly ok: true;
  readonly result: Json;
  readonly elapsed_ns: number;
}

export interface CallFailure extends CallEffects {
  readonly ok: false;
  readonly error: {
    readonly kind: CallErrorKind;
    readonly message: string;
    readonly frames?: readonly string[];
  };
  readonly elapsed_ns?: number;
  /** Why the module of the function doesn't build or load. */
  readonly findings?: readonly Finding[];
}

export type CallResult = CallSuccess | CallFailure;

/** Parses the result of `modgo.call`: its values by parseJson, which is exact, the rest by JSON.parse. */
export function readCall(text: string): CallResult {
  const call = JSON.parse(text) as CallResult;
  const exact = parseJson(text);
  if (!(exact instanceof JsonObject)) return call;
  const record = exact.get("record");
  const nodes = exact.get("nodes");
  const values = (index: number) => {
    const node = nodes instanceof Array ? nodes[index] : undefined;
    return node instanceof JsonObject ? (node.get("values") ?? null) : null;
  };
  const effects = {
    ...(record instanceof JsonObject && {
      record: { before: existing(record.get("before")), after: existing(record.get("after")) },
    }),
    ...(call.nodes !== undefined && {
      nodes: call.nodes.map((node, index) => ({ ...node, values: values(index) })),
    }),
  };
  return call.ok ? { ...call, ...effects, result: exact.get("result") ?? null } : { ...call, ...effects };
}

/** A record without bins doesn't exist. */
function existing(sample: Json | undefined): Json {
  const bins = sample instanceof JsonObject ? sample.get("bins") : undefined;
  return bins instanceof JsonObject && bins.members.length > 0 ? (sample ?? null) : null;
}
