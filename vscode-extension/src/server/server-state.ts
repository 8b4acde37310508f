// The states of the language server.
import type { Interpreter } from "../interpreter.js";

export type ServerState =
  | { readonly kind: "starting" }
  | { readonly kind: "ready"; readonly interpreter: Interpreter; readonly trusted: boolean }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string };
