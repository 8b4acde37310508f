// The messages between the extension and the webview of the runs.
import type { Parameter } from "../results/arguments.js";
import type { RunRequest, RunSummary } from "./run.js";

/** A sample file of a module, in testdata/udf. */
export interface SampleFile {
  readonly name: string;
  readonly stream: boolean;
}

export interface Running {
  readonly request: RunRequest;
  /** What the server does, such as "building counters". */
  readonly step: string;
  /** Of the function, if an earlier run has shown it. */
  readonly params: readonly Parameter[];
}

/** A text that is too long for the view. */
export interface LongText {
  readonly kind: "json" | "text" | "log";
  readonly text: string;
}

export type ToWebview =
  | {
      readonly type: "state";
      /** Newest first. */
      readonly runs: readonly RunSummary[];
      readonly running: Running | undefined;
      /** The sample files of each package, by its folder. */
      readonly samples: Readonly<Record<string, readonly SampleFile[]>>;
      /** A new run, to be shown. */
      readonly show: number | undefined;
    }
  | { readonly type: "answer"; readonly id: number; readonly text: string }
  /** An announcement, such as "Saved as a case". */
  | { readonly type: "note"; readonly text: string };

export type FromWebview =
  | { readonly type: "ready" }
  | { readonly type: "run"; readonly request: RunRequest }
  | { readonly type: "cancel" }
  | { readonly type: "answer"; readonly id: number }
  /** A place "counters.go:12" of the answer. */
  | { readonly type: "open"; readonly id: number; readonly place: string }
  | { readonly type: "openFinding"; readonly id: number; readonly index: number }
  | { readonly type: "openFunction"; readonly id: number }
  | { readonly type: "openSample"; readonly id: number; readonly name: string }
  | { readonly type: "createSample"; readonly id: number }
  | { readonly type: "diff"; readonly id: number }
  | { readonly type: "saveCase"; readonly id: number }
  | { readonly type: "openText"; readonly long: LongText }
  | { readonly type: "remove"; readonly id: number }
  | { readonly type: "clear" };
