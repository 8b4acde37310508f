// Values that a user enters and sees: all digits, doubles stay doubles, and text that looks like markup is text. Each of two
// runs shows its own result.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { waitUntil } from "../wait-until.mjs";

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

/** Runs a function by its code lens, and returns the notification with the result. */
async function run({ workbench, outputLog }, nth, name) {
  await workbench.clearToasts();
  const calls = () => outputLog().split("modgo.call {").length;
  const before = calls();
  await workbench.clickLens("Run on sample", nth, () => calls() > before);
  return name === undefined ? undefined : workbench.toast(name, BUILD_S);
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
        const text = await run(session, 0, /^answer /);
        assert.match(text, /^answer → \[9007199254740993, 88\.0, 88\], record unchanged, /);
        const report = workbench.page.locator(".editor-instance .view-lines", { hasText: "# Run of a UDF" });
        await report.waitFor();
        const shown = await workbench.textOf(report);
        assert.match(shown, /Call +answer\(\)\n[\s\S]*\[9007199254740993, 88\.0, 88\]/);
        assert.match(shown, /"big": 9007199254740993,\s+"v": 9007199254740992,\s+"whole": 6\.0\s/);
      },
    ],
    [
      "an entered value arrives unchanged, and the record shows it",
      async (session) => {
        const { workbench } = session;
        await workbench.closeOtherEditors("values.go");
        await workbench.goTo(15);
        await run(session, 1);
        await workbench.quickInput().filter({ hasText: "keep(v any)" }).waitFor({ timeout: 30_000 });
        await workbench.answer("9007199254740993");
        await workbench.toast(/^keep → 9007199254740993, record updated/);
        const diff = workbench.page.locator(".monaco-diff-editor .modified .lines-content > .view-lines");
        await waitUntil(
          "the record after has it",
          async () =>
            /keep\(9007199254740993\), run at [\s\S]*"v": 9007199254740993/.test(
              await workbench.textOf(diff),
            ),
          10,
          () => diff.innerText(),
        );
        const original = workbench.page.locator(".monaco-diff-editor .original .lines-content > .view-lines");
        assert.match(await workbench.textOf(original), /"v": 9007199254740992/);
      },
    ],
    [
      "the same in a dark theme",
      async ({ workbench }) => {
        await workbench.changeSettings({ "workbench.colorTheme": "Default Dark Modern" });
        await workbench.page.locator(".monaco-workbench.vs-dark").waitFor();
        await workbench.tab("keep: record before ↔ after").click();
      },
    ],
    [
      "Details of an earlier run shows that run",
      async (session) => {
        const { workbench, outputLog } = session;
        const calls = () => outputLog().split("modgo.call {").length;
        const before = calls();
        await workbench.tab("values.go").click();
        await workbench.clickLens("Run on sample", 1, () => calls() > before);
        await workbench.quickInput().filter({ hasText: "keep(v any)" }).waitFor();
        await workbench.answer("6.0");
        await workbench.toast(/^keep → 6\.0, record updated/);
        await workbench.pressButtonInCenter("keep → 9007199254740993", "Details");
        await workbench.tab("keep at ").waitFor();
        const report = workbench.page.locator(".editor-instance .view-lines", { hasText: "# Run of a UDF" });
        await waitUntil(
          "the report is of the first run",
          async () => /Call +keep\(9007199254740993\)/.test(await workbench.textOf(report.first())),
          10,
        );
      },
    ],
    [
      "text that looks like markup is shown as text",
      async (session) => {
        const { workbench } = session;
        await workbench.closeOtherEditors("values.go");
        await workbench.goTo(20);
        await run(session, 2, /more/);
        const message = workbench.page.locator(".notification-toast .notification-list-item-message", {
          hasText: "more",
        });
        const text = (await message.innerText()).replaceAll("\u2060", "");
        assert.ok(text.startsWith(`link → "${LINK}", record unchanged`), text);
        assert.equal(await message.locator("a").count(), 0, "a result is a link");
      },
    ],
  ],
};
