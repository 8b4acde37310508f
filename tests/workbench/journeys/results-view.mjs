// The view "UDF runs": arguments, results, the record, logs, failures, the history, cases; large and hostile values; its
// accessibility in three themes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { INTERPRETER } from "../paths.mjs";
import { waitUntil } from "../wait-until.mjs";
import { RunsView } from "../webview.mjs";

const SHOP = `package shop

import (
	"errors"
	"fmt"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("buy", Buy)
	udf.Register("refuse", Refuse)
	udf.Register("boom", Boom)
	udf.Register("many", Many)
	udf.Register("total", Total)
	udf.Register("forever", Forever)
	udf.Register("slow", Slow)
}

// Buy adds an article to the cart.
func Buy(rec *udf.Record, article string, count int64, notes ...string) (map[string]any, error) {
	cart, _ := udf.Get[[]string](rec, "cart")
	cart = append(cart, article)
	rec.Set("cart", cart)
	sold, _ := rec.Int("sold")
	rec.Set("sold", sold+count)
	udf.Log(udf.Info, "bought", "article", article)
	return map[string]any{"articles": len(cart), "share": 0.5, "notes": notes}, rec.Update()
}

// Refuse returns an error.
func Refuse(rec *udf.Record) error { return errors.New("the shop is <b>closed</b>") }

// Boom writes to a nil map.
func Boom(rec *udf.Record) {
	var none map[string]int
	none["x"] = 1
}

// Many changes one element of a long list, and returns a long text.
func Many(rec *udf.Record) (string, error) {
	list := make([]int64, 100_000)
	for i := range list {
		list[i] = int64(i)
	}
	if rec.Exists() {
		list[70_000] = -1
	}
	rec.Set("list", list)
	rec.Set("text", "<img src=x onerror=alert(1)> \\u202e"+fmt.Sprintf("%01000000d", 7))
	if rec.Exists() {
		return fmt.Sprintf("%01000000d", 7), rec.Update()
	}
	return fmt.Sprintf("%01000000d", 7), rec.Create()
}

// Total adds up what was sold.
func Total(s *udf.Stream) *udf.Stream {
	sold := udf.Map(s, func(rec *udf.Record) int64 {
		n, _ := rec.Int("sold")
		return n
	})
	return udf.Reduce(sold, func(a, b int64) int64 { return a + b })
}

// Forever never returns.
func Forever(rec *udf.Record) {
	for {
	}
}

// Slow takes its time to fail.
func Slow() {
	time.Sleep(5 * time.Second)
	panic("too late")
}
`;
const FILE = "hello/shop/shop.go";
const ODD_NAME = `package odd

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() { udf.Register("odd\\u202ename", Odd) }

func Odd() {}
`;
const CART = {
  key: ["test", "shop", "k1"],
  bins: {
    owner: "Ada",
    sold: 3,
    cart: ["apple", "pear", "plum", "fig", "lime", "kiwi"],
    big: 9007199254740,
  },
};
const BUILD_S = 180;

function lineOf(text) {
  return SHOP.split("\n").findIndex((line) => line.includes(text)) + 1;
}

/** Runs a function by its code lens. */
async function runByLens({ workbench, outputLog }, name) {
  const calls = () => outputLog().split(`"function":"${name}"`).length;
  const before = calls();
  await workbench.goTo(lineOf(`func ${name[0].toUpperCase()}${name.slice(1)}(`));
  await workbench.clickLens("Run on sample", name, () => calls() > before);
}

