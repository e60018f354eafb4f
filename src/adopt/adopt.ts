/** Takes over an authority: verified rows and the committed resources that stand for them become a state, in one commit. */
import { carryOut, type Recorded } from "../apply/batch.js";
import { feedPublished } from "../apply/own-feed.js";
import { draftFeed } from "../apply/documents.js";
import { auditEvent } from "../audit/events.js";
import type { Limits } from "../desired/limits.js";
import { AppError } from "../errors.js";
import { Repository } from "../git/repository.js";
import type { Exception, HeldRows } from "../model/adoption.js";
import type { Desired } from "../model/desired.js";
import type { JsonObject } from "../model/json.js";
import type { Plan } from "../model/plan.js";
import type { Digest, Snapshot } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { NO_ALLOWANCES } from "../plan/gates.js";
import { makePlan } from "../plan/plan.js";
import { digestOf } from "../protocol/digest.js";
import { fromInstant } from "../protocol/instant.js";
import { uuid4 } from "../protocol/uuid.js";
import { compileTree } from "../revision/compile-tree.js";
import { assertAuthorityKey } from "../sign/authority-key.js";
import type { PrivateKey } from "../sign/private-key.js";
import { signDocument } from "../sign/sign-document.js";
import { emptyState, openState, openStateForWriting } from "../state/open.js";
import { escrowBeside } from "../state/log/escrow.js";
import type { StateReader } from "../state/reader.js";
import { adoptionSteps } from "./adoption.js";
import { digestOfRows, parseInventory, type InventoryFile } from "./inventory-file.js";
import { verifyRows, type VerifiedRows } from "./verify-rows.js";

/** Where the rows come from, and what the audit log is to say of it. */
export interface AdoptionSource {
  readonly rows: HeldRows;
  readonly description: JsonObject;
}

export interface AdoptOptions {
  /** Top of a work tree, or a bare repository. */
  readonly repo: string;
  /** Null: the branch that is checked out. */
  readonly ref: string | null;
  readonly limits: Limits;
  readonly db: string;
  /** Paths from the root of the repository. */
  readonly inventory: string;
  /** Given the bytes of a file of the commit, by its path; null when it has none there. */
  readonly source: (
    fileOf: (path: string) => Promise<Uint8Array | null>,
  ) => Promise<AdoptionSource>;
  /** A sequence that a partner has seen of our feed, if it is higher than the rows say. */
  readonly feedAbove: number | null;
  readonly key: PrivateKey;
  readonly now: Instant;
  readonly random: (length: number) => Uint8Array;
  readonly holder: string;
  /** Where the audit log's newest checkpoint is put in escrow; left out: beside the state. */
  readonly logEscrow?: string;
  readonly version: string;
}

export interface Adopted {
  readonly sovereignId: string;
  readonly commit: string;
  readonly generation: number;
  readonly stateDigest: Digest;
  readonly feedSequence: number;
  readonly counts: {
    readonly treaties: number;
    readonly attestations: number;
    readonly feeds: number;
    readonly imported_revocations: number;
    readonly revoked_operator_keys: number;
    readonly audit_events: number;
  };
  readonly leftOut: readonly Exception[];
  /** What is to be done now; nothing, when the tree is the one that the import wrote. */
  readonly plan: Plan;
}

/**
 * Verifies every signature itself, and believes neither the inventory nor the work tree. Throws AppError `adoption_refused`,
 * `state_not_empty`, `authority_key_mismatch`, `stale_plan`, `lock_held`, and the codes of reading commit and rows.
 */
export async function adopt(options: AdoptOptions): Promise<Adopted> {
  const { db, key, now } = options;
  const standing = existing(db);
  try {
    assertEmpty(db, standing);
  } finally {
    standing?.close();
  }
  const { desired, inventory, source, dirty, ref } = await readCommit(options);
  const { authority } = desired;
  assertAuthorityKey(key, authority.publicKey);
  assertReviewed(desired, inventory, source.rows);
  const feedKeys = new Map(desired.sovereigns.map((one) => [one.sovereignId, one.publicKeys]));
  const rows = verifyRows(source.rows, authority.publicKey, authority.sovereignId, feedKeys);
  const writer = openStateForWriting(db, options.holder, {
    signer: () => key,
    escrow: options.logEscrow ?? escrowBeside(db),
    random: options.random,
  });
  try {
    const snapshot = writer.snapshot();
    assertEmpty(db, writer);
    const steps = adoptionSteps(desired, snapshot, rows, inventory, now);
    const carried = carryOut(steps, { authority, key, now });
    const feed = ownFeed(options, desired, rows);
    const sequence = Number(feed.body.sequence);
    const counts = countsOf(rows);
    const events: readonly Recorded[] = [
      {
        type: "authority_adopted",
        details: {
          source: source.description,
          rows_digest: inventory.rowsDigest,
          commit: desired.commit,
          tree: desired.tree,
          counts: { ...counts },
          left_out: rows.leftOut.length,
          key_id: authority.keyId,
        },
      },
      ...carried.events,
      feedPublished(feed),
    ];
    const generation = writer.commit(
      {
        operations: [
          { do: "adopt", rows: rows.adopted },
          ...carried.operations,
          { do: "publish_feed", feed },
        ],
        notes: [],
        events: events.map(({ type, details }) =>
          auditEvent(type, details, now, options.random(16)),
        ),
        applied: {
          commit: desired.commit,
          tree: desired.tree,
          planDigest: digestOf([inventory.rowsDigest, desired.tree]),
          at: fromInstant(now),
        },
      },
      { generation: snapshot.generation, digest: snapshot.digest },
    );
    const after = writer.snapshot();
    return {
      sovereignId: authority.sovereignId,
      commit: desired.commit,
      generation,
      stateDigest: after.digest,
      feedSequence: sequence,
      counts,
      leftOut: rows.leftOut,
      plan: planOf(options, desired, after, ref, dirty),
    };
  } finally {
    writer.close();
  }
}

