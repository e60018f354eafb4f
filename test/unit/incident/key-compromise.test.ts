/** A compromised operator key: retired, replaced, and all that it did in the window answered. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  keyCompromise,
  type KeyCompromise,
} from "../../../src/incident/key-compromise/key-compromise.js";
import { incidentsBelow } from "../../../src/incident/read-incident.js";
import { readRecord } from "../../../src/incident/record-files.js";
import { openState } from "../../../src/state/open.js";
import { plusSeconds } from "../../../src/protocol/instant.js";
import { attestationYaml, operatorYaml } from "../../helpers/admin.js";
import { git } from "../../helpers/git.js";
import { Incidents } from "../../helpers/incidents.js";
import { keyOf } from "../../helpers/keys.js";
import { treatyYaml } from "../../helpers/trust-repository.js";
import { START } from "../../helpers/world.js";

const FILES = {
  "operators/deputy.yaml": operatorYaml("deputy", "privileged"),
  "treaties/globex.yaml": treatyYaml("globex"),
  "attestations/node-1.yaml": attestationYaml("node-1"),
};

const REPLACEMENT = {
  publicKey: keyOf("operator deputy 2").publicKey,
  keyId: "operator-deputy-2",
  holder: null,
};

function asked(given: Partial<KeyCompromise> = {}): KeyCompromise {
  return {
    keyId: "operator-deputy",
    window: { since: START, until: null },
    now: true,
    replacement: REPLACEMENT,
    probe: null,
    ...given,
  };
}

/** The key of the deputy has issued an attestation, and revoked the treaty that git has. */
async function misused(): Promise<Incidents & { treaty: string }> {
  const incidents = await Incidents.over(FILES);
  const reader = openState(incidents.repo.db);
  const treaty = reader.snapshot().treaties[0]?.id ?? "";
  reader.close();
  incidents.ask("deputy", {
    action: "issue_attestation",
    subjectId: "stranger",
    subjectPublicKey: null,
    roles: ["role:client"],
    validityHours: 24,
    claims: {},
  });
  incidents.ask("deputy", { action: "revoke_treaty", treatyId: treaty, reason: "because" });
  incidents.ask("root", { action: "revoke_treaty", treatyId: treaty, reason: "again" });
  return Object.assign(incidents, { treaty });
}

test("the key is revoked at once, and what it did has an answer in git", async () => {
  const incidents = await misused();
  const { dir } = incidents.repo;
  const result = await keyCompromise(incidents.tools(), asked());
  expect(result.verdict).toBe(
    "KEY operator-deputy IS REFUSED  2 events in the window, 2 to answer",
  );
  expect(result.is_refused).toBe(false);
  expect(result.incident.effects).toMatchObject([
    {
      action: "membership_attestation_issued",
      current: "active",
      answer: "revoked by incident/key-operator-deputy",
    },
    {
      action: "recognition_treaty_revoked",
      object: incidents.treaty,
      current: "revoked",
      answer: "issued anew by incident/reissue-operator-deputy, once its owner confirms it",
    },
  ]);
  expect(result.incident.effects.every(({ log_index }) => log_index !== null)).toBe(true);
  expect(result.incident.checks).toMatchObject([
    { expected: "operator_key_refused", observed: "operator_key_refused", passed: true },
  ]);
  expect(result.incident.findings.map(({ code }) => code)).toEqual([
    "trust_created",
    "trust_taken",
    "not_covered",
  ]);
  const show = (path: string, branch: string): string => git(dir, ["show", `${branch}:${path}`]);
  const [first, second] = result.incident.drafts;
  expect(first).toMatchObject({ branch: "incident/key-operator-deputy", held: null });
  expect(show("operators/deputy.yaml", first?.commit ?? "")).toContain('state: "compromised"');
  expect(show("operators/deputy-2.yaml", first?.commit ?? "")).toContain(REPLACEMENT.publicKey);
  expect(second).toMatchObject({ base: first?.commit, files: ["treaties/globex.yaml"] });
  expect(second?.held).toContain("its owner");
  expect(show("treaties/globex.yaml", second?.commit ?? "")).toContain("reissue: 1");
  expect(git(dir, ["status", "--porcelain"])).toBe("");
});

