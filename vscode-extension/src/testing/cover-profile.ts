// Go cover profiles, as of `go test -coverprofile`. Independent of VS Code.

/** A block of statements. Lines and columns count from 1, columns in bytes. */
export interface Block {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
  readonly statements: number;
  /** How often it was executed. */
  readonly count: number;
}

const LINE = /^(?<file>.+):(?<l1>\d+)\.(?<c1>\d+),(?<l2>\d+)\.(?<c2>\d+) (?<statements>\d+) (?<count>\d+)$/;

/** The blocks by the name of their file, without its folder. The profile has a line for each worker. */
export function parseCoverProfile(text: string): ReadonlyMap<string, readonly Block[]> {
  const files = new Map<string, Map<string, Block>>();
  for (const line of text.split("\n")) {
    const groups = LINE.exec(line)?.groups;
    if (groups === undefined) continue;
    const number = (name: string) => Number(groups[name]);
    const file = (groups["file"] ?? "").split("/").at(-1) ?? "";
    const blocks = files.get(file) ?? new Map<string, Block>();
    files.set(file, blocks);
    const block = {
      start: { line: number("l1"), column: number("c1") },
      end: { line: number("l2"), column: number("c2") },
      statements: number("statements"),
    };
    const place = JSON.stringify(block);
    blocks.set(place, { ...block, count: number("count") + (blocks.get(place)?.count ?? 0) });
  }
  return new Map([...files].map(([file, blocks]) => [file, [...blocks.values()]]));
}

export function countStatements(blocks: readonly Block[]): { covered: number; total: number } {
  const sum = (some: readonly Block[]) => some.reduce((total, { statements }) => total + statements, 0);
  return { covered: sum(blocks.filter(({ count }) => count > 0)), total: sum(blocks) };
}

/** Converts a column of Go, which counts bytes from 1, to one that counts UTF-16 code units from 0. */
export function utf16Column(line: string, column: number): number {
  return Buffer.from(line)
    .subarray(0, column - 1)
    .toString().length;
}
