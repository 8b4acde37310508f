import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { interpreterSetting, type Settings } from "../src/environment/interpreter-setting.js";

type Values = Partial<Record<"user" | "workspace", string | undefined>>;

/** The settings of the user and of the workspace, as VS Code has them. */
function settingsWith(values: Values, trusted: boolean) {
  const now = { ...values };
  const settings = {
    get: (_name: string, otherwise: string) => (trusted ? now.workspace : undefined) ?? now.user ?? otherwise,
    inspect: () => ({ key: "", globalValue: now.user, workspaceValue: now.workspace }),
    update: (_name: string, value: string | undefined, ofUser: boolean) => {
      if (ofUser) now.user = value;
      else now.workspace = value;
      return Promise.resolve();
    },
  };
  return { now, setting: () => interpreterSetting(settings as unknown as Settings, trusted) };
}

describe("the setting modgo.interpreter", () => {
  it("is written to the settings of the user", async () => {
    const { now, setting } = settingsWith({}, true);
    await setting().set("/opt/python");
    assert.deepEqual(now, { user: "/opt/python" });
  });
  it("is written to the settings of the workspace if they have a value, which would win", async () => {
    const { now, setting } = settingsWith({ workspace: "/nowhere", user: "/usr/bin/python3" }, true);
    await setting().set("/opt/python");
    assert.equal(setting().value, "/opt/python");
    assert.equal(now.user, "/usr/bin/python3");
  });
  it("is written to the settings of the user in Restricted Mode, which ignores those of the workspace", async () => {
    const { now, setting } = settingsWith({ workspace: "/nowhere" }, false);
    await setting().set("/opt/python");
    assert.equal(setting().value, "/opt/python");
    assert.equal(now.workspace, "/nowhere");
  });
  it("has no value once it is cleared", async () => {
    const { setting } = settingsWith({ workspace: "/nowhere", user: "/usr/bin/python3" }, true);
    await setting().clear();
    assert.equal(setting().value, "");
  });
  it("keeps the workspace's value when it is cleared in Restricted Mode", async () => {
    const { now, setting } = settingsWith({ workspace: "/nowhere", user: "/usr/bin/python3" }, false);
    await setting().clear();
    assert.deepEqual(now, { workspace: "/nowhere", user: undefined });
  });
});
