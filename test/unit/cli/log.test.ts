import { pino } from "pino";
import { expect, test } from "vitest";
import { logOptions } from "../../../src/cli/log.js";

test("a secret that somebody logs does not reach the log, at three depths", () => {
  const lines: string[] = [];
  const log = pino(logOptions("info"), { write: (line: string) => void lines.push(line) });
  const canary = "canary-7f3a";
  log.info({ token: canary, git: { password: canary }, a: { b: { secret: canary } } }, "x");
  expect(lines.join("")).toContain("<redacted>");
  expect(lines.join("")).not.toContain(canary);
});
