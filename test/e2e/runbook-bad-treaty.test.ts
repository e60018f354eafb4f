import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, trustRepository, treatyWith } from "../helpers/cli.js";
import { commitFiles } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { follow, pageOf, type Page } from "../helpers/runbook.js";

const page = pageOf("bad-treaty.md");

/** The page with the key that somebody has read out. */
function withKey(key: string): Page {
  const commands = [...page.commands].map(
    ([heading, text]) => [heading, text.replaceAll("$GLOBEX_KEY", key)] as const,
  );
  return { ...page, commands: new Map(commands) };
}

async function issued(): Promise<string> {
  const dir = await trustRepository();
  const roles = ["role:client", "role:operator"];
  commitFiles(dir, { "treaties/globex.yaml": treatyWith("globex", roles) });
  writeFileSync(join(dir, ".git/info/exclude"), "corrected.yaml\n");
  writeFileSync(join(dir, "corrected.yaml"), page.yaml[0] ?? "");
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  return dir;
}

test("the page's commands revoke the treaty, put it right, and prove it", async () => {
  const dir = await issued();
  const first = await follow(dir, page, ["The first five minutes"]);
  expect(first.code, first.output).toBe(0);
  expect(first.output).toMatch(/^TREATY WITH GLOBEX IS REVOKED /);
  expect(first.output).toContain("blast_radius");
  expect(first.output.split("\n").filter((line) => line.length > 80)).toEqual([]);

  const rest = ["Say it in git", "Put it right", "Prove it"];
  const { code, output } = await follow(dir, withKey(keyOf("globex").publicKey), rest);
  expect(code, output).toBe(0);
  expect(output).toMatch(/record +treaty\/with-globex/);
  expect(output).toContain("keys_unconfirmed");
  expect(output).toMatch(/issue +treaty\/with-globex/);
  const [folder = ""] = readdirSync(join(dir, ".concordat/incidents")).filter(
    (name) => !name.startsWith("."),
  );
  const read = (name: string): string =>
    readFileSync(join(dir, ".concordat/incidents", folder, name), "utf8");
  expect(read("report.html")).toContain("Bad treaty issued");
  expect(read("notices/001.md")).toContain("`GLOBEX`");
});

test("a key that is not the draft's is refused, and no branch comes to be", async () => {
  const dir = await issued();
  const { code, output } = await follow(dir, withKey(keyOf("initech").publicKey), ["Put it right"]);
  expect(code, output).toBe(3);
  expect(output).toContain("key_not_confirmed");
  expect(output).not.toContain("incident/corrected-with-globex");
});
