import assert from "node:assert/strict";
import { test } from "node:test";
import { inParallel, oneAtATime } from "../src/in-parallel.js";

void test("at most so many are under way, and the results have the order of the items", async () => {
  let underWay = 0;
  let most = 0;
  const results = await inParallel([3, 1, 2, 5, 4], 2, async (rounds) => {
    most = Math.max(most, ++underWay);
    for (let round = 0; round < rounds; round++) await new Promise(setImmediate);
    underWay--;
    return rounds * 10;
  });
  assert.deepEqual(results, [30, 10, 20, 50, 40]);
  assert.equal(most, 2);
});

void test("nothing is done for no items", async () => {
  assert.deepEqual(await inParallel([], 4, () => assert.fail()), []);
});

void test("what is wanted while it runs is done once more, not once for each wish", async () => {
  let calls = 0;
  const work = oneAtATime(async () => {
    calls++;
    await new Promise(setImmediate);
  });
  await Promise.all([work(), work(), work()]);
  assert.equal(calls, 2);
  await work();
  assert.equal(calls, 3);
});
