// Text from workspaces is never markup in messages, labels and prompts. The webview writes text only: see the workbench tests.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { plain } from "../src/plain-text.js";

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
