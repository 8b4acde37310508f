// Waiting for a condition, with a limit. Nothing in these tests waits for a length of time.
import { setTimeout as pause } from "node:timers/promises";

const BETWEEN_LOOKS_MS = 40;

/**
 * Resolves with what `look` gives as soon as that is truthy; `look` may be async.
 * Rejects after `seconds`, saying what was waited for and what was seen last.
 */
export async function until(what, look, seconds, describe = () => "") {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) {
      const instead = await describe();
      throw new Error(
        `after ${seconds} s still not true: ${what}${instead ? `\n  instead: ${instead}` : ""}`,
      );
    }
    await pause(BETWEEN_LOOKS_MS);
  }
}
