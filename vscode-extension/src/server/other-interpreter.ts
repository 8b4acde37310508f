// What to do when another Python may have been selected.
import type { InterpreterSearch } from "../environment/interpreter-search.js";
import type { Server } from "./server.js";

/**
 * Restarts the server if another interpreter is found than the one that it runs with. A restart ends builds and runs, and the
 * Python extension reports changes that make no difference, such as those while it starts.
 */
export async function restartIfOther(
  server: Pick<Server, "state" | "ready" | "restart">,
  search: Pick<InterpreterSearch, "find">,
): Promise<void> {
  if (server.state.kind === "idle") return;
  const ready = await server.ready().catch(() => undefined); // a start may have taken the new one already
  const found = await search.find();
  const python = found.ok ? found.interpreter.python : undefined;
  if (python !== ready?.interpreter.python) await server.restart();
}
