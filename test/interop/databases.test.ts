import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { commitFiles, git, temporaryFolder } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { Service } from "../helpers/service.js";
import { askReference, isMissing, runReference } from "./reference.js";
import { ReferenceAuthority } from "./reference-authority.js";
import { resource } from "./resource.js";
import { shared } from "./shared-fields.js";

const TREATIES = 40;

/** Keys of operators are not in a database of the reference. */
const OPERATOR = resource("OperatorKey", "root", [
  "keyId: root",
  `publicKey: "${keyOf("operator root").publicKey}"`,
  "tier: privileged",
  "holder: the operator",
]);

const STORED_LISTS = ["recognition_edges", "revoked_trust_material"];

interface Row {
  readonly id?: string;
  readonly treaty_id?: string;
  readonly treaty?: { readonly treaty_id: string };
}

interface TreatyList {
  readonly recognition_treaties: readonly { readonly treaty: { readonly treaty_id: string } }[];
}

interface Imported {
  readonly kept: readonly { readonly id: string }[];
  readonly left_out: readonly unknown[];
}

/** A sovereign whose operators have issued, renewed, replaced and revoked, and imported a feed. It does not run any more. */
async function lived(): Promise<ReferenceAuthority> {
  const globex = await ReferenceAuthority.create("GLOBEX");
  const request = {
    db: globex.db,
    key: globex.authorityKey,
    issuer: "GLOBEX",
    count: TREATIES,
    seed: "lived",
  };
  const [feed] = await askReference("store", [JSON.stringify(request)]);
  await globex.serve();
  const { recognition_treaties: rows } = await globex.get<TreatyList>(
    "/recognition-treaties?status=active",
  );
  const [renewed, replaced, revoked] = rows.map(({ treaty }) => treaty.treaty_id);
  const operator = [...globex.asOperator, "--yes"];
  await globex.succeed(["treaty", "renew", `${renewed}`, ...operator, "--validity-hours", "720"]);
  await globex.succeed(["treaty", "replace", `${replaced}`, ...operator, "--role", "role:client"]);
  await globex.succeed([
    "treaty",
    "revoke",
    `${revoked}`,
    ...operator,
    "--reason",
    "breach of “trust”",
  ]);
  await globex.attest("member");
  const former = await globex.attest("former");
  await globex.succeed(["attestation", "revoke", ...globex.asOperator, former, "--reason", "left"]);
  const file = join(globex.dir, "feed.json");
  writeFileSync(file, JSON.stringify(feed));
  await globex.succeed(["treaty", "import-feed", ...globex.asOperator, "--feed", file]);
  await globex.stop();
  return globex;
}

/** Imports, commits and adopts, as an operator would. `from` is what is imported, `held` what the adoption reads beside git. */
async function takeOver(
  globex: ReferenceAuthority,
  from: readonly string[],
  held: readonly string[],
): Promise<{ readonly dir: string; readonly key: readonly string[]; readonly report: Imported }> {
  const dir = join(temporaryFolder(), "trust");
  const anchors = ["--out", dir, "--genesis", globex.genesis, "--json"];
  const imported = await run(["import", ...from, ...anchors]);
  expect(imported).toMatchObject({ code: 0 });
  git(dir, ["init", "--quiet", "--initial-branch=main"]);
  commitFiles(dir, { "operators/root.yaml": OPERATOR });
  const key = ["--authority-key", globex.authorityKey];
  const adopted = await run(["adopt", ...held, "--repo", dir, ...key, "--json"]);
  expect(adopted).toMatchObject({ code: 0 });
  const plan = await run(["plan", "--repo", dir, "--json"]);
  // What a resource cannot say is taken over too, and told.
  const report = JSON.parse(imported.stdout) as Imported;
  expect(report.kept).toMatchObject([{ type: "recognition_treaty", reason: "not_expressible" }]);
  expect(JSON.parse(plan.stdout)).toMatchObject({
    changes: [],
    drift: report.kept.map(({ id }) => ({ class: "unmanaged", id })),
  });
  return { dir, key, report };
}

