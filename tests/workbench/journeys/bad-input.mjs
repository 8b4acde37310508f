// Hostile and broken files: a sample that isn't JSON, bins and cases whose names have control characters and markup.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { waitUntil } from "../wait-until.mjs";
import { RunsView } from "../webview.mjs";

const ODD = `package odd

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("broken", Broken)
	udf.Register("names", Names)
}

// Broken has a sample that isn't JSON.
func Broken(rec *udf.Record) int64 { return 1 }

// Names makes bins with odd names.
func Names(rec *udf.Record) (string, error) {
	rec.Set("a\\x1b[31mb", 1)
	rec.Set("<b>x</b>\\u202e", "<i>y</i>\\r\\n")
	return "\\x1b]0;title\\x07", rec.Create()
}
`;
const FILE = "odd/odd.go";
const CASES = String.raw`- name: "evil \e[31m\u202e<b>bold</b>"
  function: broken
  args: []
  record: {bins: {}}
  expect: {result: 1}
`;
const BUILD_S = 180;
/** What must not be in a text on the screen. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f\u202e]/;

function lineOf(text) {
  return ODD.split("\n").findIndex((line) => line.includes(text)) + 1;
}

export const badInput = {
  name: "bad input",
  session: {
    prepare(folder) {
      const samples = path.join(folder, "odd/testdata/udf");
      mkdirSync(samples, { recursive: true });
      const mod = readFileSync(path.join(folder, "counters/go.mod"), "utf8");
      writeFileSync(path.join(folder, "odd/go.mod"), mod.replace("/counters", "/odd"));
      writeFileSync(path.join(folder, FILE), ODD);
      writeFileSync(path.join(samples, "broken.record.json"), '{"bins": {"a": 1}\nnot JSON');
      writeFileSync(path.join(samples, "odd.case.yaml"), CASES);
    },
  },
  steps: [
    [
      "a sample that isn't JSON stops the run, which says where",
      async ({ workbench, outputLog, state }) => {
        await workbench.open(FILE);
        await workbench.settled("Modgo: Build UDF module");
        state.view = new RunsView(workbench);
        await workbench.goTo(lineOf("func Broken("));
        await workbench.clickLens("Run on sample", "broken", () =>
          outputLog().includes('"function":"broken"'),
        );
        await state.view.shows("outcome", /broken\.record\.json/, BUILD_S);
        await state.view.shows("outcome", /2:1|line 2/);
      },
    ],
    [
      "names of bins and values with control characters and markup are text",
      async ({ workbench, outputLog, state: { view } }) => {
        await workbench.goTo(lineOf("func Names("));
        await workbench.clickLens("Run on sample", "names", () => outputLog().includes('"function":"names"'));
        const text = await view.shows("outcome", /Record[\s\S]*<b>x<\/b>/, BUILD_S);
        assert.doesNotMatch(text, CONTROL);
        assert.equal(await view.locator("section.outcome b, section.outcome i").count(), 0);
        assert.deepEqual(await view.violations(), []);
      },
    ],
    [
      "the name of a case is text in the Test Explorer",
      async ({ workbench }) => {
        const explorer = workbench.page.locator(".test-explorer");
        await workbench.run("Testing: Focus on Test Explorer View", explorer);
        await workbench.openFile("odd/testdata/udf/odd.case.yaml");
        const row = explorer.locator(".monaco-list-row", {
          hasText: "odd.case.yaml",
        });
        for (const text of [/^odd/, /odd\.case\.yaml/]) {
          const twistie = explorer
            .locator(".monaco-list-row", { hasText: text })
            .first()
            .locator(".monaco-tl-twistie");
          await waitUntil(
            `${text} is expanded`,
            async () => {
              if (!((await twistie.getAttribute("class")) ?? "").includes("collapsed")) return true;
              await twistie.click();
              return false;
            },
            30,
          );
        }
        await row.waitFor();
        const shown = explorer.locator(".monaco-list-row", {
          hasText: "<b>bold</b>",
        });
        await shown.waitFor();
        assert.doesNotMatch(await shown.innerText(), CONTROL);
      },
    ],
    ...["Dark Modern", "High Contrast"].map((theme) => [
      `Problems in the theme ${theme}`,
      async ({ workbench, state }) => {
        await workbench.useTheme(theme);
        await workbench.focusEditor("odd.go");
        if (state.unregistered === undefined) {
          state.unregistered = true;
          await workbench.deleteLine(lineOf('udf.Register("names"'));
        }
        await workbench.showProblems();
        await workbench.problem(/Names.*not registered.*MG101/);
      },
    ]),
  ],
};
