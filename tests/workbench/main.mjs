// Runs the journeys and prints the result of each step. The steps after a failed step count as failed. The exit code is 0 if
// all passed. With MODGO_WORKBENCH_JOBS=2 two journeys run at a time. With MODGO_WORKBENCH_ALSO_IN="High Contrast" each step
// has a second screenshot, in that theme. With --figures the measured times are written. With --controls journeys run in a
// session that breaks one of their steps, which must fail.
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { controls } from "./controls.mjs";
import { writeFigures } from "./figures.mjs";
import { journeys } from "./journeys/index.mjs";
import { ALSO_IN, SCREENSHOTS } from "./paths.mjs";
import { killAll } from "./processes.mjs";
import { createSession, removeAllHomes } from "./session.mjs";
import { THEME_CLASSES } from "./workbench.mjs";

const WHOLE_LIMIT_S = 2700;
const JOBS = Number(process.env.MODGO_WORKBENCH_JOBS ?? 1);

const clock = setTimeout(() => abandon(`not done after ${WHOLE_LIMIT_S} s`), WHOLE_LIMIT_S * 1000);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => abandon(signal));

if (ALSO_IN !== undefined && THEME_CLASSES[ALSO_IN] === undefined) {
  console.error(`MODGO_WORKBENCH_ALSO_IN must be one of ${Object.keys(THEME_CLASSES).join(", ")}`);
  process.exit(2);
}
const filters = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const all = process.argv.includes("--controls") ? controls : journeys;
const chosen = all.filter(({ name }) => filters.length === 0 || filters.some((word) => name.includes(word)));
mkdirSync(SCREENSHOTS, { recursive: true });
if (chosen.length === journeys.length) removeScreenshots();

const figures = {};
const notRun = []; // the names of journeys that this machine can't run
const reasons = []; // printed again at the end, where a reader of the log looks first
let passed = 0;
let failed = chosen.length === 0 ? 1 : 0;
if (chosen.length === 0) console.log(`No journey is called ${filters.join(" ")}.`);
const waiting = [...chosen];
await Promise.all(Array.from({ length: JOBS }, runWaiting));
if (process.argv.includes("--figures") && failed === 0) writeFigures(figures);
clearTimeout(clock);
for (const reason of reasons) console.log(`\n${reason}`);
const left = notRun.length > 0 ? `; not run: ${notRun.join(", ")}` : "";
console.log(`\n${passed} passed, ${failed} failed${left}`);
process.exitCode = failed === 0 ? 0 : 1;

async function runWaiting() {
  for (let journey = waiting.shift(); journey !== undefined; journey = waiting.shift()) {
    const lines = []; // printed when the journey is over, unless it runs alone
    const print = (line) => (JOBS === 1 ? console.log(line) : lines.push(line));
    const done = await runJourney(journey, print);
    if (!notRun.includes(journey.name)) passed += done;
    failed += journey.steps.length - done;
    if (lines.length > 0) console.log(lines.join("\n"));
  }
}

/** Returns the number of passed steps. */
async function runJourney({ name, session: options, steps, skip }, print) {
  print(`\n${name}`);
  const why = skip?.();
  if (why !== undefined) {
    print(`  not run: ${why}`);
    notRun.push(name);
    return steps.length;
  }
  let session;
  try {
    session = await createSession(options);
  } catch (error) {
    reasons.push(`✗ ${name}: the workbench starts\n${indented(error)}`);
    print(`  ${reasons.at(-1)}`);
    return 0;
  }
  const state = {}; // shared by the steps
  let done = 0;
  try {
    for (const [title, step] of steps) {
      const began = performance.now();
      try {
        await step({ ...session, state, figures });
      } catch (error) {
        await takeScreenshot(session, name, steps.length, `${title} FAILED`, print);
        reasons.push(`✗ ${name}: ${title}\n${indented(error)}`);
        print(`  ✗ ${title}\n${indented(error)}\n    output channel:\n${indented(session.outputLog())}`);
        for (const [missed] of steps.slice(done + 1)) print(`  ✗ ${missed} (not reached)`);
        break;
      }
      done += 1;
      await takeScreenshot(session, name, done, title, print);
      print(`  ✓ ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    }
  } finally {
    await session.destroy();
  }
  return done;
}

/** Takes a screenshot of each window of the session. */
async function takeScreenshot({ windows }, journey, number, title, print) {
  const name = `${slug(journey)}-${String(number).padStart(2, "0")}-${slug(title)}`;
  for (const [index, window] of windows.entries()) {
    if (window.page.isClosed()) continue;
    const file = path.join(SCREENSHOTS, index === 0 ? name : `${name}-window-${index + 1}`);
    try {
      await window.screenshot(`${file}.png`);
      if (ALSO_IN !== undefined) await window.screenshotInTheme(ALSO_IN, `${file}.${slug(ALSO_IN)}.png`);
    } catch (error) {
      print(`    no screenshot: ${error.message}`);
    }
  }
}

/** Removes the screenshots of earlier runs, but for those in another theme. */
function removeScreenshots() {
  for (const file of readdirSync(SCREENSHOTS)) {
    const [, theme] = file.split(".");
    if (theme === "png" || (ALSO_IN !== undefined && theme === slug(ALSO_IN)))
      rmSync(path.join(SCREENSHOTS, file));
  }
}

function slug(text) {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function indented(what) {
  const text = what instanceof Error ? what.message : String(what);
  return text.replace(/^/gm, "      ");
}

function abandon(why) {
  console.error(`\nworkbench tests abandoned: ${why}`);
  killAll();
  removeAllHomes();
  console.log(`\n${passed} passed, ${failed + 1} failed`);
  process.exit(1);
}
