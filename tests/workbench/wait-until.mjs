// Waits for conditions, with a time limit. No test waits for a fixed time.
import { setTimeout as pause } from "node:timers/promises";

const INTERVAL_MS = 40;
/**
 * All limits are for a machine with other work: what is slow isn't wrong. On a quiet one nothing takes a tenth. Negative controls
 * wait for what never comes.
 */
export const PATIENCE = process.argv.includes("--controls") ? 1 : 4;

/**
 * Resolves with the result of `condition`, which may be async, once that is truthy. Rejects with an error that contains
 * `what` and the result of `describe`, PATIENCE times as late as after `seconds`.
 */
export function waitUntil(what, condition, seconds, describe = () => "") {
  return waitFor(what, condition, PATIENCE * seconds, describe);
}

/** Waits until the output channel matches, because its log file is written with a delay. Returns the match. */
export async function logged(outputLog, pattern, seconds = 20) {
  return waitUntil(`the output matches ${pattern}`, () => pattern.exec(outputLog()), seconds, outputLog);
}

/** Like waitUntil, but rejects after just `seconds`, for who tries again then. */
export async function waitFor(what, condition, seconds, describe = () => "") {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > deadline) {
      const instead = await describe();
      throw new Error(
        `after ${seconds} s still not true: ${what}${instead ? `\n  instead: ${instead}` : ""}`,
      );
    }
    await pause(INTERVAL_MS);
  }
}
