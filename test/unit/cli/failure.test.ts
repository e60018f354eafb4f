import { CLIError } from "@oclif/core/errors";
import { describe, expect, test } from "vitest";
import { errorDocument, toAppError } from "../../../src/cli/failure.js";
import { jsonText } from "../../../src/cli/json-output.js";
import { renderError } from "../../../src/cli/render/error.js";
import { widthOf } from "../../../src/cli/render/columns.js";
import { plain } from "../../../src/cli/render/paint.js";
import { AppError } from "../../../src/errors.js";
import { JsonFloat } from "../../../src/model/json.js";

describe("what was thrown becomes one error", () => {
  test("an AppError stays itself", () => {
    const error = new AppError("stale_plan", "moved");
    expect(toAppError(error)).toBe(error);
  });

  test("a command that does not exist is a usage error", () => {
    expect(toAppError(new CLIError("command verify:bogus not found"))).toMatchObject({
      code: "usage",
      exitCode: 64,
      message: 'there is no command "verify bogus"',
    });
  });

  test.each([new TypeError("x is not a function"), new CLIError("another"), "text", null])(
    "anything else is a bug: %s",
    (thrown) => {
      expect(toAppError(thrown)).toMatchObject({ code: "internal", exitCode: 70, details: null });
    },
  );
});

test("the document holds code, message, hint and details, and no stack", () => {
  const error = new AppError("invalid_json", "no", { hint: "yes", details: { at: [1] } });
  expect(JSON.parse(jsonText(errorDocument(error)))).toEqual({
    error: { code: "invalid_json", message: "no", hint: "yes", details: { at: [1] } },
  });
});

test("a result keeps exact numbers, and leaves out what is undefined", () => {
  const text = jsonText({ big: 2n ** 63n, float: new JsonFloat(1), part: 0.5, none: undefined });
  expect(text).toBe('{\n  "big": 9223372036854775808,\n  "float": 1.0,\n  "part": 0.5\n}\n');
  expect(() => jsonText({ now: () => 1 })).toThrow(expect.objectContaining({ code: "internal" }));
});

describe("as text", () => {
  test("message, hint and code", () => {
    expect(renderError(new AppError("stale_plan", "moved on"), plain)).toBe(
      "error: moved on\n  hint: plan again, review, and apply the new plan\n  code: stale_plan\n",
    );
  });

  test("faults come first, as validate shows them", () => {
    const diagnostic = {
      code: "unknown_kind",
      level: "error",
      message: "no such kind",
      hint: "see the schemas",
      file: "a.yaml",
      line: 2,
      column: 7,
      excerpt: "kind: Treaty",
    };
    const error = new AppError("validation_failed", "1 fault", {
      details: { diagnostics: [diagnostic] },
    });
    const text = renderError(error, plain);
    expect(text).toMatch(/^a\.yaml:2:7\n {2}error: no such kind\n {5}2 \| kind: Treaty\n/);
    expect(text).toMatch(/\n1 error in 1 file\.\n\nerror: 1 fault\n/);
  });

  test("no line obeys or hides anything, or is too wide", () => {
    const text = renderError(new AppError("internal", `\u001b[2J\r${"y".repeat(500)}\nx`), plain);
    for (const line of text.split("\n")) {
      expect(widthOf(line)).toBeLessThanOrEqual(80);
      expect(line).not.toMatch(/\p{C}/u);
    }
  });
});
