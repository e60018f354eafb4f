import { describe, expect, test } from "vitest";
import { run, trustRepository } from "../helpers/cli.js";

const AT = "2036-01-01T00:00:00Z";

async function applied(): Promise<string> {
  const dir = await trustRepository();
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  return dir;
}

describe("plan --at", () => {
  test("shows what another moment will bring, as JSON made then", async () => {
    const dir = await applied();
    expect((await run(["plan", "--json"], { cwd: dir })).json()).toMatchObject({ drift: [] });
    const later = await run(["plan", "--at", AT, "--json"], { cwd: dir });
    expect(later).toMatchObject({ code: 0, stderr: "" });
    expect(later.json()).toMatchObject({
      created_at: AT,
      findings: expect.arrayContaining([expect.objectContaining({ code: "genesis_expired" })]),
    });
  });

  test("says that there is nothing to apply, and shows no command that would", async () => {
    const dir = await trustRepository();
    expect((await run(["plan"], { cwd: dir })).stdout).toContain("concordat apply");
    const { code, stdout } = await run(["plan", "--at", AT], { cwd: dir });
    expect(code).toBe(0);
    expect(stdout).toContain(`note: planned as of ${AT}, to look at; this is no plan to apply`);
    expect(stdout).not.toContain("concordat apply");
    const markdown = await run(["plan", "--at", AT, "--format", "markdown"], { cwd: dir });
    expect(markdown.stdout).toContain(`_Planned as of ${AT}, to look at;`);
  });

  test("is not saved", async () => {
    const { code, stderr } = await run(["plan", "--at", AT, "--out", "later.plan"]);
    expect(code).toBe(64);
    expect(stderr).toContain("--out");
  });
});
