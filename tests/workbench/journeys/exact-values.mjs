// Values that a user enters and sees: all digits, doubles stay doubles, and text that looks like markup is text. Each of two
// runs has its own result.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RunsView } from "../webview.mjs";

const LINK = "[more](command:workbench.action.files.newUntitledFile)";
const VALUES = `package values

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("answer", Answer)
	udf.Register("keep", Keep)
	udf.Register("link", Link)
}

// Answer returns values that are not distinct as JavaScript numbers.
func Answer() any { return []any{int64(9007199254740993), 88.0, int64(88)} }

// Keep stores v.
func Keep(rec *udf.Record, v any) (any, error) {
	rec.Set("v", v)
	return v, rec.Update()
}

// Link is text.
func Link() string { return ${JSON.stringify(LINK)} }
`;
const SAMPLE = '{"bins": {"big": 9007199254740993, "whole": 6.0, "v": 9007199254740992}}\n';
const BUILD_S = 180;

/** Runs a function by its code lens. Returns the view of the runs. */
async function run({ workbench, outputLog }, name) {
  const calls = () => outputLog().split("modgo.call {").length;
  const before = calls();
  await workbench.clickLens("Run on sample", name, () => calls() > before);
  return new RunsView(workbench);
}

export const exactValues = {
  name: "exact values",
  session: {
    prepare(folder) {
      const samples = path.join(folder, "hello/values/testdata/udf");
      mkdirSync(samples, { recursive: true });
      writeFileSync(path.join(folder, "hello/values/values.go"), VALUES);
      writeFileSync(path.join(samples, "default.record.json"), SAMPLE);
    },
  },
  steps: [
    [
      "a result has all its digits",
      async (session) => {
        const { workbench } = session;
        await workbench.open("hello/values/values.go");
        await workbench.settled("Modgo: Build UDF module");
        await workbench.goTo(12);
        const view = await run(session, "answer");
        await view.shows(
          "outcome",
          /integer\s+9007199254740993[\s\S]*double\s+88\.0[\s\S]*integer\s+88\s/,
          BUILD_S,
        );
        assert.match(await view.row("Record", "big").innerText(), /integer\s+9007199254740993/);
        assert.match(await view.row("Record", "whole").innerText(), /double\s+6\.0/);
      },
    ],
    [
      "an entered value arrives unchanged, and the record shows it",
      async (session) => {
        const { workbench } = session;
        await workbench.goTo(15);
        const view = await run(session, "keep");
        await view.shows("call", /keep\(v any\)/, 60);
        await view.runWith("9007199254740993");
        await view.shows("outcome", /integer · .* record updated/);
        assert.match(
          await view.row("Record", "v").innerText(),
          /M[\s\S]*9007199254740992\s+9007199254740993/,
        );
      },
    ],
    [
      "the same in a dark theme",
      async ({ workbench }) => {
        await workbench.useTheme("Dark Modern");
      },
    ],
    [
      "an earlier run is in the history",
      async ({ workbench }) => {
        const view = new RunsView(workbench);
        await view.runWith("6.0");
        await view.shows("outcome", /double · .* record updated/);
        assert.match(
          await view.row("Record", "v").innerText(),
          /integer → double[\s\S]*9007199254740992\s+6\.0/,
        );
        await view.locator(".runs-list .item", { hasText: "keep(9007199254740993)" }).click();
        await view.shows("outcome", /integer · .* record updated/);
      },
    ],
    [
      "text that looks like markup is shown as text",
      async (session) => {
        const { workbench } = session;
        await workbench.focusEditor("values.go");
        await workbench.goTo(20);
        const view = await run(session, "link");
        const text = await view.shows("outcome", /more/);
        assert.ok(text.includes(`"${LINK}"`), text);
        assert.equal(await view.section("outcome").locator("a").count(), 0, "a result is a link");
        const status = workbench.page.locator(".part.statusbar .statusbar-item", { hasText: "link → " });
        await status.waitFor();
        assert.equal(await status.locator('a[href*="command:workbench"]').count(), 0);
      },
    ],
  ],
};
