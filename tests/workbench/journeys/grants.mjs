// A module that wants to read a folder: it may not, whatever the workspace's settings say, until the user's settings grant it.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RunsView } from "../webview.mjs";

const SOURCE = (file) => `package hello

import (
	"os"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("peek", Peek)
}

// Peek returns the text of a file.
func Peek(rec *udf.Record) (string, error) {
	text, err := os.ReadFile(${JSON.stringify(file)})
	return string(text), err
}
`;

const wanted = (folder) => path.join(folder, "data");

export const grants = {
  name: "grants",
  session: {
    prepare(folder) {
      mkdirSync(wanted(folder));
      writeFileSync(path.join(wanted(folder), "countries"), "NL");
      writeFileSync(path.join(folder, "hello/hello.go"), SOURCE(path.join(wanted(folder), "countries")));
      writeFileSync(path.join(folder, "hello/modgo.toml"), `wants-read = ["${wanted(folder)}"]\n`);
      mkdirSync(path.join(folder, ".vscode"));
      const settings = {
        "modgo.allow.read": [wanted(folder)],
        "modgo.allow.network": true,
      };
      writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify(settings));
    },
  },
  steps: [
    [
      "the workspace's settings grant nothing, and the error names the user's setting",
      async ({ workbench }) => {
        await workbench.open("hello/hello.go");
        await workbench.settled("Modgo: Run UDF on sample record");
        const view = new RunsView(workbench);
        await workbench.clickLens("Run on sample", "peek", async () => view.section("outcome").isVisible());
        await view.shows(
          "outcome",
          /wants to read .*data, which it may not.* set modgo\.allow\.read in your editor/,
          120,
        );
      },
    ],
    [
      "the user's settings grant it, as soon as they are saved",
      async ({ workbench, folder, outputLog }) => {
        await workbench.changeSettings({
          "modgo.allow.read": [wanted(folder)],
        });
        const calls = () => outputLog().split('"function":"peek"').length;
        const before = calls();
        await workbench.clickLens("Run on sample", "peek", () => calls() > before);
        await new RunsView(workbench).shows("outcome", /"NL"/, 120);
      },
    ],
  ],
};
