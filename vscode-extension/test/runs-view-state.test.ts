// The state of the view of the runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState, load, releaseOldAnswers } from "../webview/runs-view-state.js";

const request = { uri: "file:///a", function: "take", args: [], sample: { kind: "own" } } as const;

void test("the view has the answers that are shown, and three more", () => {
  const state = initialState(undefined);
  state.compared = 1;
  for (let id = 1; id <= 9; id++) {
    const summary = { id, request, package: "/a", time: 0, status: "ok", call: "", summary: "" } as const;
    state.loaded.set(id, load(summary, '{"ok":true,"result":1,"elapsed_ns":5}'));
    state.selected = id;
    releaseOldAnswers(state);
  }
  assert.deepEqual([...state.loaded.keys()], [6, 7, 8, 1, 9]);
  state.selected = 6;
  state.compared = undefined;
  releaseOldAnswers(state);
  assert.deepEqual([...state.loaded.keys()], [7, 8, 1, 9, 6]);
});
