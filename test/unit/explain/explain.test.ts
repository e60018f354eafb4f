import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { renderStory } from "../../../src/cli/render/explained.js";
import { plain } from "../../../src/cli/render/paint.js";
import { explain } from "../../../src/explain/explain.js";
import type { Story } from "../../../src/explain/story.js";
import { openState } from "../../../src/state/open.js";
import { git } from "../../helpers/git.js";
import { keyOf } from "../../helpers/keys.js";
import { treatyYaml, TrustRepository } from "../../helpers/trust-repository.js";
import { START } from "../../helpers/world.js";

/** A treaty that was issued, changed in scope, and whose resource went. */
async function replacedAndRemoved(): Promise<{ repo: TrustRepository; commits: string[] }> {
  const repo = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
  await repo.apply(await repo.plan());
  const commits = [repo.commit({ "treaties/globex.yaml": treatyYaml("globex", "role:operator") })];
  await repo.apply(await repo.plan());
  commits.push(repo.commit({ "notes.txt": "about something else" }));
  return { repo, commits };
}

function revocationYaml(id: string): string {
  return [
    "apiVersion: concordat/v1",
    "kind: Revocation",
    "metadata: { name: globex }",
    `spec: { target: { kind: RecognitionTreaty, id: ${id} }, reason: over }`,
    "",
  ].join("\n");
}

async function tell(repo: TrustRepository, asked: string, from: string | null = repo.dir) {
  const reader = openState(repo.db);
  try {
    return await explain(reader, { asked, now: START, repo: from });
  } finally {
    reader.close();
  }
}

test("tells a treaty's succession, its applies, their commits and its events in the log", async () => {
  const { repo, commits } = await replacedAndRemoved();
  const story = await tell(repo, "treaty/globex");
  const [now, before] = story.generations;
  expect(story.generations).toHaveLength(2);
  expect(before?.reason).toBe(`replaced_by:${now?.id}`);
  expect(before?.state).toBe("replaced");
  expect(story.subject).toEqual({ kind: "RecognitionTreaty", name: "globex", id: now?.id });
  expect(story.standing.state).toBe("active");
  expect(story.standing.signers).toEqual([
    { key_id: "acme-1", public_key: keyOf("authority").publicKey },
  ]);
  expect(story.resource).toMatchObject({ file: "treaties/globex.yaml", line: 1 });
  expect(story.applies.map((apply) => apply.commit)).toEqual([commits[0], expect.any(String)]);
  expect(story.applies.map((apply) => apply.commits?.map(({ subject }) => subject))).toEqual([
    ["change"],
    ["first"],
  ]);
  expect(story.applies[0]?.commits?.[0]).toMatchObject({
    author: { name: "Test", email: "test@localhost" },
    signature: "none",
  });
  expect(story.events.map((event) => event.event_type)).toEqual([
    "recognition_treaty_issued",
    "plan_applied",
    "recognition_treaty_issued",
    "recognition_treaty_revoked",
    "plan_applied",
  ]);
  const indices = story.events.map((event) => event.log_index ?? -1);
  expect(indices).toEqual(indices.toSorted((a, b) => a - b));
  expect(indices[0]).toBeGreaterThanOrEqual(0);
});

test("a resource whose file was moved keeps the commits from before", async () => {
  const repo = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
  const issued = git(repo.dir, ["rev-parse", "HEAD"]);
  await repo.apply(await repo.plan());
  git(repo.dir, ["mv", "treaties/globex.yaml", "treaties/of-globex.yaml"]);
  const moved = repo.commit({});
  const changed = repo.commit({ "treaties/of-globex.yaml": treatyYaml("globex", "role:operator") });
  await repo.apply(await repo.plan());
  const { applies } = await tell(repo, "treaty/globex");
  expect(applies.map(({ commits }) => commits?.map(({ commit }) => commit))).toEqual([
    [changed, moved],
    [issued],
  ]);
});

test("the predecessor's own id tells of it, and of the same line", async () => {
  const { repo } = await replacedAndRemoved();
  const [now, before] = (await tell(repo, "treaty/globex")).generations;
  const story = await tell(repo, before?.id ?? "");
  expect(story.subject).toEqual({ kind: "RecognitionTreaty", name: "globex", id: before?.id });
  expect(story.standing.state).toBe("replaced");
  expect(story.generations.map(({ id }) => id)).toEqual([now?.id, before?.id]);
});

