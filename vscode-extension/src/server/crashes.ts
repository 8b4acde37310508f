// When to start the server again after it has crashed. Independent of VS Code.

/** The wait before each restart. The crash after the last ends the attempts. */
const DELAYS_MS = [0, 1000, 5000, 15_000];
const WINDOW_MS = 180_000;

export interface Crashes {
  /** Records a crash at a time. Returns how long to wait before the next start, undefined if it must not be started again. */
  add(now: number): number | undefined;
  clear(): void;
}

export function createCrashes(): Crashes {
  let times: number[] = [];
  return {
    add(now) {
      times = [...times.filter((time) => now - time < WINDOW_MS), now];
      return DELAYS_MS[times.length - 1];
    },
    clear() {
      times = [];
    },
  };
}
