import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { openState } from "../../../src/state/open.js";
import { treatyYaml, TrustRepository } from "../../helpers/trust-repository.js";

function snapshotOf({ db }: TrustRepository) {
  const reader = openState(db);
  try {
    return reader.snapshot();
  } finally {
    reader.close();
  }
}

describe("the path of a change", () => {
  test("leads from a commit to a signed state, once", async () => {
    const repository = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
    const first = await repository.apply(await repository.plan());
    expect(first.applied).not.toBeNull();
    expect(snapshotOf(repository).treaties).toHaveLength(1);
    const again = await repository.plan();
    expect(again.plan.verdict).toBe("no_changes");
    expect((await repository.apply(again)).applied).toBeNull();
  });

  test("is left when the head moves on after the plan: nothing is applied", async () => {
    const repository = new TrustRepository();
    const change = await repository.plan();
    repository.commit({ "treaties/globex.yaml": treatyYaml("globex") });
    await expect(repository.apply(change)).rejects.toMatchObject({
      code: "stale_plan",
      exitCode: 4,
    });
    await expect(async () => snapshotOf(repository)).rejects.toMatchObject({
      code: "state_missing",
    });
  });

  test("is left when the state moves on after the plan", async () => {
    const repository = new TrustRepository();
    const late = await repository.plan();
    await repository.apply(await repository.plan());
    await expect(repository.apply(late)).rejects.toMatchObject({ code: "stale_plan" });
  });

  test("ends at a digest that is not the plan's, whether there is something to do or not", async () => {
    const repository = new TrustRepository();
    const other = `sha256:${"0".repeat(64)}`;
    await expect(repository.apply(await repository.plan(), other)).rejects.toMatchObject({
      code: "stale_plan",
    });
    await repository.apply(await repository.plan());
    await expect(repository.apply(await repository.plan(), other)).rejects.toMatchObject({
      code: "stale_plan",
    });
  });

  test("parses only what changed, and plans the same as without the cache", async () => {
    const repository = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
    await repository.apply(await repository.plan());
    repository.commit({ "treaties/initech.yaml": treatyYaml("initech") });
    const change = await repository.plan();
    expect(change.revision.fromCache).toBe(true);
    expect(change.revision.parsed.size).toBe(1);
    await repository.apply(change);
    expect(snapshotOf(repository).treaties).toHaveLength(2);
  });

  test("shows a fault with its line in a file that the cache knows", async () => {
    const repository = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
    await repository.apply(await repository.plan());
    repository.commit({
      "sovereigns/globex.yaml": treatyYaml("other").replace("subject: other", "subject: initech"),
    });
    await expect(repository.plan()).rejects.toMatchObject({
      code: "validation_failed",
      details: {
        diagnostics: [
          expect.objectContaining({ file: "treaties/globex.yaml", excerpt: "  subject: globex" }),
        ],
      },
    });
  });
});

describe("a cache that somebody forged", () => {
  test("is found out before anything is signed", async () => {
    const repository = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
    await repository.apply(await repository.plan());
    const database = new Database(repository.db);
    database
      .prepare(
        "UPDATE concordat_resources SET resources_json = replace(resources_json, 'role:client', 'role:operator')",
      )
      .run();
    database.close();
    const change = await repository.plan();
    expect(change.plan.changes).toMatchObject([{ kind: "RecognitionTreaty", action: "replace" }]);
    const before = snapshotOf(repository);
    await expect(repository.apply(change)).rejects.toMatchObject({
      code: "state_corrupt",
      exitCode: 6,
    });
    expect(snapshotOf(repository)).toEqual(before);
  });
});