test("what was revoked and issued anew is one story, though neither names the other", async () => {
  const repo = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
  await repo.apply(await repo.plan());
  const before = (await tell(repo, "treaty/globex")).subject.id;
  repo.commit({ "revocations/globex.yaml": revocationYaml(before) });
  await repo.apply(await repo.plan());
  repo.commit({ "treaties/globex.yaml": `${treatyYaml("globex")}  reissue: 1\n` });
  await repo.apply(await repo.plan());
  const story = await tell(repo, "treaty/globex");
  expect(story.generations).toMatchObject([
    { id: story.subject.id, state: "active" },
    { id: before, state: "revoked" },
  ]);
  expect(story.events.map((event) => event.event_type)).toContain("recognition_treaty_revoked");
});

test("a name of several kinds is ambiguous, and kind/name is not", async () => {
  const { repo } = await replacedAndRemoved();
  await expect(tell(repo, "globex")).rejects.toMatchObject({
    code: "ambiguous_name",
    details: { choices: ["RecognitionTreaty/globex", "Sovereign/globex"] },
  });
  expect((await tell(repo, "sovereign/globex")).subject.id).toBe("GLOBEX");
  expect((await tell(repo, "RecognitionTreaty/globex")).subject.kind).toBe("RecognitionTreaty");
  await expect(tell(repo, "treaty/initech")).rejects.toMatchObject({ code: "unknown_name" });
});

test("keys, sovereigns, the authority and events have stories too", async () => {
  const { repo } = await replacedAndRemoved();
  const key = await tell(repo, "operator-root");
  expect(key.subject).toEqual({ kind: "OperatorKey", name: "root", id: "operator-root" });
  expect(key.standing).toMatchObject({ state: "active", facts: { tier: "privileged" } });
  const sovereign = await tell(repo, "GLOBEX");
  expect(sovereign.standing.facts["treaties_from_us"]).toHaveLength(2);
  expect((await tell(repo, "acme-1")).subject.kind).toBe("Authority");
  const [event] = key.events;
  const itself = await tell(repo, event?.event_id ?? "");
  expect(itself.subject.kind).toBe("Event");
  expect(itself.events.map(({ event_id }) => event_id)).toContain(event?.event_id);
});

test("without git the commits are left out, and it says so", async () => {
  const { repo } = await replacedAndRemoved();
  const story = await tell(repo, "treaty/globex", null);
  expect(story.applies.map((apply) => apply.commits)).toEqual([null, null]);
  expect(story.caveats.join(" ")).toMatch(/repository was not read/);
  const gone = await tell(repo, "treaty/globex", `${repo.dir}/nowhere`);
  expect(gone.caveats.join(" ")).toMatch(/repository was not read/);
  expect(gone.events).toHaveLength(5);
});

test("a signature of nobody who is known is told to be one", async () => {
  const { repo } = await replacedAndRemoved();
  const { subject } = await tell(repo, "treaty/globex");
  const database = new Database(repo.db);
  database
    .prepare(
      `UPDATE recognition_treaties SET treaty_json = replace(treaty_json, 'role:operator', 'role:anchor')
        WHERE treaty_id = ?`,
    )
    .run(subject.id);
  database.close();
  const story = await tell(repo, subject.id);
  expect(story.standing.signers).toEqual([{ key_id: "acme-1", public_key: null }]);
  expect(text(story)).toContain("NO KNOWN KEY");
});

function text(story: Story): string {
  return renderStory(story, true, plain);
}

test("no digest is broken, so that it can be copied", async () => {
  const { repo } = await replacedAndRemoved();
  const story = await tell(repo, "treaty/globex");
  expect(renderStory(story, true, plain).match(/sha256:[0-9a-f]*/g)).not.toContainEqual(
    expect.not.stringMatching(/:[0-9a-f]{64}$/),
  );
});

test("a fact of several parts is read as words", async () => {
  const { repo } = await replacedAndRemoved();
  const story = await tell(repo, "treaty/globex");
  const revoked_by = [
    { issuer: "GLOBEX", reason: null, sequence: 2 },
    { issuer: "GLOBEX", reason: "left", sequence: 3 },
  ];
  const told = { ...story, standing: { ...story.standing, facts: { revoked_by } } };
  expect(renderStory(told, false, plain).split("\n").slice(2, 4)).toEqual([
    "  revoked by            issuer GLOBEX, sequence 2",
    "  revoked by            issuer GLOBEX, reason left, sequence 3",
  ]);
});

test("as text it fits 80 columns, with the state first", async () => {
  const { repo } = await replacedAndRemoved();
  for (const asked of ["treaty/globex", "operator-root", "GLOBEX", "acme-1"]) {
    const lines = text(await tell(repo, asked)).split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines[0]).toMatch(/^[A-Z]+ {2}[A-Za-z]+\//);
  }
});
