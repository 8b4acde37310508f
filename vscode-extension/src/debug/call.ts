// What to debug: the UDF at the cursor, and the arguments that a signature asks for. Independent of VS Code.

/** A UDF among the symbols of a file: `detail` is "add(bin: string, n: integer) → integer". */
export interface UdfSymbol {
  readonly name: string;
  readonly detail: string;
  readonly first: number; // line, from 0
  readonly last: number;
}

/** Whether a symbol is one of Modgo's, beside those of gopls. */
export function isUdf(symbol: { readonly name: string; readonly detail: string }): boolean {
  return symbol.detail.startsWith(`${symbol.name}(`) && symbol.detail.includes(") → ");
}

/** The UDF whose declaration contains the line, or the only one; undefined if the user has to choose. */
export function udfAt(symbols: readonly UdfSymbol[], line: number): UdfSymbol | undefined {
  const around = symbols.filter(({ first, last }) => first <= line && line <= last);
  if (around.length === 1) return around[0];
  return symbols.length === 1 ? symbols[0] : undefined;
}

/** The parameters in a signature, as "bin: string, n: integer"; "" if there are none. */
export function parametersOf(signature: string): string {
  return signature.slice(signature.indexOf("(") + 1, signature.lastIndexOf(") → "));
}

/**
 * Whether a text has JSON values separated by commas: "hits", 5. The adapter parses it, because JSON.parse rounds
 * 9007199254740993 and makes an integer of 6.0.
 */
export function areArguments(text: string): boolean {
  try {
    JSON.parse(`[${text}]`);
    return true;
  } catch {
    return false;
  }
}

/** The key of a function's last arguments in the workspace's memory. */
export function argumentsKey(folder: string, name: string): string {
  return `arguments of ${name} in ${folder}`;
}

type Attributes = Readonly<Record<string, unknown>>;

const LITERAL = "literal";

/**
 * A configuration with attributes whose values are from source or entered, in which VS Code must not replace variables such
 * as ${command:…}: they are in one text without "$".
 */
export function withLiteral<T extends Attributes>(configuration: T, attributes: Attributes): T {
  return { ...configuration, [LITERAL]: JSON.stringify(attributes).replaceAll("$", "\\u0024") };
}

/** The attributes that withLiteral added; {} if there are none. */
export function literalOf({ [LITERAL]: text }: Attributes): Attributes {
  return typeof text === "string" ? (JSON.parse(text) as Attributes) : {};
}

/** The configuration that the debugger gets, after VS Code has replaced variables. */
export function resolved<T extends Attributes>(configuration: T): T {
  return { ...configuration, ...literalOf(configuration), [LITERAL]: undefined };
}

/** Whether VS Code would replace variables in a text. */
export function hasVariables(text: string): boolean {
  return text.includes("${");
}
