// The debugger: where it has stopped, its variables, its console, and its end.
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { CACHE } from "./paths.mjs";
import { waitUntil } from "./wait-until.mjs";

export const BUILD_S = 300; // the first build on a machine compiles Go's library without optimizations
export const SLOW = { timeout: BUILD_S * 1000 };

/** The environment of a session that has Delve. */
export function withDelve(home) {
  const folder = path.join(home, "gobin");
  mkdirSync(folder);
  cpSync(path.join(CACHE, "delve/dlv"), path.join(folder, "dlv"));
  return { GOBIN: folder };
}

/** Sets a breakpoint in the active editor, which has none, and waits until it is shown. */
export async function setBreakpoint(workbench, line) {
  await workbench.goTo(line);
  await workbench.page.keyboard.press("F9");
  await workbench.page
    .locator(".codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified")
    .first()
    .waitFor();
}

/** Waits until a breakpoint has stopped a function at a line, where VS Code then puts the cursor. */
export async function stoppedIn(workbench, name, line) {
  const { page } = workbench;
  const rows = page.locator(".debug-call-stack .monaco-list-row");
  await waitUntil(
    `a breakpoint has stopped ${name}`,
    async () =>
      (await rows.filter({ hasText: name }).filter({ hasText: "Paused on breakpoint" }).count()) > 0,
    60,
    async () => `${await rows.allInnerTexts()}; notifications ${await workbench.toasts()}`,
  );
  await frameAt(page, line);
}

export const stackLine = (page) => page.locator(".debug-top-stack-frame-line").first();

/** Waits until the innermost frame is at a line, where VS Code then puts the cursor. */
export async function frameAt(page, line) {
  await page.locator(".part.statusbar", { hasText: new RegExp(`Ln ${line}, `) }).waitFor();
  await stackLine(page).waitFor();
}

/** The row of a variable; opens its scope if it is closed. */
export async function variable(page, scope, pattern) {
  const rows = page.locator(".debug-variables .monaco-list-row");
  const found = rows.filter({ hasText: pattern }).first();
  await waitUntil(
    `${scope} has ${pattern}`,
    async () => {
      if (await found.isVisible()) return true;
      const closed = rows
        .filter({ hasText: new RegExp(`^${scope}$`) })
        .and(page.locator('[aria-expanded="false"]'));
      if ((await closed.count()) > 0) await closed.first().click();
      return found.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
    },
    30,
    () => rows.allTextContents(),
  );
}

/** Waits until the debug console has a text. */
export async function consoleHas(page, pattern) {
  const text = () => page.locator(".repl .monaco-list-rows").innerText();
  return waitUntil(`the debug console has ${pattern}`, async () => pattern.test(await text()), BUILD_S, text);
}

export const ended = (page) => page.locator(".debug-toolbar").waitFor({ state: "hidden", ...SLOW });
