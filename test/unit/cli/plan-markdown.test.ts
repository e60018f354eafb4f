import { describe, expect, test } from "vitest";
import { MARKDOWN_LIMIT, renderPlanMarkdown } from "../../../src/cli/render/plan-markdown.js";
import { code } from "../../../src/cli/render/markdown.js";
import { PLANS } from "./plans.js";

const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/u;

describe.each(Object.entries(PLANS))("the plan %s as Markdown", (name, plan) => {
  test("reads as recorded", async () => {
    await expect(renderPlanMarkdown(plan)).toMatchFileSnapshot(
      `../../golden/plan-markdown/${name}.md`,
    );
  });

  test("fits a comment and holds no hidden character", () => {
    const text = renderPlanMarkdown(plan);
    expect(text.length).toBeLessThanOrEqual(MARKDOWN_LIMIT);
    expect(text.split("\n").filter((line) => UNSAFE.test(line))).toEqual([]);
  });

  test.each([20_000, 5000, 1000, 1])("keeps every removal in %d characters", (limit) => {
    const full = renderPlanMarkdown(plan, { limit: Infinity });
    const text = renderPlanMarkdown(plan, { limit });
    const removals = full.match(/^- `+ ?[x-] .*$/gm) ?? [];
    for (const removal of removals) expect(text).toContain(removal);
    expect(text.length).toBeLessThanOrEqual(full.length + 100);
    if (full.length > limit && plan.verdict !== "no_changes") expect(text).toContain("Left out");
  });
});

test("nothing in a code span can end it", () => {
  for (const text of ["plain", "a`b", "``", "`", "a``b```c", "", "@team <b> [x](y)"]) {
    const span = code(text);
    if (text === "") continue;
    const fence = /^`+/.exec(span)?.[0] ?? "";
    const inside = span.slice(fence.length, -fence.length);
    expect(span.endsWith(fence)).toBe(true);
    expect(inside.trim()).toBe(text);
    expect(inside.match(/`+/g) ?? []).not.toContain(fence);
  }
});
