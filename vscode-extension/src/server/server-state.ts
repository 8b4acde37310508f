// The states of the language server.
import { UserError } from "../errors.js";
import type { Interpreter } from "../interpreter.js";

/** What the user can do about a failure. */
export type Remedy = "set up" | "set up again" | "choose" | "change setting" | "restart";

export type ServerState =
  /** No file of the workspace uses the SDK, so the server wasn't started. */
  | { readonly kind: "idle" }
  | { readonly kind: "starting" }
  | { readonly kind: "ready"; readonly interpreter: Interpreter; readonly trusted: boolean }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string; readonly remedy: Remedy };

export type Ready = ServerState & { readonly kind: "ready" };
export type Failed = ServerState & { readonly kind: "failed" };

/** A command needs the server, which couldn't start. */
export class ServerFailedError extends UserError {
  constructor(readonly state: Failed) {
    super(state.message);
  }
}