async function readCommit(options: AdoptOptions): Promise<{
  readonly desired: Desired;
  readonly inventory: InventoryFile;
  readonly source: AdoptionSource;
  readonly dirty: boolean;
  readonly ref: string;
}> {
  const repository = await Repository.open(options.repo);
  const ref = options.ref ?? (await repository.head());
  const { commit, tree } = await repository.resolve(ref);
  const files = await repository.files(tree);
  const { desired } = await compileTree(
    repository,
    { commit, tree, files },
    options.limits,
    new Map(),
  );
  const fileOf = async (path: string): Promise<Uint8Array | null> => {
    const file = files.find((candidate) => candidate.path === path);
    if (file === undefined) return null;
    return (await repository.read([file.blob])).get(file.blob) ?? null;
  };
  const bytes = await fileOf(options.inventory);
  if (bytes === null) {
    throw new AppError("adoption_refused", `the commit has no ${options.inventory}`, {
      hint: "commit what concordat import wrote, or name its inventory with --inventory",
    });
  }
  const inventory = parseInventory(bytes);
  return {
    desired,
    inventory,
    source: await options.source(fileOf),
    dirty: await repository.isDirty(),
    ref,
  };
}

function assertReviewed(desired: Desired, inventory: InventoryFile, rows: HeldRows): void {
  const { sovereignId } = desired.authority;
  if (inventory.sovereignId !== sovereignId) {
    throw new AppError(
      "adoption_refused",
      `the inventory is of ${inventory.sovereignId}, and the tree is of ${sovereignId}`,
    );
  }
  if (digestOfRows(rows) === inventory.rowsDigest) return;
  throw new AppError(
    "adoption_refused",
    "the rows are not those that were imported: something was issued, revoked or changed since",
    {
      hint: "stop the old authority, import again into a new folder, review and commit that",
    },
  );
}

/** Null when there is no file. */
function existing(db: string): StateReader | null {
  try {
    return openState(db);
  } catch (error) {
    if (error instanceof AppError && error.code === "state_missing") return null;
    throw error;
  }
}

/** Whatever has happened in a state already, an adoption does not mix with it. */
function assertEmpty(db: string, state: StateReader | null): void {
  if (state === null) return;
  const snapshot = state.snapshot();
  const nothing = emptyState();
  const isEmpty = snapshot.digest === nothing.snapshot().digest && snapshot.applied === null;
  nothing.close();
  if (isEmpty) return;
  const owner = snapshot.authority?.sovereignId;
  throw new AppError(
    "state_not_empty",
    owner === undefined ? `${db} is not empty` : `${db} is the state of ${owner} already`,
  );
}

/**
 * Our own feed, above every sequence that the reference can have published: it counts the revocations, so the next number is
 * free. What it says is what the rows say, signed or not: to call an attestation revoked only takes trust away.
 */
function ownFeed(
  { feedAbove, key, now, random }: AdoptOptions,
  { authority }: Desired,
  { revoked, feedSequence }: VerifiedRows,
): ReturnType<typeof signDocument<ReturnType<typeof draftFeed>>> {
  const sequence = Math.max(feedSequence, feedAbove ?? 0) + 1;
  const body = draftFeed(authority, { feedId: uuid4(random(16)), sequence, revoked, now });
  return signDocument(body, authority.keyId, key);
}

function countsOf({ adopted }: VerifiedRows): Adopted["counts"] {
  return {
    treaties: adopted.treaties.length,
    attestations: adopted.attestations.length,
    feeds: adopted.feeds.length,
    imported_revocations: adopted.importedRevocations.length,
    revoked_operator_keys: adopted.revokedKeys.length,
    audit_events: adopted.events.length,
  };
}

function planOf(
  { now, version }: AdoptOptions,
  desired: Desired,
  snapshot: Snapshot,
  ref: string,
  dirty: boolean,
): Plan {
  return makePlan({
    desired,
    snapshot,
    now,
    ref,
    dirty,
    version,
    approvals: 0,
    allowances: NO_ALLOWANCES,
  }).plan;
}
