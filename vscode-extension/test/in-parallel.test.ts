import assert from "node:assert/strict";
import { test } from "node:test";
import { inParallel } from "../src/in-parallel.js";

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
