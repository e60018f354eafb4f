/** Laws of a restore, over histories that are drawn: nothing that was taken away is trusted again, and git converges. */
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { verifyDatabase } from "../../../src/audit/verify-database.js";
import { buildConnectome } from "../../../src/connectome/connectome.js";
import type { Snapshot } from "../../../src/model/state.js";
import { parseFeed } from "../../../src/protocol/documents.js";
import { parseJson } from "../../../src/protocol/json.js";
import { History, STEPS, TAMPERING, type Step } from "../../helpers/restore-history.js";

/** What comes after the first restore. */
type Later = "same" | "undo" | "pass";

interface Drawn {
  readonly before: readonly Step[];
  readonly since: readonly Step[];
  readonly later: readonly Later[];
}

const drawn = fc.record({
  before: fc.array(STEPS, { minLength: 1, maxLength: 10 }),
  since: fc.array(STEPS, { maxLength: 10 }),
  later: fc.array(fc.constantFrom("same", "undo", "pass"), { maxLength: 3 }),
});

interface Usable {
  readonly keyId: string;
  readonly tier: string;
}

function usable({ operatorKeys, revokedKeys }: Snapshot): readonly Usable[] {
  const revoked = new Set(revokedKeys.map(({ keyId }) => keyId));
  return operatorKeys
    .filter(({ keyId, state }) => state === "active" && !revoked.has(keyId))
    .map(({ keyId, tier }) => ({ keyId, tier }));
}

function active({ treaties, attestations }: Snapshot): readonly string[] {
  return [...treaties, ...attestations].flatMap(({ id, status }) =>
    status === "active" ? [id] : [],
  );
}

/** The names that git asks for and gets. */
function standing(snapshot: Snapshot): readonly string[] {
  const trusted = new Set(active(snapshot));
  return snapshot.inventory
    .filter(({ live, objectId }) => live && trusted.has(objectId))
    .map(({ kind, name }) => `${kind} ${name}`)
    .toSorted();
}

function imported({ importedRevocations }: Snapshot): readonly string[] {
  return importedRevocations.map(({ issuer, attestationId }) => `${issuer} ${attestationId}`);
}

interface Evidence {
  readonly snapshot: Snapshot;
  /** In base64. */
  readonly leaves: readonly string[];
  /** Of our own feed; -1 when none was ever published. */
  readonly sequence: number;
  readonly published: readonly string[];
}

function evidence({ state }: History): Evidence {
  return state.read((reader) => {
    const log = reader.log();
    const feed = reader.publishedFeed();
    return {
      snapshot: reader.snapshot(),
      leaves: [...log.entries(0, log.head().size)].map(({ leaf }) =>
        Buffer.from(leaf).toString("base64"),
      ),
      sequence: feed?.sequence ?? -1,
      published: feed === null ? [] : parseFeed(parseJson(feed.json)).body.revoked_attestation_ids,
    };
  });
}

/** Whatever has happened to the rows meanwhile. */
function expectNothingBack({ revoked, removedKeys }: History, { snapshot }: Evidence): void {
  expect(active(snapshot).filter((id) => revoked.has(id))).toEqual([]);
  expect(usable(snapshot).filter(({ keyId }) => removedKeys.has(keyId))).toEqual([]);
}

function expectCarried(live: Evidence, after: Evidence): void {
  expect(after.leaves.slice(0, live.leaves.length)).toEqual(live.leaves);
  expect(after.sequence).toBeGreaterThanOrEqual(live.sequence);
  const { attestations } = after.snapshot;
  const revoked = attestations.flatMap(({ id, status }) => (status === "revoked" ? [id] : []));
  expect(after.published).toEqual(expect.arrayContaining([...live.published, ...revoked]));
}

/** Carries out what was drawn up to the last restore. */
async function restore(
  history: History,
  { before, since, later }: Drawn,
  tampering: Step | null,
): Promise<Evidence> {
  const { state } = history;
  const { world } = state;
  const place = (name: string): string => join(world.folder, name);
  for (const step of before) history.perform(step);
  const backup = place("drawn.db");
  const { publicKey } = history.key;
  world.pass(1);
  world.back({ output: backup, signer: history.key });
  for (const step of since) history.perform(step);
  if (tampering !== null) history.perform(tampering);
  const live = evidence(history);
  let [count, kept] = [0, backup];
  const from = async (file: string): Promise<void> => {
    world.pass(1);
    const preRestoreBackup = place(`kept-${(count += 1)}.db`);
    const given = { backup: file, backupKeys: [publicKey], preRestoreBackup };
    const result = await state.restore(given, { key: history.key });
    // Of what somebody has altered there may be none.
    kept = result.preRestoreBackup ?? backup;
  };
  await from(backup);
  for (const next of later)
    if (next === "pass") history.reconcile();
    else await from(next === "undo" ? kept : backup);
  return live;
}

function converge(history: History): void {
  const verdicts = [history.reconcile(), history.reconcile()];
  expect(verdicts[1]).toBe("no_changes");
}

function expectSound(history: History, now: Evidence): void {
  buildConnectome(now.snapshot, history.state.world.now);
  const options = { key: null, escrow: null, since: null };
  const { fault } = history.state.read((reader) => verifyDatabase(reader.log(), options));
  expect(fault).toBeNull();
}

test("whatever happened before and since", { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async (given) => {
      const history = new History();
      const live = await restore(history, given, null);
      const after = evidence(history);
      expectNothingBack(history, after);
      expectCarried(live, after);
      const ids = usable(live.snapshot).map(({ keyId }) => keyId);
      expect(ids).toEqual(expect.arrayContaining(usable(after.snapshot).map(({ keyId }) => keyId)));
      const revocations = expect.arrayContaining([...imported(live.snapshot)]);
      expect(imported(after.snapshot)).toEqual(revocations);
      converge(history);
      const settled = evidence(history);
      expectNothingBack(history, settled);
      expectSound(history, settled);
      // Git gets what it had, under new ids where it must.
      expect(usable(settled.snapshot)).toEqual(usable(live.snapshot));
      expect(standing(settled.snapshot)).toEqual(standing(live.snapshot));
      expect(imported(settled.snapshot)).toEqual(revocations);
    }),
    { numRuns: 10 },
  );
});

test("whatever somebody did to the rows", { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(drawn, TAMPERING, async (given, tampering) => {
      const history = new History();
      const live = await restore(history, given, tampering);
      const after = evidence(history);
      expectNothingBack(history, after);
      expectCarried(live, after);
      converge(history);
      const settled = evidence(history);
      expectNothingBack(history, settled);
      expectSound(history, settled);
    }),
    { numRuns: 6 },
  );
});
