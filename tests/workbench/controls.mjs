// Negative controls: what a step looks for is taken away, so the step must fail. They show that the steps can.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { debuggedCase } from "./journeys/debugged-case.mjs";
import { firstModule } from "./journeys/first-module.mjs";
import { grants } from "./journeys/grants.mjs";
import { restrictedMode } from "./journeys/restricted-mode.mjs";

export const controls = [
  control({
    of: firstModule,
    title: "unregistered UDFs are in Problems, also those of a file that isn't open",
    without: "a rule that is on",
    session: { prepare: (folder) => writeFileSync(path.join(folder, "modgo.toml"), 'ignore = ["MG101"]\n') },
    error: /Timeout[^]*status\.problems/,
  }),
  control({
    of: restrictedMode,
    title: "the code is checked with the user's interpreter",
    without: "Restricted Mode",
    session: { trust: false },
    error: /Timeout[^]*\.part\.banner/,
  }),
  control({
    of: grants,
    title: "the workspace's settings grant nothing, and the error names the user's setting",
    without: "a user's setting that grants nothing",
    session: { settings: { "modgo.allow.read": ["/"] } },
    error: /still not true: outcome shows .*wants to read/,
  }),
  control({
    of: debuggedCase,
    title: "Debug Test runs the case, and stops in its function",
    without: "Delve",
    session: { environment: (home) => ({ GOBIN: path.join(home, "gobin"), GOPROXY: "off" }) },
    error: /still not true: a breakpoint has stopped counters\.Add/,
  }),
];

/** The steps of a journey before one of them, and that step, which fails with `error` in a session in which it can't pass. */
function control({ of: { name, session, steps }, title, without, session: changes, error }) {
  const index = steps.findIndex(([each]) => each === title);
  const [, step] = steps[index];
  const prepare = (folder) => {
    session.prepare?.(folder);
    changes.prepare?.(folder);
  };
  return {
    name: `${name} without ${without}`,
    session: { ...session, ...changes, prepare },
    steps: [
      ...steps.slice(0, index),
      [`fails: ${title}`, async (parts) => assert.rejects(step(parts), error)],
    ],
  };
}
