// What to do if no Python has modgo-lsp. Independent of VS Code.
import { type Attempt, type Probe, UNTRUSTED } from "../interpreter.js";
import type { Remedy } from "../server/server-state.js";
import { type Bundle, unsuitable } from "./bundle.js";

/** A Python that an environment can be made with. */
export interface Base {
  readonly python: string;
  readonly version: string;
}

/** Prefers the machine's Pythons, because an environment in the workspace may go away. */
export function chooseBase(attempts: readonly Attempt[], bundle: Bundle): Base | undefined {
  const possible = attempts.filter(({ candidate, probe }) => {
    const build = buildOf(probe);
    return candidate.origin !== "own" && build !== undefined && unsuitable(build, bundle) === undefined;
  });
  const chosen = possible.find(({ candidate }) => candidate.origin === "path") ?? possible[0];
  const build = chosen && buildOf(chosen.probe);
  return chosen && build && { python: chosen.candidate.python, version: build.version };
}

function buildOf(probe: Probe) {
  return probe.ok ? undefined : probe.build;
}

export interface Failure {
  readonly message: string;
  readonly remedy: Remedy;
}

/** Returns the message for a search that found nothing, and what to do. */
export function describeFailure(attempts: readonly Attempt[], bundle: Bundle | undefined): Failure {
  const first = attempts[0];
  if (first?.candidate.origin === "setting" && !first.probe.ok) {
    const { reason } = first.probe;
    const remedy =
      reason === UNTRUSTED ? "Trust the workspace" : "Run “pip install modgo-lsp” with that Python";
    const message =
      `Modgo can't start: ${first.candidate.python}, which the setting modgo.interpreter names, ${reason}. ` +
      `${remedy}, or change the setting.`;
    return { message, remedy: "change setting" };
  }
  if (bundle !== undefined) return describeWithBundle(attempts, bundle);
  if (first === undefined) {
    const message =
      "Modgo can't start: there is no Python in the workspace or on PATH. " +
      "Install Python 3.10 or newer, run “pip install modgo-lsp” with it, then restart the server.";
    return { message, remedy: "choose" };
  }
  const message =
    "Modgo can't start: no Python was found that has modgo-lsp. " +
    "Run “pip install modgo-lsp”, or name another Python in the setting modgo.interpreter.";
  return { message, remedy: "choose" };
}

function describeWithBundle(attempts: readonly Attempt[], bundle: Bundle): Failure {
  const damaged = attempts.find(({ candidate }) => candidate.origin === "own");
  if (damaged !== undefined && !damaged.probe.ok) {
    const message =
      `Modgo's Python environment is damaged: ${damaged.candidate.python} ${damaged.probe.reason}. ` +
      "Setting it up again needs no network.";
    return { message, remedy: "set up again" };
  }
  const base = chooseBase(attempts, bundle);
  if (base !== undefined) {
    const message =
      "Modgo can set up its language server now, in a Python environment of its own. " +
      `It uses Python ${base.version} and needs no network.`;
    return { message, remedy: "set up" };
  }
  const range = `${bundle.pythons[0]} to ${bundle.pythons.at(-1)}`;
  const tried = attempts.map(({ candidate, probe }) => `${candidate.python} ${whyNot(probe, bundle)}`);
  const message =
    tried.length === 0
      ? `Modgo can't start: there is no Python in the workspace or on PATH. Install Python ${range}, then restart the server.`
      : `Modgo can't start: no Python was found that can run its language server: ${tried.join("; ")}. ` +
        `Install Python ${range}, or choose another Python.`;
  return { message, remedy: "choose" };
}

function whyNot(probe: Probe, bundle: Bundle): string {
  if (probe.ok) return "can";
  return (probe.build && unsuitable(probe.build, bundle)) ?? probe.reason;
}
