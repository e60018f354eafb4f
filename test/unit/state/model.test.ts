/** Any sequence of batches does to the file what it does to a model in memory, and a batch the model refuses does nothing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SovereignRevocationFeed, Verified } from "../../../src/model/documents.js";
import type { Operation, Snapshot } from "../../../src/model/state.js";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import {
  attestation,
  batchOf,
  expectError,
  feed,
  inventoryEntry,
  operatorKey,
  scratchPath,
  sovereign,
  treaty,
} from "../../helpers/state.js";

type Feed = Verified<SovereignRevocationFeed>;

/** What the model says of the state: ids and the columns that operations decide. */
interface Model {
  readonly treaties: Map<string, string>;
  readonly attestations: Map<string, string>;
  readonly keys: Map<string, string>;
  readonly revokedKeys: Map<string, string>;
  readonly sovereigns: Map<string, string>;
  readonly inventory: Map<string, number>;
  readonly feeds: readonly { readonly feed: Feed; readonly at: string }[];
  readonly rejected: ReadonlySet<Feed>;
  readonly policy: string | null;
  readonly published: number;
}

const EMPTY: Model = {
  treaties: new Map(),
  attestations: new Map(),
  keys: new Map(),
  revokedKeys: new Map(),
  sovereigns: new Map(),
  inventory: new Map(),
  feeds: [],
  rejected: new Set(),
  policy: null,
  published: -1,
};

const IDS = ["a", "b", "c"];
const TREATIES = new Map(IDS.map((id) => [id, treaty(id)]));
const ATTESTATIONS = new Map(IDS.map((id) => [id, attestation(id)]));
const FEEDS = ["FAR", "NEAR"].flatMap((issuer) =>
  [["a", "b"], ["b", "c"], [], ["a", "c", "d"]].map((ids, index) => feed(issuer, index + 1, ids)),
);
const OWN_FEEDS = [0, 1, 2, 3].map((sequence) => feed("HOME", sequence, []));

const id = fc.constantFrom(...IDS);
const reason = fc.constantFrom("bad", "worse");
const at = fc.constantFrom("t1", "t2", "t3");
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .constantFrom(...TREATIES.values())
    .map((document) => ({ do: "issue_treaty", treaty: document }) as const),
  fc
    .constantFrom(...ATTESTATIONS.values())
    .map((document) => ({ do: "issue_attestation", attestation: document }) as const),
  fc.record({ do: fc.constantFrom("revoke_treaty", "revoke_attestation"), id, reason, at }),
  fc.record({
    do: fc.constantFrom("import_feed", "reject_feed"),
    feed: fc.constantFrom(...FEEDS),
    at,
  }),
  fc
    .constantFrom(...OWN_FEEDS)
    .map((document) => ({ do: "publish_feed", feed: document }) as const),
  fc.record({ do: fc.constant("put_policy"), policyId: id, json: fc.constantFrom("{}", "[]"), at }),
  fc.constant({ do: "remove_policy" } as const),
  fc
    .tuple(id, fc.constantFrom("one", "two"))
    .map(
      ([keyId, holder]) =>
        ({ do: "put_operator_key", key: operatorKey(keyId, { holder }) }) as const,
    ),
  fc.tuple(id, reason).map(
    ([keyId, why]) =>
      ({
        do: "revoke_operator_key",
        key: { keyId, revokedAt: "t", reason: why, revokedBy: "b" },
      }) as const,
  ),
  fc
    .tuple(id, fc.constantFrom("x", "y"))
    .map(
      ([sovereignId, name]) =>
        ({ do: "put_sovereign", sovereign: sovereign(sovereignId, { name }) }) as const,
    ),
  id.map((sovereignId) => ({ do: "remove_sovereign", sovereignId }) as const),
  fc
    .tuple(id, fc.nat(3))
    .map(
      ([name, renewal]) => ({ do: "record", entry: inventoryEntry(name, { renewal }) }) as const,
    ),
  id.map((name) => ({ do: "forget", kind: "RecognitionTreaty", name }) as const),
);

/** The model after an operation; null when it does not fit. */
function after(model: Model, step: Operation): Model | null {
  switch (step.do) {
    case "issue_treaty":
      return issued(model, "treaties", step.treaty.body.treaty_id);
    case "issue_attestation":
      return issued(model, "attestations", step.attestation.body.attestation_id);
    case "revoke_treaty":
      return revoked(model, "treaties", step);
    case "revoke_attestation":
      return revoked(model, "attestations", step);
    case "import_feed": {
      const { issuer_sovereign_id: issuer, sequence } = step.feed.body;
      const isStale = model.feeds.some(
        (item) =>
          item.feed.body.issuer_sovereign_id === issuer && item.feed.body.sequence >= sequence,
      );
      if (isStale) return null;
      const rejected = new Set([...model.rejected].filter((item) => item !== step.feed));
      return { ...model, rejected, feeds: [...model.feeds, step] };
    }
    case "reject_feed":
      if (model.rejected.has(step.feed)) return null;
      return {
        ...model,
        rejected: new Set([...model.rejected, step.feed]),
        feeds: model.feeds.filter((item) => item.feed !== step.feed),
      };
    case "publish_feed": {
      const sequence = Number(step.feed.body.sequence);
      return sequence > model.published ? { ...model, published: sequence } : null;
    }
    case "put_policy":
      return { ...model, policy: `${step.policyId} ${step.json}` };
    case "remove_policy":
      return model.policy === null ? null : { ...model, policy: null };
    case "put_operator_key":
      return { ...model, keys: new Map(model.keys).set(step.key.keyId, step.key.holder) };
    case "revoke_operator_key": {
      const known = model.revokedKeys.get(step.key.keyId);
      if (known !== undefined && known !== step.key.reason) return null;
      return {
        ...model,
        revokedKeys: new Map(model.revokedKeys).set(step.key.keyId, step.key.reason),
      };
    }
    case "put_sovereign":
      return {
        ...model,
        sovereigns: new Map(model.sovereigns).set(step.sovereign.sovereignId, step.sovereign.name),
      };
    case "remove_sovereign":
      return model.sovereigns.has(step.sovereignId)
        ? { ...model, sovereigns: without(model.sovereigns, step.sovereignId) }
        : null;
    case "record":
      return {
        ...model,
        inventory: new Map(model.inventory).set(step.entry.name, step.entry.renewal),
      };
    case "forget":
      return model.inventory.has(step.name)
        ? { ...model, inventory: without(model.inventory, step.name) }
        : null;
    case "put_authority":
    case "adopt":
      return null;
  }
}