test("the record holds the plan, the audit of the window, and a notice", async () => {
  const incidents = await misused();
  const { folder, incident } = await keyCompromise(incidents.tools(), asked());
  expect(incident.files.map(({ name }) => name)).toEqual([
    "audit-proofs.jsonl",
    "audit.jsonl",
    "notices/operators.md",
    "plans/key.json",
    "plans/key.txt",
    "plans/reissue.json",
    "plans/reissue.txt",
  ]);
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  expect(JSON.parse(read("plans/key.json"))).toMatchObject({ verdict: "ready" });
  expect(read("audit.jsonl")).toContain("operator_key_revoked");
  expect(read("notices/operators.md")).toContain("Requests signed with it are refused.");
});

test("what the branch asks for is what an apply does, and a further run finds nothing left", async () => {
  const incidents = await misused();
  const { dir } = incidents.repo;
  const first = await keyCompromise(incidents.tools(), asked());
  git(dir, ["merge", "--quiet", "--ff-only", "incident/key-operator-deputy"]);
  await incidents.apply();
  const again = await keyCompromise(incidents.tools(), asked());
  expect(again.folder).toBe(first.folder);
  expect(again.incident.id).toBe(first.incident.id);
  expect(again.incident.effects[0]).toMatchObject({ current: "revoked", answer: null });
  expect(again.incident.drafts).toHaveLength(2);
  expect(git(dir, ["branch", "--list", "incident/key-*"]).split("\n")).toHaveLength(1);
});

test("without --now the key is heard until the branch is applied", async () => {
  const incidents = await Incidents.over(FILES);
  const { dir } = incidents.repo;
  const before = await keyCompromise(incidents.tools(), asked({ now: false }));
  expect(before.verdict).toContain("IS STILL TRUSTED");
  expect(before.is_refused).toBe(false);
  expect(before.next[0]?.at(-1)).toBe("--now");
  git(dir, ["merge", "--quiet", "--ff-only", "incident/key-operator-deputy"]);
  await incidents.apply();
  const after = await keyCompromise(incidents.tools(), asked({ now: false }));
  expect(after.verdict).toContain("IS REFUSED");
});

test("the last privileged key waits for its replacement, which one apply brings", async () => {
  const incidents = await Incidents.over();
  const { dir } = incidents.repo;
  const keyId = "operator-root";
  const alone = await keyCompromise(incidents.tools(), asked({ keyId, replacement: null }));
  expect(alone.incident.findings[0]).toMatchObject({ code: "last_privileged_key", level: "error" });
  expect(alone.incident.steps.find(({ step }) => step === "revoke-key")).toMatchObject({
    outcome: "refused",
    message: expect.stringContaining("last_active_operator_key"),
  });
  expect(alone.incident.drafts).toEqual([]);
  const replacement = { ...REPLACEMENT, keyId: "operator-root-2" };
  await keyCompromise(incidents.tools(), asked({ keyId, replacement }));
  git(dir, ["merge", "--quiet", "--ff-only", "incident/key-operator-root"]);
  await incidents.apply();
  const after = await keyCompromise(incidents.tools(), asked({ keyId, replacement }));
  expect(after.verdict).toContain("IS REFUSED");
});

test("a tree that does not validate stops no revocation", async () => {
  const incidents = await Incidents.over(FILES);
  incidents.repo.commit({ "treaties/broken.yaml": "kind: Nothing\n" });
  const { incident, is_refused } = await keyCompromise(incidents.tools(), asked());
  expect(is_refused).toBe(false);
  expect(incident.findings).toContainEqual(
    expect.objectContaining({ code: "no_draft", level: "error" }),
  );
});

test("what is merged and waits for its apply is not drafted once more", async () => {
  const incidents = await misused();
  const { dir } = incidents.repo;
  await keyCompromise(incidents.tools(), asked());
  git(dir, ["merge", "--quiet", "--ff-only", "incident/reissue-operator-deputy"]);
  const again = await keyCompromise(incidents.tools(), asked());
  expect(again.incident.drafts).toMatchObject([{ settled: true }, { settled: true }]);
  expect(again.next).toEqual([["concordat", "incident", "report", again.folder]]);
  expect(git(dir, ["branch", "--list", "incident/*-2"])).toBe("");
});

