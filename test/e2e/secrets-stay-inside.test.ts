/** A secret that somebody put where it does not belong comes out nowhere: not in logs, answers, plans, audit or exports. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, treatyWith, trustRepository } from "../helpers/cli.js";
import { commitFiles, git, temporaryFolder } from "../helpers/git.js";
import { hookEnvironment, hubHeaders } from "../helpers/hook.js";
import { exchange } from "../helpers/raw-http.js";
import { Service } from "../helpers/service.js";

const CANARY = "canary-0d9f4c";
const SOVEREIGN = "sovereigns/globex.yaml";

/** Comments are where people leave notes. */
function withComment(text: string): string {
  return `# the password of their endpoint is ${CANARY}\n${text.replaceAll("\n", ` # ${CANARY}\n`)}`;
}

async function answers(address: string): Promise<readonly string[]> {
  const body = `{"token": "${CANARY}", broken`;
  const json = { "content-type": "application/json" };
  const secret = { authorization: `Bearer ${CANARY}`, cookie: `session=${CANARY}` };
  const requests: readonly (readonly [path: string, RequestInit])[] = [
    [`/healthz?token=${CANARY}`, { headers: secret }],
    [`/treaties?token=${CANARY}`, {}],
    [`/treaties?cursor=${CANARY}`, {}],
    [`/nothing/${CANARY}?password=${CANARY}`, {}],
    ["/verify/treaty", { method: "POST", headers: json, body }],
    ["/admin/treaties", { method: "POST", headers: json, body }],
    [`/hooks/git?secret=${CANARY}`, { method: "POST", body, headers: hubHeaders("other") }],
    ["/connectome.json", { headers: secret }],
  ];
  const replies = await Promise.all(
    requests.map(async ([path, init]) => {
      const reply = await fetch(`${address}${path}`, init);
      return JSON.stringify([reply.status, [...reply.headers], await reply.text()]);
    }),
  );
  const raw = await exchange(address, `GET /${CANARY} HTTP/9.9\r\nX: ${CANARY}\r\n\r\n`);
  return [...replies, JSON.stringify(raw)];
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("a canary in comments, addresses, headers and bodies is seen nowhere", async () => {
  const repo = await trustRepository();
  const text = treatyWith("globex");
  commitFiles(repo, { [SOVEREIGN]: withComment(text) });
  const db = join(temporaryFolder(), "na.db");
  const args = ["--repo", repo, "--db", db];
  const service = await Service.start([...args, "--log-level", "debug"], {
    env: hookEnvironment(),
  });
  await service.settles(git(repo, ["rev-parse", "HEAD"]));
  const seen = [...(await answers(service.address))];
  for (const path of ["/status", "/metrics", "/connectome.json"])
    seen.push(await (await fetch(`${service.address}${path}`)).text());

  // A fault beside the comment: what is shown of the file is the line of the fault.
  commitFiles(repo, { [SOVEREIGN]: withComment(text.replace("sovereignId:", "sovereignid:")) });
  const commands = [
    ["validate", "--repo", repo],
    ["plan", ...args],
    ["plan", ...args, "--json"],
    ["status", "--db", db, "--json"],
    ["audit", "export", "--db", db],
    ["audit", "verify", "--db", db],
    ["plan", "--repo", `https://user:${CANARY}@localhost/trust.git`, "--db", db],
    ["serve", "--repo", `https://user:${CANARY}@localhost/trust.git`, "--db", `${db}.other`],
  ];
  for (const command of commands) {
    const { stdout, stderr } = await run(command);
    expect(stdout + stderr, command[0]).not.toBe("");
    seen.push(stdout, stderr);
  }
  await service.stop();
  seen.push(service.stdout, service.stderr);
  const told = seen.filter((each) => each.includes(CANARY));
  expect(told).toEqual([]);
  // Nor does it stand in the state, its escrow or its log.
  const stored = filesBelow(join(db, "..")).filter((file) => readFileSync(file).includes(CANARY));
  expect(stored).toEqual([]);
});

test("the canary would be seen", async () => {
  const file = join(temporaryFolder(), "canary");
  writeFileSync(file, CANARY);
  expect(filesBelow(join(file, "..")).some((each) => readFileSync(each).includes(CANARY))).toBe(
    true,
  );
});
