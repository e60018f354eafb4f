/** A treaty that should not have been issued: what it meant, who must hear of it, and what may take its place. */
import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { badTreaty, type BadTreaty } from "../../../src/incident/bad-treaty/bad-treaty.js";
import { auditEvent } from "../../../src/audit/events.js";
import { plusSeconds } from "../../../src/protocol/instant.js";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import { git } from "../../helpers/git.js";
import { Incidents } from "../../helpers/incidents.js";
import { keyOf } from "../../helpers/keys.js";
import { treatyYaml } from "../../helpers/trust-repository.js";

const KEY = keyOf("sovereign globex").publicKey;
const OTHER = keyOf("sovereign initech").publicKey;
const SOURCE = "read out on the phone";
const CORRECTED = Buffer.from(treatyYaml("globex", "role:anchor"));

function asked(
  given: Partial<BadTreaty["correction"]> = {},
  now = true,
  treaty = "globex",
): BadTreaty {
  return { treaty, now, correction: { corrected: null, confirmed: null, ...given } };
}

async function issued(): Promise<{ incidents: Incidents; id: string }> {
  const incidents = await Incidents.over({ "treaties/globex.yaml": treatyYaml("globex") });
  const reader = openState(incidents.repo.db);
  const id = reader.snapshot().treaties[0]?.id ?? "";
  reader.close();
  return { incidents, id };
}

test("the treaty is revoked at once, after it was planned what that means", async () => {
  const { incidents, id } = await issued();
  const { verdict, is_refused, incident, folder } = await badTreaty(incidents.tools(), asked());
  expect(verdict).toBe(`TREATY WITH GLOBEX IS REVOKED  ${id}`);
  expect(is_refused).toBe(false);
  expect(incident.checks).toMatchObject([{ observed: "revoked", passed: true }]);
  expect(incident.findings.map(({ code }) => code)).toEqual([
    "blast_radius",
    "accepted_attestations",
    "not_covered",
  ]);
  expect(incident.findings[0]?.message).toBe(
    "trust paths that its revocation loses: 1, that get longer: 0; cut off: GLOBEX",
  );
  expect(JSON.parse(readFileSync(join(folder, "plans/revocation.json"), "utf8"))).toMatchObject({
    changes: [{ action: "revoke", id }, { kind: "Revocation" }],
  });
  expect(incident.notices.map(({ to }) => to)).toEqual(["GLOBEX"]);
  expect(readFileSync(join(folder, "notices/001.md"), "utf8")).toContain("It is revoked.");
});

test("a later run keeps what was found before the revocation", async () => {
  const { incidents } = await issued();
  const first = await badTreaty(incidents.tools(), asked());
  const again = await badTreaty(incidents.tools(), asked());
  expect(again.folder).toBe(first.folder);
  expect(again.incident.findings).toEqual(first.incident.findings);
  expect(again.incident.files.find(({ name }) => name === "plans/revocation.json")).toEqual(
    first.incident.files.find(({ name }) => name === "plans/revocation.json"),
  );
  expect(again.incident.steps.findLast(({ step }) => step === "revoke-treaty")).toMatchObject({
    outcome: "already",
  });
});

test("what it means is found without git, and after somebody else has revoked it", async () => {
  const { incidents, id } = await issued();
  const { dir } = incidents.repo;
  renameSync(join(dir, ".git"), join(dir, "not-git"));
  incidents.ask("root", { action: "revoke_treaty", treatyId: id, reason: "because" });
  const { incident, folder } = await badTreaty(incidents.tools(), asked());
  expect(incident.findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ code: "no_draft" }),
      expect.objectContaining({
        code: "blast_radius",
        message: expect.stringContaining("loses: 1,"),
      }),
    ]),
  );
  expect(JSON.parse(readFileSync(join(folder, "radius.json"), "utf8"))).toMatchObject({
    lost: [{ from: "ACME", to: "GLOBEX" }],
  });
});

test("another treaty with the same subject goes on, and is named", async () => {
  const { incidents, id } = await issued();
  incidents.ask("root", {
    action: "issue_treaty",
    subjectSovereignId: "GLOBEX",
    subjectPublicKeys: [KEY],
    scope: { allowed_roles: ["role:client"] },
    validityHours: 24,
    metadata: {},
  });
  const { incident } = await badTreaty(incidents.tools(), asked({}, true, id));
  expect(incident.findings.map(({ code }) => code)).toContain("still_recognised");
  expect(incident.findings.find(({ code }) => code === "blast_radius")?.message).toContain(
    "loses: 0,",
  );
});

test("a treaty that has expired is not in force", async () => {
  const { incidents, id } = await issued();
  incidents.now = plusSeconds(incidents.now, 400 * 86_400);
  const { verdict } = await badTreaty(incidents.tools(), asked({}, false, id));
  expect(verdict).toContain("HAS EXPIRED");
});

test("without --now the branch revokes it", async () => {
  const { incidents, id } = await issued();
  const before = await badTreaty(incidents.tools(), asked({}, false));
  expect(before.verdict).toContain("IS STILL IN FORCE");
  expect(before.next[0]).toEqual(["concordat", "incident", "bad-treaty", id, "--now"]);
  const [draft] = before.incident.drafts;
  git(incidents.repo.dir, ["merge", "--quiet", "--ff-only", draft?.branch ?? ""]);
  await incidents.apply();
  const after = await badTreaty(incidents.tools(), asked({}, false));
  expect(after.verdict).toContain("IS REVOKED");
});