async function expectSame(
  ours: Service,
  globex: ReferenceAuthority,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    const theirs = inOrder(await globex.get(path), path);
    const { status, json } = await ours.get(path);
    expect(status, path).toBe(200);
    expect(shared(inOrder(json, path), theirs), path).toEqual(shared(theirs, theirs));
  }
}

const LISTS = [
  "/recognition-treaties",
  "/recognition-treaties?status=revoked",
  "/recognition-treaties?subject_sovereign_id=SUBJECT-3",
  "/genesis",
  ...Array.from({ length: 8 }, (_, i) => `/connectome/trust-path?from=GLOBEX&to=SUBJECT-${i}`),
  "/connectome/trust-path?source=SUBJECT-1&target=GLOBEX",
];

describe.skipIf(isMissing)("an authority of the reference", () => {
  test("is taken over from its database with the same ids and bytes, and both serve the same", async () => {
    const globex = await lived();
    const { dir, key, report } = await takeOver(globex, ["na-db", globex.db], [globex.db]);
    expect(report.left_out).toEqual([]);

    await globex.serve();
    const ours = await Service.start(["--repo", dir, ...key]);
    const { recognition_treaties: rows } = await globex.get<TreatyList>("/recognition-treaties");
    expect(rows).toHaveLength(TREATIES + 2);
    const each = rows.map(({ treaty }) => `/recognition-treaties/${treaty.treaty_id}`);
    const all = ["/recognition-graph", "/connectome.json", "/attestations", ...LISTS, ...each];
    await expectSame(ours, globex, all);
  });

  test("is taken over from what it publishes, with the same treaties", async () => {
    const globex = await lived();
    await globex.serve();
    const live = ["authority", globex.address, "--allow-private", "127.0.0.0/8"];
    const { dir, key } = await takeOver(globex, live, []);
    await expectSame(await Service.start(["--repo", dir, ...key]), globex, LISTS);
  });
});

describe.skipIf(isMissing)("a database that we wrote", () => {
  test("is read by the reference's audit export and backup, and is as sound afterwards", async () => {
    const dir = await trustRepository();
    commitTreaties(dir, ["globex", "initech"]);
    expect(await run(["apply", "--auto-approve"], { cwd: dir })).toMatchObject({ code: 0 });
    const [db, out] = [join(dir, ".concordat/na.db"), temporaryFolder()];
    const ours = await run(["audit", "export", "--output", "-"], { cwd: dir });

    const jsonl = join(out, "audit.jsonl");
    const managed = ["managed", "audit-export", "--db-path", db, "--output", jsonl];
    expect(await runReference("genesis-mesh", managed, { cwd: out })).toMatchObject({ code: 0 });
    expect(events(readFileSync(jsonl, "utf8"))).toEqual(events(ours.stdout));
    const issued = [...managed, "--format", "json", "--event-type", "recognition_treaty_issued"];
    expect(await runReference("genesis-mesh", issued, { cwd: out })).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(jsonl, "utf8"))).toHaveLength(2);

    const backup = join(out, "backup.db");
    const copied = ["managed", "backup", "--db-path", db, "--output", backup];
    expect(await runReference("genesis-mesh", copied, { cwd: out })).toMatchObject({ code: 0 });
    for (const each of [db, backup]) {
      const plan = await run(["plan", "--repo", dir, "--db", each, "--json"]);
      expect(JSON.parse(plan.stdout)).toMatchObject({ changes: [], drift: [] });
    }
  });
});

/** The reference lists most things as they were stored; ours has one order everywhere. Its connectome has an order too. */
function inOrder(answer: unknown, path: string): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  const names = path === "/connectome.json" ? [] : STORED_LISTS;
  const lists = Object.entries(answer).map(([name, value]: [string, unknown]) => [
    name,
    Array.isArray(value) && names.includes(name)
      ? value.toSorted((a: Row, b: Row) => (idOf(a) < idOf(b) ? -1 : 1))
      : value,
  ]);
  return Object.fromEntries(lists);
}

function idOf({ id, treaty_id, treaty }: Row): string {
  return id ?? treaty_id ?? treaty?.treaty_id ?? "";
}

function events(jsonl: string): readonly unknown[] {
  return jsonl
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}