function issued(model: Model, kind: "treaties" | "attestations", key: string): Model | null {
  return model[kind].has(key)
    ? null
    : { ...model, [kind]: new Map(model[kind]).set(key, "active") };
}

function revoked(
  model: Model,
  kind: "treaties" | "attestations",
  step: { readonly id: string; readonly reason: string; readonly at: string },
): Model | null {
  const now = model[kind].get(step.id);
  const next = `revoked ${step.reason} ${step.at}`;
  if (now !== "active" && now !== next) return null;
  return { ...model, [kind]: new Map(model[kind]).set(step.id, next) };
}

function without<T>(map: ReadonlyMap<string, T>, key: string): Map<string, T> {
  return new Map([...map].filter(([name]) => name !== key));
}

/** For each issuer, what its accepted feeds say together: the newest that lists an id, and when the first one came. */
function imported(model: Model): Record<string, string> {
  const entries = new Map<string, { first: string; last: Feed }>();
  for (const { feed: document, at: when } of model.feeds) {
    for (const listed of document.body.revoked_attestation_ids) {
      const key = `${document.body.issuer_sovereign_id} ${listed}`;
      entries.set(key, { first: entries.get(key)?.first ?? when, last: document });
    }
  }
  return Object.fromEntries(
    [...entries].map(([key, { first, last }]) => {
      const { feed_id, sequence, revocation_reasons } = last.body;
      return [
        key,
        `${feed_id} ${sequence} ${revocation_reasons[key.split(" ")[1] ?? ""]} ${first}`,
      ];
    }),
  );
}

function seenBy(model: Model): unknown {
  const { feeds, rejected, published, ...rest } = model;
  return {
    ...rest,
    feeds: feeds.map((item) => `${item.feed.body.feed_id} ${item.at}`).toSorted(),
    rejected: [...rejected].map((item) => item.body.feed_id).toSorted(),
    imported: imported(model),
    published,
  };
}

function seenIn(snapshot: Snapshot, published: number): unknown {
  const status = (row: {
    status: string;
    reason: string | null;
    revokedAt: string | null;
  }): string =>
    row.status === "active" ? "active" : `${row.status} ${row.reason} ${row.revokedAt}`;
  return {
    treaties: new Map(snapshot.treaties.map((row) => [row.id, status(row)])),
    attestations: new Map(snapshot.attestations.map((row) => [row.id, status(row)])),
    keys: new Map(snapshot.operatorKeys.map((row) => [row.keyId, row.holder])),
    revokedKeys: new Map(snapshot.revokedKeys.map((row) => [row.keyId, row.reason])),
    sovereigns: new Map(snapshot.sovereigns.map((row) => [row.sovereignId, row.name])),
    inventory: new Map(snapshot.inventory.map((row) => [row.name, row.renewal])),
    policy: snapshot.policy === null ? null : `${snapshot.policy.policyId} ${snapshot.policy.json}`,
    feeds: snapshot.feeds.map((row) => `${row.feedId} ${row.importedAt}`),
    rejected: snapshot.rejectedFeeds.map((row) => row.feedId).toSorted(),
    imported: Object.fromEntries(
      snapshot.importedRevocations.map((row) => [
        `${row.issuer} ${row.attestationId}`,
        `${row.feedId} ${row.sequence} ${row.reason} ${row.importedAt}`,
      ]),
    ),
    published,
  };
}

test("commits do what the model does", () => {
  fc.assert(
    fc.property(fc.array(fc.array(operation, { maxLength: 4 }), { maxLength: 25 }), (batches) => {
      const path = scratchPath();
      const writer = openStateForWriting(path, "test");
      const reader = openState(path);
      let model = EMPTY;
      const digests = new Map<string, string>();
      for (const operations of batches) {
        const before = writer.snapshot();
        let next: Model | null = model;
        for (const step of operations) next = next === null ? null : after(next, step);
        if (next === null) {
          expectError("internal", () => writer.commit(batchOf(operations), before));
          expect(writer.snapshot()).toEqual(before);
          continue;
        }
        model = next;
        const generation = writer.commit(batchOf(operations), before);
        const snapshot = reader.snapshot();
        expect(generation).toBe(before.generation + 1);
        expect(snapshot.generation).toBe(generation);
        expect(seenIn(snapshot, reader.publishedFeed()?.sequence ?? -1)).toEqual(seenBy(model));
        digests.set(snapshot.digest, rowsOf(snapshot));
      }
      // Equal digests say equal rows, and equal rows say equal digests.
      expect(new Set(digests.values()).size).toBe(digests.size);
      reader.close();
      writer.close();
    }),
    { numRuns: 60 },
  );
}, 60_000);

function rowsOf(snapshot: Snapshot): string {
  const { generation: _generation, digest: _digest, applied: _applied, ...rows } = snapshot;
  return JSON.stringify(rows);
}