export const resultsView = {
  name: "results view",
  session: {
    prepare(folder) {
      const samples = path.join(folder, "hello/shop/testdata/udf");
      mkdirSync(samples, { recursive: true });
      writeFileSync(path.join(folder, FILE), SHOP);
      writeFileSync(path.join(samples, "buy.record.json"), JSON.stringify(CART));
      writeFileSync(
        path.join(samples, "many.record.json"),
        JSON.stringify({ bins: { text: "x".repeat(1000) } }),
      );
      mkdirSync(path.join(folder, "hello/odd"));
      writeFileSync(path.join(folder, "hello/odd/odd.go"), ODD_NAME);
      writeFileSync(path.join(samples, "empty-cart.record.json"), JSON.stringify({ bins: { cart: [] } }));
      const records = [1, 2, 3, 4].map((sold) => JSON.stringify({ bins: { sold } }));
      writeFileSync(path.join(samples, "total.records.jsonl"), `${records.join("\n")}\n`);
    },
  },
  steps: [
    [
      "a run by the lens shows the signature and asks for the arguments",
      async (session) => {
        const { workbench, state } = session;
        await workbench.open(FILE);
        await workbench.settled("Modgo: Build UDF module");
        const view = (state.view = new RunsView(workbench));
        await runByLens(session, "buy");
        await view.shows("call", /buy\(article string, count int64, notes \.\.\.string\)/, BUILD_S);
        await view.shows("outcome", /Enter the arguments/);
        assert.deepEqual(await workbench.toasts(), [], "a run shows no notification");
        assert.equal(
          await workbench.page.locator(".monaco-editor.focused").count(),
          1,
          "the editor has the focus",
        );
      },
    ],
    [
      "the result, the changed bins first, and the log",
      async ({ workbench, state: { view } }) => {
        await view.runWith("date", "2");
        const text = await view.shows("outcome", /Result[\s\S]*articles[\s\S]*7/);
        assert.match(text, /share\s+double\s+0\.5/);
        assert.match(text, /record updated/);
        const names = await view
          .locator('table[aria-label="Record"] tr[data-depth="0"] .name')
          .allTextContents();
        assert.deepEqual(names, ["cart", "sold", "big", "owner"]);
        assert.match(await view.row("Record", "sold").innerText(), /M\s[\s\S]*integer\s+3\s+5/);
        assert.match(await view.row("Record", "[6]").innerText(), /A\s[\s\S]*string\s+"date"/);
        assert.match(text, /6 unchanged values/);
        assert.match(text, /info\s+bought article=date/);
        assert.match(await view.announcement(), /^buy → .*record updated/);
        assert.deepEqual(await workbench.toasts(), [], "a run shows no notification");
      },
    ],
    [
      "a line of the log opens its source",
      async ({ workbench, state: { view } }) => {
        await workbench.goTo(1);
        await view.locator(".log button.place").click();
        const status = new RegExp(`Ln ${lineOf("udf.Log(")}\\b`);
        await workbench.page.locator(".part.statusbar", { hasText: status }).waitFor();
      },
    ],
    [
      "a wrong argument is explained at its field, and nothing runs",
      async ({ outputLog, state: { view } }) => {
        const calls = outputLog().split("modgo.call {").length;
        await view.runWith("date", "many");
        await view.shows("call", /count is an integer, such as 42/);
        assert.equal(await view.locator("#argument-1").getAttribute("aria-invalid"), "true");
        assert.equal(outputLog().split("modgo.call {").length, calls);
      },
    ],
    [
      "variadic values, another sample, and a comparison with an earlier run",
      async ({ state: { view } }) => {
        await view.locator("button.add").click();
        await view.locator("#sample").selectOption("file:empty-cart.record.json");
        await view.runWith("date", "2", "as a gift");
        await view.shows("outcome", /articles\s+integer\s+1\s/);
        assert.match(await view.row("Result", "notes").innerText(), /as a gift/);
        const items = view.locator(".runs-list li");
        assert.equal(await items.count(), 2, "the call without arguments has been answered");
        await items.nth(1).hover();
        await items.nth(1).locator('vscode-toolbar-button[icon="git-compare"]').click();
        await view.shows("outcome", /Two runs/);
        assert.match(await view.row("Results", "articles").innerText(), /integer\s+7\s+1/);
        assert.match(await view.row("Records", "sold").innerText(), /integer\s+5\s+2/);
      },
    ],
    [
      "axe finds nothing in a light theme",
      async ({ state: { view } }) => {
        assert.deepEqual(await view.violations(), []);
      },
    ],
    [
      "nor in a dark one",
      async ({ workbench, state: { view } }) => {
        await workbench.useTheme("Dark Modern");
        await view.locator('vscode-toolbar-button[icon="close"][label="Close the comparison"]').click();
        await view.locator(".runs-list .item").nth(1).click();
        await view.shows("outcome", /articles\s+integer\s+7/);
        assert.deepEqual(await view.violations(), []);
      },
    ],
    [
      "nor in high contrast",
      async ({ workbench, state: { view } }) => {
        await workbench.useTheme("High Contrast");
        await view.shows("outcome", /articles\s+integer\s+7/);
        assert.deepEqual(await view.violations(), []);
      },
    ],
    [
      "a panic shows its frames as links, and marks its line until the text changes",
      async (session) => {
        const { workbench, state } = session;
        await workbench.useTheme("Light Modern");
        await runByLens(session, "boom");
        await state.view.shows(
          "outcome",
          /Panic[\s\S]*assignment to entry in nil map[\s\S]*shop\.go:\d+/,
          BUILD_S,
        );
        const line = lineOf('none["x"]');
        await workbench.goTo(1);
        await state.view.locator(".frames button.place").first().click();
        await workbench.page.locator(".part.statusbar", { hasText: new RegExp(`Ln ${line}\\b`) }).waitFor();
        await workbench.page.locator(".squiggly-error").first().waitFor();
        await workbench.typeAt(line, 1, " ");
        await workbench.page.locator(".squiggly-error").first().waitFor({ state: "detached" });
        await workbench.page.keyboard.press("Backspace");
        await workbench.save();
      },
    ],
    [
      "a run that is removed from the history leaves no mark",
      async (session) => {
        const { workbench, state } = session;
        await runByLens(session, "boom");
        await workbench.page.locator(".squiggly-error").first().waitFor();
        const item = state.view.locator(".runs-list li", { hasText: "boom()" }).first();
        await item.hover();
        await item.locator('vscode-toolbar-button[icon="close"]').click();
        await workbench.page.locator(".squiggly-error").first().waitFor({ state: "detached" });
      },
    ],
    [
      "nor does a file that another program changes",
      async (session) => {
        const { workbench, folder, state } = session;
        await runByLens(session, "boom");
        await state.view.shows("outcome", /Panic/);
        await workbench.run("View: Close Editor");
        await workbench.showProblems();
        await workbench.problem(/boom: .*assignment to entry in nil map/);
        writeFileSync(path.join(folder, FILE), `${SHOP}\n`);
        await workbench.noProblem(/boom: /);
        writeFileSync(path.join(folder, FILE), SHOP);
        await workbench.openFile(FILE);
      },
    ],
    [
      "a run that ends while the view is hidden is shown when it is back",
      async (session) => {
        const { workbench, state, outputLog } = session;
        const ends = () => outputLog().split("slow panicked").length;
        const before = ends();
        await runByLens(session, "slow");
        await state.view.locator(".running").waitFor();
        await workbench.showProblems();
        await waitUntil("the run has ended", () => ends() > before, 60, outputLog);
        await workbench.run("UDF runs: Focus on UDF runs View", state.view.locator(".runs-list"));
        await state.view.shows("outcome", /Panic[\s\S]*too late/);
        await state.view.shows("call", /slow\(\)/);
      },
    ],
    [
      "a text that changes while the function runs gets no mark",
      async (session) => {
        const { workbench, state } = session;
        const line = lineOf('panic("too late")');
        await workbench.goTo(line);
        await workbench.page.locator(".squiggly-error").first().waitFor();
        await runByLens(session, "slow");
        await state.view.locator(".running").waitFor();
        await workbench.focusEditor("shop.go");
        await workbench.typeAt(line, 1, "\n");
        await state.view.locator(".running").waitFor({ state: "detached" });
        await workbench.showProblems();
        assert.deepEqual(
          (await workbench.problems()).filter((text) => text.includes("too late")),
          [],
        );
        await workbench.focusEditor("shop.go");
      },
    ],
    [
      "the function's name goes to where it is now",
      async ({ workbench, folder, state }) => {
        await workbench.typeAt(1, 1, "// Package shop sells.\n");
        await workbench.run("UDF runs: Focus on UDF runs View", state.view.locator(".runs-list"));
        await state.view.locator("header button.name").click();
        const status = new RegExp(`Ln ${lineOf("func Slow(") + 1}\\b`);
        await workbench.page.locator(".part.statusbar", { hasText: status }).waitFor();
        await workbench.deleteLine(1);
        await workbench.deleteLine(lineOf('panic("too late")'));
        await workbench.save();
        await waitUntil(
          "the file is saved",
          () => readFileSync(path.join(folder, FILE), "utf8") === SHOP,
          10,
        );
      },
    ],
    [
      "an error of the UDF is text, also where it looks like HTML",
      async (session) => {
        const { view } = session.state;
        await runByLens(session, "refuse");
        await view.shows("outcome", /Error[\s\S]*the shop is <b>closed<\/b>/);
        assert.equal(await view.locator("section.outcome b").count(), 0);
        await view.shows("outcome", /There is no record: the function ran without one\. Create sample/);
      },
    ],
    [
      "a module that doesn't build shows its errors as links",
      async (session) => {
        const { workbench, state } = session;
        const line = lineOf('none["x"]');
        await workbench.typeAt(line, 1, "\tnone = 1\n");
        await runByLens(session, "refuse");
        await state.view.shows("outcome", /Not run[\s\S]*shop\.go:\d+ .*cannot use 1/, 60);
        await workbench.goTo(1);
        await state.view.locator(".findings button").first().click();
        await workbench.page.locator(".part.statusbar", { hasText: new RegExp(`Ln ${line}\\b`) }).waitFor();
        await workbench.deleteLine(line);
        await workbench.save();
        await runByLens(session, "refuse");
        await state.view.shows("outcome", /Error[\s\S]*closed/, 60);
      },
    ],
    [
      "Cancel ends a run that never ends",
      async (session) => {
        const { view } = session.state;
        await runByLens(session, "forever");
        await view.locator(".cancel").click();
        await view.locator(".running").waitFor({ state: "detached" });
        assert.match(await view.announcement(), /cancelled/);
        await view.shows("outcome", /closed/);
      },
    ],
    [
      "a list of 100,000 elements and a text of a megabyte are shown in part",
      async (session) => {
        const { view } = session.state;
        await runByLens(session, "many");
        await view.shows("outcome", /list\s*A?[\s\S]*100,000 elements/, 60);
        assert.equal(await view.locator("section.outcome img").count(), 0);
        assert.match(
          await view.row("Record", "text").innerText(),
          /<img src=x onerror=alert\(1\)> \\u202e0000/,
        );
        const list = view.row("Record", "list");
        await list.focus();
        await list.press("ArrowRight");
        await view.shows("outcome", /Show 200 more values of 99,800/);
        assert.ok((await view.locator("tr").count()) < 250);
      },
    ],
    [
      "the keyboard reaches the buttons of a row, and stays where a row vanishes",
      async ({ state: { view } }) => {
        const focused = view.locator(":focus");
        const text = view.row("Record", "text");
        await text.focus();
        await text.press("ArrowRight");
        await focused.press("ArrowRight");
        assert.equal(await text.locator(".after button:focus").innerText(), "Show more");
        await focused.press("Enter");
        assert.equal(await text.locator(".after button:focus").innerText(), "Open in an editor");
        await focused.press("ArrowLeft");
        await focused.press("Enter"); // shows all of it
        assert.match(await focused.getAttribute("class"), /^value/, "its row has the focus");
        await focused.press("Home");
        await focused.press("ArrowDown");
        await view.row("Record", "list").locator(".twistie").click();
        await view.locator('table[aria-label="Record"] tr[tabindex="0"]').waitFor();
      },
    ],
    [
      "a long text opens as a read-only document",
      async ({ workbench, state: { view } }) => {
        await view.locator("p.result button").click();
        await workbench.tab("value.txt").waitFor();
        await workbench.page.locator(".part.statusbar", { hasText: "Plain Text" }).waitFor();
        assert.equal(await workbench.page.locator(".tab.dirty").count(), 0);
        await workbench.closeOtherEditors("shop.go");
      },
    ],
    [
      "a stream shows its nodes and their partial results",
      async (session) => {
        const { view } = session.state;
        await runByLens(session, "total");
        await view.shows("outcome", /Result[\s\S]*10[\s\S]*Nodes/, 60);
        await view.locator("#nodes").fill("2");
        await view.runAgain();
        await view.shows("outcome", /4 records on 2 nodes[\s\S]*node 1[\s\S]*node 2/);
      },
    ],
    [
      "a run is saved as a case, which passes",
      async ({ workbench, folder, state: { view } }) => {
        await view.locator(".runs-list .item", { hasText: 'buy("date", 2)' }).click();
        await view.shows("outcome", /articles\s+integer\s+7/);
        await view.locator('vscode-toolbar-button[icon="beaker"]').click();
        await workbench.tab("buy.case.yaml").waitFor();
        const text = readFileSync(path.join(folder, "hello/shop/testdata/udf/buy.case.yaml"), "utf8");
        assert.match(
          text,
          /function: buy\n {2}args: \[date, 2\]\n {2}record: buy\.record\.json\n {2}expect:/,
        );
        const command = ["-m", "modgo_lsp", "test", path.join(folder, "hello/shop"), "-k", "buy"];
        assert.match(
          execFileSync(INTERPRETER, command, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
          /1 passed/,
        );
      },
    ],
    [
      "another one is saved after what was typed into the file",
      async ({ workbench, folder, state: { view } }) => {
        await workbench.typeAt(1, 1, "# typed\n");
        await view.locator('vscode-toolbar-button[icon="beaker"]').click();
        const file = path.join(folder, "hello/shop/testdata/udf/buy.case.yaml");
        const text = () => readFileSync(file, "utf8");
        await waitUntil("there are two cases", () => text().split("function: buy").length === 3, 30, text);
        assert.match(text(), /^# typed\n/);
        await workbench.page.locator(".tab.active.dirty").waitFor({ state: "detached" });
        const line =
          text()
            .split("\n")
            .findLastIndex((each) => each.startsWith("- ")) + 1;
        await workbench.page.locator(".part.statusbar", { hasText: new RegExp(`Ln ${line}\\b`) }).waitFor();
      },
    ],
    [
      "the menu of a sample runs a function on it",
      async ({ workbench, state: { view } }) => {
        await workbench.openFile("hello/shop/testdata/udf/buy.record.json");
        await workbench.page.locator(".editor-instance .view-lines").first().click({ button: "right" });
        await workbench.page
          .locator(".monaco-menu .action-label", { hasText: "Run UDF on sample record" })
          .click();
        await view.shows("call", /buy\(/);
      },
    ],
    [
      "a name with hidden characters is shown with their escapes",
      async (session) => {
        const { workbench, state } = session;
        await workbench.openFile("hello/odd/odd.go");
        await workbench.goTo(5);
        const calls = () => session.outputLog().split("modgo.call {").length;
        const before = calls();
        await workbench.clickLens("Run on sample", "odd\\u202ename", () => calls() > before);
        await state.view.shows("call", /odd\\u202ename/, 60);
      },
    ],
    [
      "a reload of the window leaves the history",
      async ({ workbench, state: { view } }) => {
        const before = await view.locator(".runs-list li").count();
        await workbench.page.reload();
        await workbench.page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
        await workbench.settled("Modgo: Build UDF module");
        await workbench.run("UDF runs: Focus on UDF runs View", view.locator(".runs-list"));
        // The megabyte isn't stored with the workspace.
        assert.equal(await view.locator(".runs-list li").count(), before - 1);
        await workbench.clearToasts();
        // Which run was selected, VS Code stores a moment later.
        await view.locator(".runs-list .item", { hasText: 'buy("date", 2)' }).click();
        await view.shows("outcome", /articles\s+integer\s+7/);
      },
    ],
    [
      "a narrow view has one column",
      async ({ workbench, state: { view } }) => {
        await workbench.page.setViewportSize({ width: 520, height: 850 });
        const [call, outcome] = await Promise.all(
          ["call", "outcome"].map((name) => view.section(name).boundingBox()),
        );
        assert.ok(outcome.y >= call.y + call.height, JSON.stringify([call, outcome]));
        assert.deepEqual(await view.violations(), []);
      },
    ],
  ],
};
