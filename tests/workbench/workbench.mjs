// Drives the workbench as a user does: palette, editor, Problems, quick fixes, code lenses, notifications. Every action
// waits until the workbench shows its effect.
import path from "node:path";
import { PATIENCE, waitFor, waitUntil } from "./wait-until.mjs";

const INPUT = '.quick-input-widget input[type="text"]';
const PROBLEMS = ".markers-panel .monaco-list-row";
const TOAST = ".notification-toast";

/** The class of the workbench, by theme without the word Default. */
export const THEME_CLASSES = {
  "Light Modern": "vs",
  "Dark Modern": "vs-dark",
  "High Contrast": "hc-black",
  "High Contrast Light": "hc-light",
};

export class Workbench {
  constructor(page, { origin, folder, settings }) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE * 30_000);
    this.settings = settings;
    this.origin = origin;
    this.folder = folder;
  }

  /** Opens the folder in the window, and a file of it. */
  async open(file) {
    const { host } = new URL(this.origin);
    await this.openUri(this.folder, `vscode-remote://${host}${path.join(this.folder, file)}`);
  }

  /** Opens a folder in the window, and a file by its URI. */
  async openUri(folder, uri) {
    const payload = JSON.stringify([["openFile", uri]]);
    await this.page.goto(`${this.origin}/?${new URLSearchParams({ folder, payload })}`);
    await this.page.locator(".monaco-workbench").waitFor({ timeout: PATIENCE * 60_000 });
    await this.tab(path.basename(uri)).waitFor({ timeout: PATIENCE * 60_000 });
    await this.page.locator(".editor-instance .view-lines").first().waitFor();
  }

  /** Opens the folder in the window, without a file. */
  async openFolder() {
    await this.page.goto(`${this.origin}/?${new URLSearchParams({ folder: this.folder })}`, {
      timeout: PATIENCE * 90_000,
    });
    await this.page.locator(".monaco-workbench").waitFor({ timeout: PATIENCE * 60_000 });
  }

  /** Opens a window without a folder. */
  async openNothing() {
    await this.page.goto(`${this.origin}/?ew=true`, {
      timeout: PATIENCE * 90_000,
    });
    await this.page.locator(".monaco-workbench").waitFor({ timeout: PATIENCE * 60_000 });
  }

  /**
   * Waits until the workbench has started completely, some seconds after it looks ready: before that it drops commands,
   * and doesn't show those that need trust. `command` is one that the palette must offer.
   */
  async settled(command) {
    await this.page.waitForFunction(
      () => performance.getEntriesByName("code/LifecyclePhase/Eventually").length > 0,
      undefined,
      { timeout: PATIENCE * 60_000 },
    );
    await waitUntil(
      `the palette offers ${command}`,
      async () => (await this.paletteOffers(command)).includes(command),
      30,
    );
  }

  /** Opens a file of the folder. Returns the time at which it was chosen. */
  async openFile(file) {
    const name = path.basename(file);
    return this.#again(`${file} opens`, async (patience) => {
      await this.page.keyboard.press("Control+p");
      await this.#typeInto(file);
      await this.#row(name).first().waitFor({ timeout: patience });
      const chosen = performance.now();
      await this.#accept(name);
      await this.page.locator(".tab.active", { hasText: name }).first().waitFor({ timeout: patience });
      return chosen;
    });
  }

  /** Focuses the editor with this title. */
  async focusEditor(title) {
    await this.tab(title).click();
    await this.page.locator(".monaco-editor.focused").first().waitFor();
  }

  /** Closes all editors but the one with this title. */
  async closeOtherEditors(title) {
    await this.focusEditor(title);
    await this.run("View: Close Other Editors in Group");
    await this.run("View: Close Editors in Other Groups");
    await waitUntil(
      "one tab is left",
      async () => (await this.page.locator(".tabs-container .tab").count()) === 1,
      10,
    );
    await this.page.locator(".monaco-editor.focused").first().waitFor();
  }

  /** Deletes a line of the active editor. */
  async deleteLine(line) {
    await this.goTo(line);
    await this.page.keyboard.press("Control+Shift+k");
  }

  /** Closes the panel with Problems and Output if it is open. */
  async closePanel() {
    const panel = this.page.locator(".part.panel");
    if (!(await panel.isVisible())) return;
    await this.run("View: Hide Panel");
    await panel.waitFor({ state: "hidden" });
  }

  tab(title) {
    return this.page.locator(".tabs-container .tab", { hasText: title }).first();
  }

  /**
   * Runs a command of the palette by its full title. Runs it again until `effect`, a locator, is visible: VS Code
   * ignores some requests to show a view while it is busy.
   */
  async run(title, effect) {
    await this.#again(`the palette runs ${title}`, async (patience) => {
      await this.#palette(title);
      await this.#accept(title);
      await effect?.waitFor({ timeout: patience });
    });
  }

  /** Makes an attempt again, with more patience each time, until it doesn't throw: a key that VS Code ignores has no effect. */
  async #again(what, attempt, seconds = 60) {
    let patience = 3000;
    let problem;
    return waitUntil(
      what,
      async () => {
        try {
          return (await attempt(patience)) ?? true;
        } catch (error) {
          problem = error;
          patience *= 2;
          await this.page.keyboard.press("Escape");
          return undefined;
        }
      },
      seconds,
      () => problem?.message,
    );
  }

  async openPalette(text) {
    await this.#again("the palette opens", () => this.#palette(text));
  }

  async #palette(text) {
    await this.page.keyboard.press("F1");
    await this.#typeInto(`>${text}`);
  }

  /** Returns the titles that the palette offers for a text. */
  async paletteOffers(text) {
    await this.openPalette(text);
    const rows = this.page.locator(".quick-input-list .monaco-list-row");
    await rows.first().waitFor();
    const titles = await rows.locator(".label-name").allTextContents();
    await this.page.keyboard.press("Escape");
    await this.quickInput().waitFor({ state: "hidden" });
    return titles;
  }

  /** Types into an open input box or list, and accepts. */
  async answer(text) {
    await this.#typeInto(text, PATIENCE * 15_000);
    await this.page.keyboard.press("Enter");
  }

  quickInput() {
    return this.page.locator(".quick-input-widget");
  }

  async #typeInto(text, timeout = 5000) {
    const input = this.page.locator(INPUT);
    await input.waitFor({ timeout });
    await input.fill(text, { timeout });
  }

  /** Accepts the entry with this label, which need not be the first, once the list no longer changes. */
  async #accept(label) {
    const list = this.page.locator(".quick-input-list");
    const labels = () => list.locator(".label-name").allTextContents();
    let before = "";
    let same = 0;
    await waitFor(
      `the list offers ${label}`,
      async () => {
        const texts = await labels();
        const now = texts.join("\n");
        same = texts.includes(label) && now === before ? same + 1 : 0;
        before = now;
        return same >= 4;
      },
      10,
      () => before,
    );
    const exactly = this.page.locator(".label-name", {
      hasText: new RegExp(`^${RegExp.escape(label)}$`),
    });
    const rows = this.page.locator(".quick-input-list .monaco-list-row");
    await rows.filter({ has: exactly }).first().click({ timeout: 5000 });
  }

  #row(label) {
    return this.page.locator(".quick-input-list .monaco-list-row", {
      hasText: label,
    });
  }

  /** Shows the Problems view. */
  async showProblems() {
    await this.run("Problems: Focus on Problems View", this.page.locator(".markers-panel"));
  }

  /** Returns the listed problems, each a line such as "… modgo(MG101) [Ln 30, Col 6]". */
  async problems() {
    const texts = await this.page.locator(PROBLEMS).allTextContents();
    return texts.map((text) => text.replace(/\s+/g, " ").trim());
  }

  /** The counts of errors and warnings in the status bar, which change first when problems do. */
  problemCount(pattern) {
    return this.page.locator('[id="status.problems"]', { hasText: pattern });
  }

  /** Waits until a problem matches, and returns its text. */
  async problem(pattern, seconds = 30) {
    return waitUntil(
      `a problem matches ${pattern}`,
      async () => (await this.problems()).find((text) => pattern.test(text)),
      seconds,
      async () => JSON.stringify(await this.problems()),
    );
  }

  async noProblem(pattern, seconds = 30) {
    await waitUntil(
      `no problem matches ${pattern}`,
      async () => !(await this.problems()).some((text) => pattern.test(text)),
      seconds,
      async () => JSON.stringify(await this.problems()),
    );
  }

  /** Goes to a problem in the editor by a double click on its message. A click on its code would open the rule's page. */
  async goToProblem(text) {
    const message = this.page.locator(PROBLEMS, { hasText: text }).locator(".marker-message-line");
    await message.first().dblclick({ position: { x: 20, y: 8 } });
    await this.page.locator(".editor-instance .monaco-editor.focused").first().waitFor();
  }

  /** Opens the menu of quick fixes at the cursor, and returns their titles. */
  async quickFixes(seconds = 30) {
    const rows = this.page.locator(".action-widget .monaco-list-row.action");
    const open = async (patience) => {
      await this.page.keyboard.press("Control+.");
      await rows.first().waitFor({ timeout: patience });
    };
    await this.#again("the menu of quick fixes opens", open, seconds);
    return (await rows.allTextContents()).map((text) => text.trim());
  }

  /** Applies one of the quick fixes in the open menu. */
  async applyQuickFix(title) {
    await this.page.locator(".action-widget .monaco-list-row.action", { hasText: title }).first().click();
    await this.page.locator(".action-widget").first().waitFor({ state: "hidden" });
  }

  /** Goes to a position of the active editor; line and column count from 1. */
  async goTo(line, column = 1) {
    const status = new RegExp(`Ln ${line}, Col ${column}\\b`);
    await this.#again(`the cursor is at ${line}:${column}`, async (patience) => {
      await this.page.keyboard.press("Control+g");
      await this.#typeInto(`:${line}:${column}`);
      await this.page.keyboard.press("Enter");
      await this.quickInput().waitFor({ state: "hidden", timeout: patience });
      await this.page.locator(".part.statusbar", { hasText: status }).waitFor({ timeout: patience });
    });
  }

  /** Types at a position of the active editor. */
  async typeAt(line, column, text) {
    await this.goTo(line, column);
    await this.page.keyboard.insertText(text);
  }

  /** Returns the titles of the code lenses in the active editor. */
  async lenses() {
    const texts = await this.page.locator(".codelens-decoration").allTextContents();
    return texts.map((text) => text.replace(/\u00a0/g, " ").trim());
  }

  /**
   * A code lens of a UDF, by its registered name, or of a file if `udf` is undefined. Their order in the page isn't that of
   * the lines: VS Code appends a lens when it is resolved.
   */
  lens(title, udf) {
    const line = udf === undefined ? undefined : { hasText: `Registered as '${udf}'` };
    return this.page.locator(".codelens-decoration", line).locator("a", { hasText: title }).first();
  }

  /**
   * Clicks a code lens until the condition `effect` is true: VS Code redraws lenses after each change and scroll, and a
   * click at that moment has no effect, or runs a command that VS Code has disposed. Each click delays the next request
   * for lenses, the longer the slower the machine is, so the time between clicks grows. By its code, VS Code can take a
   * visible lens for a hidden one and keep its disposed command; scrolling has it resolve the lens again. `clicking` is
   * called just before each click.
   */
  async clickLens(title, udf, effect, clicking = () => {}) {
    const lens = this.lens(title, udf);
    let patience = 3;
    let problem;
    await waitUntil(
      `a click on the lens ${title} has an effect`,
      async () => {
        try {
          await lens.waitFor({ timeout: 5000 });
          clicking();
          await lens.click({ timeout: 5000 });
          return await waitFor("effect", effect, (patience *= 2));
        } catch (error) {
          problem = error;
          await this.#scrollAndBack(lens).catch(() => {});
          return false;
        }
      },
      60,
      async () =>
        `${problem.message}; lenses ${JSON.stringify(await this.lenses())}; ` +
        `notifications ${JSON.stringify(await this.pastNotifications().catch((error) => error.message))}`,
    );
  }

  async #scrollAndBack(lens) {
    const editor = this.page.locator(".editor-instance", { has: lens }).first();
    await editor.hover({ timeout: 5000 });
    for (const distance of [60, -60]) await this.page.mouse.wheel(0, distance);
  }

  /** Waits for a notification whose text matches, and returns its text. */
  async toast(pattern, seconds = 30) {
    return waitUntil(
      `a notification matches ${pattern}`,
      async () => (await this.toasts()).find((text) => pattern.test(text)),
      seconds,
      async () => `notifications ${JSON.stringify(await this.toasts())}`,
    );
  }

  /** Changes the user settings in the editor, because code-server doesn't watch the file. */
  async changeSettings(changes) {
    Object.assign(this.settings, changes);
    const tab = this.page.locator(".tab.active", { hasText: "settings.json" });
    await this.run("Preferences: Open User Settings (JSON)", tab);
    await this.page.locator(".editor-instance .monaco-editor.focused").first().waitFor();
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.insertText(JSON.stringify(this.settings));
    await this.page.locator(".tab.active.dirty").waitFor();
    await this.page.keyboard.press("Control+s");
    await this.page.locator(".tab.active.dirty").waitFor({ state: "detached" });
    await this.run("View: Close Editor");
    await tab.waitFor({ state: "detached" });
  }

  /** Changes the theme: Light Modern, Dark Modern, High Contrast or High Contrast Light. */
  async useTheme(theme) {
    await this.changeSettings({
      "window.autoDetectColorScheme": false,
      "workbench.colorTheme": `Default ${theme}`,
    });
    await this.page.locator(`.monaco-workbench.${THEME_CLASSES[theme]}`).waitFor();
  }

  /** Builds until the result matches: a changed setting takes a moment to arrive. */
  async buildUntil(pattern) {
    await waitUntil(
      `a build ends with ${pattern}`,
      async () => {
        await this.run("Modgo: Build UDF module");
        const text = await this.toast(/^Built | didn't build/, 60);
        if (!pattern.test(text)) await this.clearToasts();
        return pattern.test(text);
      },
      60,
      async () => JSON.stringify(await this.toasts()),
    );
    await this.clearToasts();
  }

  async toasts() {
    const texts = await this.page.locator(`${TOAST} .notification-list-item-message`).allTextContents();
    return texts.map((text) => text.trim());
  }

  /** Returns the texts of all notifications that were not closed, including hidden ones. */
  async pastNotifications() {
    const center = this.page.locator(".notifications-center.visible");
    await this.run("Notifications: Show Notifications", center);
    return center.locator(".notification-list-item-message").allTextContents();
  }

  /** Labels of the buttons on the notification with this text. */
  async toastButtons(text) {
    return this.page.locator(TOAST, { hasText: text }).locator(".monaco-button").allTextContents();
  }

  async pressToastButton(text, label) {
    await this.page.locator(TOAST, { hasText: text }).locator(".monaco-button", { hasText: label }).click();
  }

  /** Presses a button of a notification that may no longer be visible, but was not closed. */
  async pressButtonInCenter(text, label) {
    const center = this.page.locator(".notifications-center.visible");
    await this.run("Notifications: Show Notifications", center);
    const row = center.locator(".monaco-list-row", { hasText: text });
    await row.locator(".monaco-button", { hasText: label }).click();
  }

  async clearToasts() {
    await this.run("Notifications: Clear All Notifications");
    await this.page.locator(TOAST).first().waitFor({ state: "detached" });
  }

  /** The panel's view of the output channels. */
  outputView() {
    return this.page.locator(".output-view-container, .output-view").first();
  }

  /** Waits until a frame, such as the preview of a page, contains the text. */
  async frameWithText(pattern, seconds = 30) {
    await waitUntil(
      `a frame contains ${pattern}`,
      async () => {
        for (const frame of this.page.frames()) {
          const text = await frame.evaluate(() => document.body?.innerText ?? "").catch(() => "");
          if (frame !== this.page.mainFrame() && pattern.test(text)) return true;
        }
        return false;
      },
      seconds,
    );
  }

  /** Returns the visible text of the first editor. */
  visibleText() {
    return this.textOf(this.page.locator(".editor-instance .view-lines").first());
  }

  /** Returns the text of a part of an editor, with plain spaces. */
  async textOf(locator) {
    return (await locator.innerText()).replaceAll("\u00a0", " ");
  }

  async save() {
    await this.page.keyboard.press("Control+s");
  }

  async screenshot(file) {
    await this.page.mouse.move(700, 400); // away from elements with tooltips
    await this.page.screenshot({ path: file });
  }

  /** Takes a screenshot in the preferred dark theme. The step that follows finds the window as it was. */
  async screenshotInTheme(theme, file) {
    if (!this.settings["window.autoDetectColorScheme"]) return; // the journey chose a theme
    try {
      await this.page.emulateMedia({ colorScheme: "dark" });
      await this.page.locator(`.monaco-workbench.${THEME_CLASSES[theme]}`).waitFor();
      await this.page.waitForTimeout(300); // until webviews and colored text are drawn
      await this.page.screenshot({ path: file });
    } finally {
      await this.page.emulateMedia({ colorScheme: "light" });
    }
    await this.page.locator(".monaco-workbench.vs").waitFor();
  }
}
