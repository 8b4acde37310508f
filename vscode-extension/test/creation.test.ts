// Making the environment where the disk refuses it. The set-up itself is tested in the workbench.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, describe, it } from "node:test";
import { createEnvironment } from "../src/environment/creation.js";
import { UserError } from "../src/errors.js";

describe("a folder that can't be made", () => {
  const home = mkdtempSync(path.join(tmpdir(), "modgo-creation-"));
  after(() => {
    rmSync(home, { recursive: true });
  });
  const file = { name: "wheels.tar.xz", sha256: "" };
  const bundle = { version: "0.1.0", folder: home, archive: file, wheel: { ...file, wheelSha256: "" } };

  const occupied = path.join(home, "file");
  writeFileSync(occupied, "");
  for (const [root, code] of [
    [occupied, "EEXIST"],
    [path.join(occupied, "environments"), "ENOTDIR"],
  ] as const) {
    it(`is named with what to do (${code})`, async () => {
      const plan = {
        bundle: bundle as never,
        python: "python3",
        version: "3.11.7",
        extension: home,
        root,
        works: () => Promise.resolve(false),
      };
      await assert.rejects(
        createEnvironment(plan, () => undefined, new AbortController().signal),
        (error) =>
          error instanceof UserError &&
          error.message.startsWith(`${root} can't be created (${code}): a file is where a folder should be.`),
      );
      assert.deepEqual(readdirSync(home), ["file"]);
    });
  }
});
