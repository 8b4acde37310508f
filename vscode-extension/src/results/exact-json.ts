// JSON without loss: numbers keep their digits (9007199254740993, 88.0) and objects the order of their members, unlike with
// JSON.parse. Independent of VS Code.
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;

/** A number as in the text. */
export class JsonNumber {
  constructor(readonly digits: string) {}
}

/** An object as a list of members, so that keys such as "__proto__" have no special meaning. */
export class JsonObject {
  constructor(readonly members: readonly (readonly [key: string, value: Json])[]) {}

  get(key: string): Json | undefined {
    return this.members.find(([name]) => name === key)?.[1];
  }
}

/** Parses JSON. Throws a SyntaxError. */
export function parseJson(text: string): Json {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  const [error] = errors;
  if (root === undefined || error !== undefined) {
    const what = error === undefined ? "nothing" : printParseErrorCode(error.error);
    throw new SyntaxError(`${what} at ${error?.offset ?? 0}`);
  }
  return jsonOf(root, text);
}

function jsonOf(node: Node, text: string): Json {
  const { type, offset, length, children = [] } = node;
  if (type === "object") return new JsonObject(children.map((property) => memberOf(property, text)));
  if (type === "array") return children.map((child) => jsonOf(child, text));
  if (type === "number") return new JsonNumber(text.slice(offset, offset + length));
  return node.value as null | boolean | string;
}

function memberOf({ children: [key, value] = [] }: Node, text: string): [string, Json] {
  if (key === undefined || value === undefined) throw new SyntaxError("a member without a value");
  return [key.value as string, jsonOf(value, text)];
}

const WIDTH = 80;

/**
 * Formats JSON with a line for each bin, if it fits on a line, so that a diff of two records shows bins instead of
 * brackets.
 */
export function prettyJson(json: Json, depth = 0): string {
  const flat = flatJson(json);
  const isArray = json instanceof Array;
  if (!isArray && !(json instanceof JsonObject)) return flat;
  const indent = "  ".repeat(depth);
  if ((isArray || depth > 1) && indent.length + flat.length <= WIDTH) return flat;
  const parts = isArray
    ? json.map((item) => prettyJson(item, depth + 1))
    : json.members.map(([key, item]) => `${quoted(key)}: ${prettyJson(item, depth + 1)}`);
  const [open, close] = isArray ? "[]" : "{}";
  if (parts.length === 0 || integerOf(json) !== undefined) return flat;
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(",\n")}\n${indent}${close}`;
}

/** Formats JSON on one line, with a space after commas and colons. */
export function flatJson(json: Json): string {
  if (json instanceof JsonNumber) return json.digits;
  if (json instanceof Array) return `[${json.map(flatJson).join(", ")}]`;
  if (json instanceof JsonObject) {
    const members = json.members.map(([key, item]) => `${quoted(key)}: ${flatJson(item)}`);
    return integerOf(json) ?? `{${members.join(", ")}}`;
  }
  return typeof json === "string" ? quoted(json) : String(json);
}

/** Returns the digits of {"$int": "9007199254740993"}, another form of an integer in samples. */
function integerOf(json: Json): string | undefined {
  if (!(json instanceof JsonObject) || json.members.length !== 1) return undefined;
  const digits = json.get("$int");
  return typeof digits === "string" && /^-?\d+$/.test(digits) ? digits : undefined;
}

// Characters that editors and notifications don't show: control characters other than tab and line feed, Unicode line
// separators, and characters that are invisible or change the direction of text.
const HIDDEN =
  /(?![\t\n])[\p{Cc}\u2028\u2029\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** Replaces such characters by their escapes, such as `\u202e`. */
export function escapeHidden(text: string): string {
  return text.replace(HIDDEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function quoted(text: string): string {
  return escapeHidden(JSON.stringify(text));
}
