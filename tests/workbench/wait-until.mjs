// Waits for conditions, with a time limit. No test waits for a fixed time.
import { setTimeout as pause } from "node:timers/promises";

const INTERVAL_MS = 40;

/**
 * Resolves with the result of `condition`, which may be async, once that is truthy. Rejects after `seconds` with an error
 * that contains `what` and the result of `describe`.
 */
export async function waitUntil(what, condition, seconds, describe = () => "") {
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
