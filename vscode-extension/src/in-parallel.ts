/** Returns a function that calls `work`, and calls it once more if it was wanted while it ran. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let calls = 0;
  const repeat = async () => {
    let answered;
    do {
      answered = calls;
      await work();
    } while (answered !== calls);
  };
  return () => {
    calls++;
    return (running ??= repeat().finally(() => (running = undefined)));
  };
}

/** Calls `work` for each item, at most `limit` at a time. Returns the results in the order of the items. */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries(); // shared by all
  const worker = async () => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
