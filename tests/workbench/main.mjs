// Runs the journeys one after the other and prints what passed. Each step counts; a step that can't be
// reached because one before it failed has failed too. Exit code 0 only if all passed.
// With MODGO_WORKBENCH_RETRIES=1 a journey that failed is made once more, in a new world: if all of it passes
// then, that counts, and is told.
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { writeFigures } from "./figures.mjs";
import { journeys } from "./journeys/index.mjs";
import { PICTURES } from "./paths.mjs";
import { endAllNow } from "./processes.mjs";
import { createWorld, removeHomes } from "./session.mjs";

const WHOLE_LIMIT_S = 900;
const RETRIES = Number(process.env.MODGO_WORKBENCH_RETRIES ?? 0);

const clock = setTimeout(() => abandon(`not done after ${WHOLE_LIMIT_S} s`), WHOLE_LIMIT_S * 1000);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => abandon(signal));

const wanted = process.argv.slice(2);
const chosen = journeys.filter(
  ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
);
if (wanted.length === 0) rmSync(PICTURES, { recursive: true, force: true });
mkdirSync(PICTURES, { recursive: true });

const figures = {};
const reasons = []; // told again at the end, which is what a log's reader sees first
let passed = 0;
let failed = chosen.length === 0 ? 1 : 0;
let flaky = 0;
if (chosen.length === 0) console.log(`No journey is called ${wanted.join(" ")}.`);
for (const journey of chosen) await travelUntilPassed(journey);
if (wanted.length === 0 && failed === 0) writeFigures({ scenarios: journeys.length, ...figures });
clearTimeout(clock);
for (const reason of reasons) console.log(`\n${reason}`);
console.log(`\n${passed} passed, ${failed} failed${flaky > 0 ? `, ${flaky} journeys at a later try` : ""}`);
process.exitCode = failed === 0 ? 0 : 1;

async function travelUntilPassed(journey) {
  for (let retry = 0; ; retry++) {
    const done = await travel(journey);
    const missed = journey.steps.length - done;
    if (missed === 0 || retry === RETRIES) {
      passed += done;
      failed += missed;
      flaky += missed === 0 && retry > 0 ? 1 : 0;
      return;
    }
    console.log("  once more, in a new world:");
  }
}

/** Gives how many steps passed. */
async function travel({ name, world: wishes, steps }) {
  console.log(`\n${name}`);
  let world;
  try {
    world = await createWorld(wishes);
  } catch (error) {
    reasons.push(`✗ ${name}: the workbench starts\n${indented(error)}`);
    console.log(`  ${reasons.at(-1)}`);
    return 0;
  }
  const state = {}; // what a step leaves for later ones
  let done = 0;
  try {
    for (const [title, step] of steps) {
      const began = performance.now();
      try {
        await step({ ...world, state, figures });
      } catch (error) {
        await picture(world, name, steps.length, `${title} FAILED`);
        reasons.push(`✗ ${name}: ${title}\n${indented(error)}`);
        console.log(`  ✗ ${title}\n${indented(error)}\n    output channel:\n${indented(world.outputLog())}`);
        for (const [missed] of steps.slice(done + 1)) console.log(`  ✗ ${missed} (not reached)`);
        break;
      }
      done += 1;
      await picture(world, name, done, title);
      console.log(`  ✓ ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    }
  } finally {
    await world.destroy();
  }
  return done;
}

async function picture(world, journey, number, title) {
  const words = (text) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "");
  const file = `${words(journey)}-${String(number).padStart(2, "0")}-${words(title)}.png`;
  try {
    await world.workbench.picture(path.join(PICTURES, file));
  } catch (error) {
    console.log(`    no picture: ${error.message}`);
  }
}

function indented(what) {
  const text = what instanceof Error ? what.message : String(what);
  return text.replace(/^/gm, "      ");
}

function abandon(why) {
  console.error(`\nworkbench tests abandoned: ${why}`);
  endAllNow();
  removeHomes();
  console.log(`\n${passed} passed, ${failed + 1} failed`);
  process.exit(1);
}
