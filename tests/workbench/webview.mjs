// The webview of the view "UDF runs": its elements, and what axe-core finds in it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { ROOT } from "./paths.mjs";
import { waitUntil } from "./wait-until.mjs";

const AXE = createRequire(path.join(ROOT, "vscode-extension/package.json")).resolve("axe-core/axe.min.js");

export class RunsView {
  constructor(workbench) {
    this.workbench = workbench;
    this.frame = workbench.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  }

  locator(selector, options) {
    return this.frame.locator(selector, options);
  }

  /** The element of a section: "call", "outcome" or "history". */
  section(name) {
    return this.frame.locator(`section.${name}`);
  }

  /** Waits until a section's text matches, and returns it. */
  async shows(section, pattern, seconds = 30) {
    const text = async () => {
      try {
        return (await this.section(section).innerText({ timeout: 1000 })).replaceAll("\u00a0", " ");
      } catch {
        return "(not there)";
      }
    };
    return waitUntil(
      `${section} shows ${pattern}`,
      async () => {
        const found = await text();
        return pattern.test(found) ? found : undefined;
      },
      seconds,
      text,
    );
  }

  /** The text that screen readers announce. */
  announcement() {
    return this.frame.locator("[role=status]").innerText();
  }

  /** A row of a table of values by its label, such as "Record". */
  row(table, key) {
    const name = this.frame.locator("th .name").filter({ hasText: new RegExp(`^${RegExp.escape(key)}$`) });
    return this.frame.locator(`table[aria-label="${table}"] tbody tr`).filter({ has: name }).first();
  }

  /** Enters the arguments and presses Enter. */
  async runWith(...args) {
    for (const [index, text] of args.entries()) await this.locator(`#argument-${index}`).fill(text);
    await this.locator("#argument-0").press("Enter");
  }

  async runAgain() {
    await this.locator("vscode-button.run").click();
  }

  /** Returns the violations that axe-core finds in the webview, each a line. */
  async violations() {
    const element = await this.frame.locator("body").elementHandle();
    const frame = await element.ownerFrame();
    // The page is transparent. axe can't see that the panel is behind it.
    const panel = await this.workbench.page
      .locator(".part.panel")
      .evaluate((part) => getComputedStyle(part).backgroundColor);
    await element.evaluate((body, color) => (body.style.backgroundColor = color), panel);
    await frame.evaluate(readFileSync(AXE, "utf8"));
    const { violations } = await frame.evaluate("axe.run(document, { resultTypes: ['violations'] })");
    await element.evaluate((body) => (body.style.backgroundColor = ""));
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map(({ html, any }) => `${html.slice(0, 120)} ${any[0]?.message ?? ""}`).join(" | ")}`,
    );
  }
}