test("a draft that says more takes the place of the one before", async () => {
  const incidents = await misused();
  await keyCompromise(incidents.tools(), asked({ now: false, replacement: null }));
  const { incident, next } = await keyCompromise(incidents.tools(), asked());
  expect(incident.drafts.map(({ branch }) => branch)).toEqual([
    "incident/key-operator-deputy-2",
    "incident/reissue-operator-deputy-2",
  ]);
  expect(next.flat().filter((word) => word === "merge")).toHaveLength(1);
});

test("after a merge comes an apply", async () => {
  const incidents = await misused();
  const { next } = await keyCompromise(incidents.tools(), asked());
  expect(next.slice(0, 3)).toEqual([
    ["concordat", "plan", "--ref", "incident/key-operator-deputy"],
    ["git", "merge", "--ff-only", "incident/key-operator-deputy"],
    ["concordat", "apply"],
  ]);
});

test("what was refused says what was asked for, and why", async () => {
  const incidents = await Incidents.over(FILES);
  const unknown = { action: "revoke_treaty", treatyId: "nobody", reason: "because" } as const;
  expect(() => incidents.ask("deputy", unknown)).toThrow(/not found/);
  const { incident } = await keyCompromise(incidents.tools(), asked());
  expect(incident.effects).toMatchObject([
    {
      action: "admin_request_refused",
      object: "revoke_treaty",
      current: "refused: treaty_not_found",
      answer: null,
    },
  ]);
});

test.each([
  ["that is yet to come", plusSeconds(START, 86_400), null],
  ["that ends before it begins", START, plusSeconds(START, -1)],
])("a window %s is refused, and leaves the record as it is", async (_name, since, until) => {
  const incidents = await misused();
  const window = { since, until };
  await expect(keyCompromise(incidents.tools(), asked({ window }))).rejects.toMatchObject({
    code: "usage",
  });
  expect(existsSync(incidents.tools().parent)).toBe(false);
});

test("a key that has left the tree is still told of", async () => {
  const incidents = await misused();
  git(incidents.repo.dir, ["rm", "--quiet", "operators/deputy.yaml"]);
  incidents.repo.commit({ "README.md": "" });
  await incidents.apply();
  const { incident, verdict } = await keyCompromise(
    incidents.tools(),
    asked({ now: false, replacement: null }),
  );
  expect(verdict).toContain("IS REFUSED");
  expect(incident.effects).toHaveLength(2);
});

test("only what lies in the window counts", async () => {
  const incidents = await misused();
  const window = { since: incidents.now, until: null };
  const { incident } = await keyCompromise(incidents.tools(), asked({ window }));
  expect(incident.effects).toEqual([]);
});

test("a key that the state does not know opens no incident", async () => {
  const incidents = await Incidents.over();
  await expect(keyCompromise(incidents.tools(), asked())).rejects.toMatchObject({
    code: "unknown_operator_key",
  });
  expect(existsSync(incidents.tools().parent)).toBe(false);
});

test("the key of the authority itself is no operator key, and the way is named", async () => {
  const incidents = await Incidents.over();
  const keyId = "acme-1";
  await expect(keyCompromise(incidents.tools(), asked({ keyId }))).rejects.toMatchObject({
    code: "unknown_operator_key",
    hint: expect.stringContaining("docs/adopting.md"),
  });
});

test("two runs at once: one goes on, the other is told to wait", async () => {
  const incidents = await misused();
  const both = await Promise.allSettled([
    keyCompromise(incidents.tools(), asked()),
    keyCompromise(incidents.tools(), asked()),
  ]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(both.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { code: "lock_held" },
  });
  const again = await keyCompromise(incidents.tools(), asked());
  expect([...readRecord(again.folder).files.values()]).not.toContain("CHANGED");
  expect(incidentsBelow(incidents.tools().parent)).toHaveLength(1);
});
