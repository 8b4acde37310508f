// The values of records and results: their Aerospike types, their text, and the values in collections. Independent of VS
// Code. docs/call.md describes the JSON, such as {"$bytes": "aGk="}.
import { escapeHidden, flatJson, type Json, JsonNumber, JsonObject } from "./exact-json.js";

export type ValueType =
  "nil" | "boolean" | "integer" | "double" | "string" | "bytes" | "GeoJSON" | "HLL" | "list" | "map";

const SPECIAL: ReadonlyMap<string, ValueType> = new Map([
  ["$int", "integer"],
  ["$double", "double"],
  ["$bytes", "bytes"],
  ["$geojson", "GeoJSON"],
  ["$hll", "HLL"],
  ["$list", "list"],
  ["$map", "map"],
]);

export function typeOf(value: Json): ValueType {
  if (value === null) return "nil";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "string") return "string";
  if (value instanceof JsonNumber) return /^-?\d+$/.test(value.digits) ? "integer" : "double";
  if (value instanceof JsonObject) return SPECIAL.get(value.members[0]?.[0] ?? "") ?? "map";
  return "list";
}

/** A value in a collection, with the text of its key or index. */
export type Item = readonly [key: string, value: Json];

/** Returns the values of a list or map, undefined if the value is none. */
export function itemsOf(value: Json): readonly Item[] | undefined {
  const type = typeOf(value);
  if (type === "list") {
    const list = value instanceof JsonObject ? value.get("$list") : value;
    return list instanceof Array ? list.map((item, index) => [`[${index}]`, item]) : undefined;
  }
  if (type !== "map" || !(value instanceof JsonObject)) return undefined;
  const pairs = value.get("$map");
  if (!(pairs instanceof Array)) return value.members.map(([key, item]) => [keyText(key), item]);
  return pairs.map((pair) =>
    pair instanceof Array ? [keyText(pair[0] ?? null), pair[1] ?? null] : ["", null],
  );
}

/** A key as text: strings without quotes, unless another type of key has this text. */
function keyText(key: Json): string {
  if (typeof key !== "string" || key === "" || /^(-?\d|null$|true$|false$|[[{"])/.test(key))
    return flatJson(key);
  return escapeHidden(key).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** The order of a collection: "", "ordered", "by key", "by key and value". */
export function orderOf(value: Json): string {
  if (!(value instanceof JsonObject) || itemsOf(value) === undefined) return "";
  const order = value.get("order");
  if (order === "k") return "by key";
  if (order === "kv") return "by key and value";
  return order === undefined || order === "none" || order === "unordered" ? "" : "ordered";
}

/** Returns the text of a value, in at most `limit` characters, and whether that is all. */
export function textOf(value: Json, limit: number): { readonly text: string; readonly whole: boolean } {
  const items = itemsOf(value);
  if (items !== undefined) return { text: preview(value, limit), whole: false };
  const text = scalarText(value, limit);
  return text.length <= limit ? { text, whole: true } : { text: `${text.slice(0, limit)}…`, whole: false };
}

/** All of a value's text, or at least `limit` characters and one more. */
function scalarText(value: Json, limit: number): string {
  if (!(value instanceof JsonObject)) return flatJson(value);
  const content = value.members[0]?.[1] ?? null;
  if (typeof content !== "string") return flatJson(content);
  const type = typeOf(value);
  if (type === "bytes" || type === "HLL") return hex(content.slice(0, 4 * Math.ceil((limit + 3) / 9)));
  return escapeHidden(content);
}

function hex(base64: string): string {
  const bytes = atob(base64);
  const digits: string[] = [];
  for (let index = 0; index < bytes.length; index++) {
    digits.push(bytes.charCodeAt(index).toString(16).padStart(2, "0"));
  }
  return digits.length === 0 ? "(empty)" : digits.join(" ");
}

/** The beginning of a collection on one line, without formatting all of it. */
function preview(value: Json, limit: number): string {
  const items = itemsOf(value);
  if (items === undefined) {
    const text = scalarText(value, limit);
    return text.length > limit ? `${text.slice(0, limit)}…` : text;
  }
  const isList = typeOf(value) === "list";
  const parts: string[] = [];
  let length = 2;
  for (const [key, item] of items) {
    const text = preview(item, Math.max(8, limit - length));
    parts.push(isList ? text : `${key}: ${text}`);
    length += (parts.at(-1)?.length ?? 0) + 2;
    if (length > limit && parts.length < items.length) {
      parts.push("…");
      break;
    }
  }
  return isList ? `[${parts.join(", ")}]` : `{${parts.join(", ")}}`;
}

/** The size of a value that has one: "3 elements", "2 keys", "5 bytes". */
export function sizeOf(value: Json): string {
  const items = itemsOf(value);
  const type = typeOf(value);
  if (items !== undefined) return counted(items.length, type === "list" ? "element" : "key");
  if (type !== "bytes" && type !== "HLL") return "";
  const content = value instanceof JsonObject ? value.members[0]?.[1] : undefined;
  if (typeof content !== "string") return "";
  const padding = /=*$/.exec(content.slice(-2))?.[0].length ?? 0;
  return counted((content.length / 4) * 3 - padding, "byte");
}

/** "1 element", "100,000 elements" */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
