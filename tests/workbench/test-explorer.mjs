// The Test Explorer: its rows, their states and their buttons.
import { waitUntil } from "./wait-until.mjs";

/** A row of the Test Explorer. */
export function row({ page }, text) {
  return page.locator(".test-explorer .monaco-list-row", { hasText: text }).first();
}

export async function rows({ page }) {
  return (await page.locator(".test-explorer .monaco-list-row").allInnerTexts()).join(" | ");
}

/** Waits until an item has a state, such as "passed". */
export async function stateOf(workbench, text, state, seconds = 60) {
  const icon = row(workbench, text).locator(".computed-state");
  await waitUntil(
    `“${text}” has ${state}`,
    async () => {
      const shown = await icon.getAttribute("class", { timeout: 1000 }).catch(() => "");
      return shown.includes(`codicon-testing-${state}-icon`);
    },
    seconds,
    async () => `${await icon.getAttribute("class").catch(() => "no such row")} in ${await rows(workbench)}`,
  );
}

export async function expand(workbench, text) {
  const twistie = row(workbench, text).locator(".monaco-tl-twistie");
  await waitUntil(
    `“${text}” is expanded`,
    async () => {
      if (!(await twistie.getAttribute("class")).includes("collapsed")) return true;
      await twistie.click();
      return false;
    },
    30,
  );
}

/** Presses a button that a row shows under the mouse, such as "Run Test with Coverage". */
export async function press(workbench, text, button) {
  await row(workbench, text).hover();
  await row(workbench, text).getByRole("button", { name: button, exact: true }).click();
}
