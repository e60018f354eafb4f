import { expect, test } from "vitest";
import { POISONED } from "./poisoned-files.js";
import { runTypeScript } from "./run-typescript.js";

test("a process that reads every poisoned file 500 times refuses each and stays alive", async () => {
  const codes: unknown = JSON.parse(
    await runTypeScript(new URL("poison.child.ts", import.meta.url)),
  );
  const expected = Object.entries(POISONED).map(([name, [, code]]) => [name, code]);
  expect(codes).toEqual(Object.fromEntries(expected));
});
