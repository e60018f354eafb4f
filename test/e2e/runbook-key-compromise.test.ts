import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPrivateKey } from "../../src/sign/key-file.js";
import { operatorYaml, signedHeaders } from "../helpers/admin.js";
import { commitTreaties, trustRepository } from "../helpers/cli.js";
import { commitFiles } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { follow, pageOf } from "../helpers/runbook.js";
import { Service } from "../helpers/service.js";

const page = pageOf("key-compromise.md");
const DAILY = { env: { CONCORDAT_INTERVAL: "1d" } };

/** Somebody has signed with the deputy's key, and revoked the treaty that git asks for. */
async function misused(): Promise<string> {
  const dir = await trustRepository();
  commitFiles(dir, { "operators/deputy.yaml": operatorYaml("deputy", "privileged") });
  const service = await Service.start(["--repo", dir], DAILY);
  await service.settles(commitTreaties(dir, ["globex"]));
  const { json } = await service.get("/recognition-treaties");
  const [row] = (json as { recognition_treaties: { treaty: { treaty_id: string } }[] })
    .recognition_treaties;
  const path = `/admin/recognition-treaties/${row?.treaty.treaty_id}/revoke`;
  const headers = signedHeaders({
    path,
    audience: readPrivateKey(join(dir, ".concordat/keys/authority.key")).publicKey,
    keyId: "operator-deputy",
    key: keyOf("operator deputy"),
    timestamp: new Date().toISOString(),
    nonce: randomUUID(),
  });
  const answer = await fetch(service.address + path, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: "{}",
  });
  expect(answer.status).toBe(200);
  expect(await service.stop()).toBe(0);
  return dir;
}

test("the page's commands retire the key, give back what it took, and prove it", async () => {
  const dir = await misused();
  const first = await follow(dir, page, ["The first five minutes"]);
  expect(first.code, first.output).toBe(0);
  expect(first.output).toMatch(
    /^KEY operator-deputy IS REFUSED {2}1 event in the window, 1 to answer\n/,
  );
  expect(first.output).toContain("recognition_treaty_revoked");
  expect(first.output).toContain("HELD: ");
  expect(first.output.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(readdirSync(join(dir, ".concordat/keys"))).toContain("operator-deputy-2.key");

  const rest = ["Retire the key in git", "Give back what it took", "Prove it"];
  const { code, output } = await follow(dir, page, rest);
  expect(code, output).toBe(0);
  expect(output).toMatch(/record +key\/deputy\b/);
  expect(output).toMatch(/add +key\/deputy-2/);
  expect(output).toMatch(/issue +treaty\/with-globex/);
  expect(output).toContain("reissued_after_revocation");
  expect(output).toContain("KEY operator-deputy IS REFUSED");
  expect(output.slice(output.lastIndexOf("IS REFUSED"))).not.toContain("no_replacement");
  const [folder = ""] = readdirSync(join(dir, ".concordat/incidents")).filter(
    (name) => !name.startsWith("."),
  );
  const report = readFileSync(join(dir, ".concordat/incidents", folder, "report.md"), "utf8");
  expect(report).toContain("# Operator key compromise: operator-deputy");
});