test("attestations that were accepted under it are on record, others are not", async () => {
  const { incidents, id } = await issued();
  const writer = openStateForWriting(incidents.repo.db, "test");
  const verified = (treaty_id: string, attestation_id: string, accepted: boolean) =>
    auditEvent(
      "treaty_attestation_verified",
      { treaty_id, attestation_id, accepted, reason: "x", count: 1 },
      incidents.now,
      Buffer.from(attestation_id.padEnd(16)),
    );
  writer.note(
    [],
    [verified(id, "accepted", true), verified(id, "refused", false), verified("t", "other", true)],
  );
  writer.close();
  const { incident, folder } = await badTreaty(incidents.tools(), asked());
  expect(incident.effects.map(({ object }) => object)).toEqual(["accepted"]);
  expect(incident.effects[0]?.log_index).not.toBeNull();
  expect(readFileSync(join(folder, "notices/001.md"), "utf8")).toContain("`accepted`");
});

test("a corrected treaty stays a draft until its subject's key is confirmed", async () => {
  const { incidents } = await issued();
  const { dir } = incidents.repo;
  const first = await badTreaty(incidents.tools(), asked({ corrected: CORRECTED }));
  expect(first.incident.findings.map(({ code }) => code)).toContain("keys_unconfirmed");
  expect(git(dir, ["branch", "--list", "incident/corrected-*"])).toBe("");
  expect(readFileSync(join(first.folder, "drafts/corrected.yaml"))).toEqual(CORRECTED);

  const wrong = { keys: [OTHER], source: SOURCE };
  const refused = await badTreaty(incidents.tools(), asked({ confirmed: wrong }));
  expect(refused.is_refused).toBe(true);
  expect(refused.incident.findings.map(({ code }) => code)).toContain("key_not_confirmed");
  const both = { keys: [KEY, OTHER], source: SOURCE };
  expect((await badTreaty(incidents.tools(), asked({ confirmed: both }))).is_refused).toBe(true);
  // The later run names no key: what was confirmed beside a wrong one is not confirmed.
  await badTreaty(incidents.tools(), asked());
  expect(git(dir, ["branch", "--list", "incident/corrected-*"])).toBe("");

  const right = { keys: [KEY], source: SOURCE };
  const confirmed = await badTreaty(incidents.tools(), asked({ confirmed: right }));
  expect(confirmed.is_refused).toBe(false);
  expect(confirmed.incident.confirmations).toMatchObject([
    { value: OTHER, holds: false },
    { value: KEY, holds: true },
    { value: OTHER, holds: false },
    { value: KEY, holds: true, source: SOURCE, by: "somebody@host" },
  ]);
  const draft = confirmed.incident.drafts.at(-1);
  expect(draft?.branch).toMatch(/^incident\/corrected-/);
  git(dir, ["merge", "--quiet", "--ff-only", draft?.branch ?? ""]);
  await incidents.apply();
  const reader = openState(incidents.repo.db);
  expect(
    reader
      .snapshot()
      .treaties.map(({ status }) => status)
      .toSorted(),
  ).toEqual(["active", "revoked"]);
  reader.close();
});

test("a corrected treaty may bring its subject's key, and that is the one to confirm", async () => {
  const { incidents } = await issued();
  const sovereign = `apiVersion: concordat/v1\nkind: Sovereign\nmetadata:\n  name: globex\nspec:\n  sovereignId: GLOBEX\n  publicKeys: ["${keyOf("globex anew").publicKey}"]\n`;
  const corrected = Buffer.from(`${sovereign}---\n${treatyYaml("globex")}`);
  const old = { keys: [KEY], source: SOURCE };
  const refused = await badTreaty(incidents.tools(), asked({ corrected, confirmed: old }));
  expect(refused.is_refused).toBe(true);
  const anew = { keys: [keyOf("globex anew").publicKey], source: SOURCE };
  const { incident } = await badTreaty(incidents.tools(), asked({ confirmed: anew }));
  const draft = incident.drafts.at(-1);
  expect(draft?.files).toEqual(["sovereigns/globex.yaml", "treaties/globex.yaml"]);
});

test.each([
  ["no YAML", "kind: ["],
  ["two treaties", `${treatyYaml("globex")}---\n${treatyYaml("initech")}`],
  ["something else", "apiVersion: concordat/v1\nkind: Revocation\nmetadata: { name: a }\n"],
])("a corrected file with %s is refused", async (_name, text) => {
  const { incidents } = await issued();
  const corrected = Buffer.from(text);
  await expect(badTreaty(incidents.tools(), asked({ corrected }))).rejects.toMatchObject({
    code: "bad_draft",
  });
});

test("a treaty that nobody knows opens no incident", async () => {
  const { incidents } = await issued();
  await expect(
    badTreaty(incidents.tools(), { ...asked(), treaty: "nobody" }),
  ).rejects.toMatchObject({ code: "treaty_not_found" });
});

test("a corrected treaty that is applied is drafted no second time", async () => {
  const { incidents } = await issued();
  const { dir } = incidents.repo;
  const confirmed = { keys: [KEY], source: SOURCE };
  const first = await badTreaty(incidents.tools(), asked({ corrected: CORRECTED, confirmed }));
  git(dir, ["merge", "--quiet", "--ff-only", first.incident.drafts.at(-1)?.branch ?? ""]);
  await incidents.apply();
  const id = first.incident.subject;
  const again = await badTreaty(incidents.tools(), { ...asked(), treaty: id });
  expect(again.folder).toBe(first.folder);
  expect(again.incident.drafts).toEqual(
    first.incident.drafts.map((draft) => ({ ...draft, settled: true })),
  );
  expect(again.next.map(([program]) => program)).not.toContain("git");
});
