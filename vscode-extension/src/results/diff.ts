// What changed between two values: the bins of a record, and the elements of lists and maps. Independent of VS Code.
import { diffArrays } from "diff";
import { flatJson, type Json, JsonObject } from "./exact-json.js";
import { type Item, itemsOf, typeOf } from "./values.js";

export type Mark = "same" | "changed" | "added" | "removed";

/** A value with its key, before and after. Undefined: there is none. */
export interface Entry {
  readonly key: string;
  readonly mark: Mark;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** A run of unchanged values between changed ones. */
export interface Fold {
  readonly folded: readonly Entry[];
}

const LIMITS = { maxEditLength: 1000, timeout: 300 }; // beyond that, elements are compared by their index
const SHORTEST_FOLD = 4;

/** Returns the bins of two record samples, changed ones first. */
export function binEntries(before: Json, after: Json): readonly Entry[] {
  const entries = byKey(itemsOf(binsOf(before)) ?? [], itemsOf(binsOf(after)) ?? []);
  return [...entries.filter(({ mark }) => mark !== "same"), ...entries.filter(({ mark }) => mark === "same")];
}

function binsOf(sample: Json): Json {
  return sample instanceof JsonObject ? (sample.get("bins") ?? null) : null;
}

export function isCollection({ before, after }: Entry): boolean {
  return [before, after].some((value) => value !== undefined && itemsOf(value) !== undefined);
}

const computed = new WeakMap<Entry, readonly (Entry | Fold)[]>();

/** Returns the values in a collection. Long runs of unchanged ones beside changes are folded. */
export function entriesOf(entry: Entry): readonly (Entry | Fold)[] {
  const found = computed.get(entry) ?? compare(entry);
  computed.set(entry, found);
  return found;
}

function compare({ before, after }: Entry): readonly (Entry | Fold)[] {
  const [old, now] = [itemsOrNone(before), itemsOrNone(after)];
  if (old === undefined || now === undefined || typeOf(before ?? null) !== typeOf(after ?? null)) {
    // One of them, or two of different types, whose elements can't be compared.
    return [...(now === undefined ? only(old ?? [], "before") : only(now, "after"))];
  }
  return folded(typeOf(after ?? null) === "list" ? byPosition(old, now) : byKey(old, now));
}

function itemsOrNone(value: Json | undefined): readonly Item[] | undefined {
  return value === undefined ? undefined : itemsOf(value);
}

function only(items: readonly Item[], side: "before" | "after"): readonly Entry[] {
  return items.map(([key, value]) =>
    side === "before"
      ? { key, mark: "same", before: value, after: undefined }
      : { key, mark: "same", before: undefined, after: value },
  );
}

export function entryOf(key: string, before: Json | undefined, after: Json | undefined): Entry {
  const mark =
    before === undefined
      ? "added"
      : after === undefined
        ? "removed"
        : before === after || flatJson(before) === flatJson(after)
          ? "same"
          : "changed";
  return { key, mark, before, after };
}

/** In the order of `now`, then what was removed. */
function byKey(old: readonly Item[], now: readonly Item[]): readonly Entry[] {
  const before = new Map(old);
  const after = new Set(now.map(([key]) => key));
  return [
    ...now.map(([key, value]) => entryOf(key, before.get(key), value)),
    ...old.filter(([key]) => !after.has(key)).map(([key, value]) => entryOf(key, value, undefined)),
  ];
}

/** The elements of two lists by a shortest edit script. Elements that replace others are changed ones. */
function byPosition(old: readonly Item[], now: readonly Item[]): readonly Entry[] {
  const texts = (items: readonly Item[]) => items.map(([, value]) => flatJson(value));
  const changes = diffArrays(texts(old), texts(now), LIMITS);
  if (changes === undefined) {
    return Array.from({ length: Math.max(old.length, now.length) }, (_, at) =>
      entryOf(`[${at}]`, old[at]?.[1], now[at]?.[1]),
    );
  }
  const entries: Entry[] = [];
  let removed: Item[] = [];
  let added: Item[] = [];
  let [left, right] = [0, 0];
  const flush = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at++) {
      const [one, other] = [removed[at], added[at]];
      entries.push(entryOf((other ?? one)?.[0] ?? "", one?.[1], other?.[1]));
    }
    [removed, added] = [[], []];
  };
  for (const change of changes) {
    if (change.removed) {
      removed.push(...old.slice(left, (left += change.count)));
    } else if (change.added) {
      added.push(...now.slice(right, (right += change.count)));
    } else {
      flush();
      for (let at = 0; at < change.count; at++, left++, right++) {
        const [one, other] = [old[left], now[right]];
        entries.push({ key: other?.[0] ?? "", mark: "same", before: one?.[1], after: other?.[1] });
      }
    }
  }
  flush();
  return entries;
}

function folded(entries: readonly Entry[]): readonly (Entry | Fold)[] {
  if (entries.every(({ mark }) => mark === "same")) return entries;
  const found: (Entry | Fold)[] = [];
  let run: Entry[] = [];
  const flush = () => {
    if (run.length >= SHORTEST_FOLD) found.push({ folded: run });
    else found.push(...run);
    run = [];
  };
  for (const entry of entries) {
    if (entry.mark === "same") {
      run.push(entry);
    } else {
      flush();
      found.push(entry);
    }
  }
  flush();
  return found;
}
