// Arguments as a user enters them in a field, and as JSON. Independent of VS Code.

export interface Parameter {
  readonly name: string;
  /** The Go type; "...T" of a variadic one. */
  readonly type: string;
}

export type EnteredArgument =
  { readonly ok: true; readonly json: string } | { readonly ok: false; readonly problem: string };

export function isVariadic({ type }: Parameter): boolean {
  return type.startsWith("...");
}

const INTEGER = /^u?int(8|16|32|64)?$/;
const FLOAT = /^float(32|64)$/;

/** The JSON of what was entered for a parameter. A string needs no quotes; other values are JSON, which stays as it is. */
export function argumentOf(parameter: Parameter, entered: string): EnteredArgument {
  const text = entered.trim();
  const type = elementType(parameter);
  const called = parameter.name === "" ? type : parameter.name;
  if (type === "string") return { ok: true, json: isJsonString(text) ? text : JSON.stringify(entered) };
  if (text === "")
    return { ok: false, problem: `Enter a value for ${called}, such as ${exampleOf(parameter)}.` };
  if (INTEGER.test(type) && !/^(-?(0|[1-9]\d*)|\{.*\})$/s.test(text)) {
    return { ok: false, problem: `${called} is an integer, such as 42.` };
  }
  if (FLOAT.test(type) && !/^[-\d{]/.test(text)) {
    return { ok: false, problem: `${called} is a number, such as 1.5.` };
  }
  if (type === "bool" && text !== "true" && text !== "false") {
    return { ok: false, problem: `${called} is true or false.` };
  }
  if (isJson(text)) return { ok: true, json: text };
  if (type === "any" && /^[^[{"]/.test(text)) return { ok: true, json: JSON.stringify(entered) };
  return { ok: false, problem: `${called} is not valid JSON. A ${type} is such as ${exampleOf(parameter)}.` };
}

/** What to enter for an argument that is this JSON. */
export function fieldText(parameter: Parameter, json: string): string {
  const type = elementType(parameter);
  if (type !== "string" && type !== "any") return json;
  if (!isJsonString(json)) return json;
  const text = JSON.parse(json) as string;
  const entered = argumentOf(parameter, text);
  // One that would be read as something else stays in quotes.
  return entered.ok && entered.json === JSON.stringify(text) ? text : json;
}

export function exampleOf(parameter: Parameter): string {
  const type = elementType(parameter);
  if (type === "string") return "text";
  if (INTEGER.test(type)) return "42";
  if (FLOAT.test(type)) return "1.5";
  if (type === "bool") return "true";
  if (type === "[]byte") return '{"$bytes": "aGk="}';
  if (type.startsWith("[]")) return "[1, 2]";
  if (type.startsWith("map[")) return '{"a": 1}';
  return "a JSON value";
}

function elementType({ type }: Parameter): string {
  return type.replace(/^\.\.\./, "");
}

function isJsonString(text: string): boolean {
  return text.startsWith('"') && isJson(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
