// Notices a server that no longer answers.

const EVERY_MS = 10_000;
const LIMIT_MS = 30_000;

/**
 * Sends a ping every ten seconds, one at a time, and calls `onHung` once if one isn't answered within thirty. The time in
 * which the computer sleeps doesn't count. Returns a function that ends it.
 */
export function watchLiveness(ping: () => Promise<unknown>, onHung: () => void): () => void {
  let waited: number | undefined; // for the answer to the last ping
  let timer: NodeJS.Timeout;
  const look = () => {
    if (waited === undefined) {
      waited = 0;
      const answered = () => {
        waited = undefined;
      };
      ping().then(answered, answered); // an error is an answer
    } else {
      // Counts intervals, not the time: while the computer sleeps there are none.
      waited += EVERY_MS;
      if (waited >= LIMIT_MS) {
        onHung();
        return;
      }
    }
    timer = setTimeout(look, EVERY_MS);
  };
  timer = setTimeout(look, EVERY_MS);
  return () => {
    clearTimeout(timer);
  };
}
