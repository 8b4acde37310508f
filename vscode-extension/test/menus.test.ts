// The conditions of menus in package.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Item {
  readonly command: string;
  readonly when: string;
}
const { contributes } = JSON.parse(readFileSync("package.json", "utf8")) as {
  contributes: { menus: Readonly<Record<string, readonly Item[]>> };
};

void test("samples have their menus on Windows, too", () => {
  for (const menu of ["editor/context", "explorer/context"]) {
    const patterns = (contributes.menus[menu] ?? []).flatMap(({ when }) => {
      const [, pattern] = /resourcePath =~ \/(.*)\/ &&/.exec(when) ?? [];
      return pattern === undefined ? [] : [new RegExp(pattern)];
    });
    assert.equal(patterns.length, 1, menu);
    for (const pattern of patterns) {
      assert.match("/code/testdata/udf/add.record.json", pattern);
      assert.match("c:\\code\\testdata\\udf\\all.records.jsonl", pattern);
      assert.doesNotMatch("/code/testdata/udf/deep/add.record.json", pattern);
      assert.doesNotMatch("c:\\code\\testdata\\udf\\add.case.json", pattern);
    }
  }
});
