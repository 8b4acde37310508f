// Text from workspaces, records and logs is never shown as markup.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import MarkdownIt from "markdown-it";
import { type Run, runReport } from "../src/results/format.js";
import { parseJson } from "../src/results/exact-json.js";
import { plain } from "../src/plain-text.js";
import type { CallErrorKind, CallResult } from "../src/server/command-results.js";

// How VS Code finds links in messages and prompts, and icons in labels.
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
const ICON = /(\\)?\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/;

/** Strings with markup of any kind. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "[x](command:workbench.action.terminal.new)",
        "![x](https://example.com/x.png)",
        "<img src=https://example.com/x.png onerror=alert(1)>",
        "$(trash)",
        "\n```\n",
        "\n~~~~\n",
        "````",
        "\r```\r",
        "\n# x\n",
        "\u202e",
        "\u001b[31m",
        "`",
        "](",
        "$",
        "(",
        "\n",
      ),
      fc.string(),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

describe("text in messages, labels and prompts", () => {
  it("has no links, icons or hidden characters", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = plain(text);
        assert.doesNotMatch(shown, LINK);
        assert.doesNotMatch(shown, ICON);
        assert.doesNotMatch(shown.replaceAll("\u2060", ""), /(?![\t\n])[\p{Cc}\u202a-\u202e]/u);
      }),
    );
    assert.match("[x](command:a)", LINK);
    assert.match("$(trash)", ICON);
  });
  it("is otherwise unchanged", () => {
    const text = 'take → {"a": [1, "b"]}, record updated (unchanged) $5 [x]\n\tat f()';
    assert.equal(plain(text), text);
  });
});

describe("the report of a run", () => {
  const markdown = new MarkdownIt({ html: true, linkify: false });
  const ours = /^(It returned an error:|It panicked:|Result, after 5 ns:|The record was .*\.)$/;

  const check = (run: Run) => {
    const tokens = markdown.parse(runReport(run), {});
    for (const [index, token] of tokens.entries()) {
      if (token.type !== "inline") continue;
      const heading = tokens[index - 1]?.type === "heading_open";
      assert.match(token.content, heading ? /^(Run of a UDF|Where|Log|Record( before| after)?)$/ : ours);
    }
    const kinds = new Set(tokens.map(({ type }) => type));
    for (const kind of [
      "heading_open",
      "heading_close",
      "paragraph_open",
      "paragraph_close",
      "inline",
      "fence",
    ]) {
      kinds.delete(kind);
    }
    assert.deepEqual([...kinds], []);
  };

  it("has text of the workspace only in fenced blocks", () => {
    const time = new Date(0);
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (name, folder, message, value) => {
        const args = JSON.stringify(value);
        const logs = [{ level: "info", message }];
        const record = parseJson(JSON.stringify({ bins: { [message]: value } }));
        const results: CallResult[] = [
          { ok: true, result: parseJson(args), record: { before: null, after: record }, logs, elapsed_ns: 5 },
          ...(["udf", "panic"] as CallErrorKind[]).map((kind): CallResult => ({
            ok: false,
            error: { kind, message, frames: [value, name] },
            logs,
          })),
        ];
        for (const result of results) check({ name, package: folder, args, result, time });
      }),
    );
  });
});
