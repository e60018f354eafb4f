/** When time alone changes a plan: until then the same tree and state need not be planned again. */
import type { Desired, DesiredOperatorKey, Validity } from "../model/desired.js";
import type { OperatorKeyRecord, Snapshot } from "../model/state.js";
import type { Instant, Seconds } from "../model/time.js";
import { parseTimestamp, plusSeconds, toInstant, whenLeft } from "../protocol/instant.js";
import { GENESIS_NOTICE } from "./authority-findings.js";
import { inventoryOf, planContext, type PlanContext } from "./context.js";
import { HORIZON, SOON } from "./lapsing.js";
import { targetChanged } from "./revoked.js";
import { feedDeadlines } from "./scope-findings.js";
import { attestations, treaties, type SignedDesired, type SignedKind } from "./signed-kind.js";
import { endOf, type SignedRow } from "./signed-row.js";

/**
 * The earliest moment after `now` at which `makePlan` of the same tree and state may give another plan; null: never. Before
 * it plans differ in `created_at` alone. It may name a moment at which nothing changes after all.
 */
export function nextDue(desired: Desired, snapshot: Snapshot, now: Instant): Instant | null {
  const context = planContext(desired, snapshot, now);
  const next = new Soonest(now);
  considerGenesis(context, next);
  considerFreezes(context, next);
  considerKeys(context, next);
  considerSigned(context, next, treaties(context));
  considerSigned(context, next, attestations(context));
  considerRevocations(context, next);
  for (const { overdue } of feedDeadlines(context)) if (overdue !== null) next.at(overdue);
  return next.moment;
}

class Soonest {
  readonly #now: Instant;
  #moment: Instant | null = null;

  constructor(now: Instant) {
    this.#now = now;
  }

  get moment(): Instant | null {
    return this.#moment;
  }

  at(moment: Instant): void {
    if (moment > this.#now && (this.#moment === null || moment < this.#moment))
      this.#moment = moment;
  }

  /** The moment from when on no more than so many whole seconds are left. */
  left(end: Instant, seconds: Seconds): void {
    this.at(whenLeft(end, seconds));
  }
}

function considerGenesis({ desired }: PlanContext, next: Soonest): void {
  const end = toInstant(parseTimestamp(desired.authority.genesis.body.network_authority.valid_to));
  next.left(end, GENESIS_NOTICE);
  next.left(end, 0);
}

function considerFreezes({ policy }: PlanContext, next: Soonest): void {
  for (const { from, until } of policy.freeze) {
    next.at(toInstant(from));
    next.at(toInstant(until));
  }
}

/** The last privileged key: a key of the tree, or what stands for it while its change waits for a freeze to end. */
function considerKeys({ desired, index }: PlanContext, next: Soonest): void {
  const consider = (key: DesiredOperatorKey | OperatorKeyRecord | undefined): void => {
    if (key?.tier !== "privileged" || key.state !== "active") return;
    if (key.validFrom !== null) next.at(toInstant(key.validFrom));
    if (key.validUntil !== null) next.at(toInstant(key.validUntil));
  };
  for (const key of desired.operatorKeys) {
    consider(key);
    consider(index.keys.get(key.keyId));
  }
}

function considerSigned<D extends SignedDesired>(
  context: PlanContext,
  next: Soonest,
  signed: SignedKind<D>,
): void {
  const applied = inventoryOf(context, signed.kind);
  for (const desired of signed.desired) {
    considerWindow(desired.validity, signed.maxValidity, next);
    const entry = applied.get(desired.name);
    const row = entry?.live === true ? signed.rows.get(entry.objectId) : undefined;
    if (row?.status !== "active") continue;
    const end = endOf(row);
    next.left(end, HORIZON);
    next.left(end, signed.renewBefore(desired) ?? SOON);
  }
  for (const row of signed.rows.values()) {
    if (isWatched(context, signed, row)) next.left(endOf(row), 0);
  }
  for (const { objectId, live } of applied.values()) {
    const row = signed.rows.get(objectId);
    if (row === undefined || isWatched(context, signed, row)) continue;
    if (live || row.status !== "revoked") next.left(endOf(row), 0);
  }
}

/** What stands in our name, and every edge of the graph of trust. */
function isWatched(
  { desired }: PlanContext,
  { kind }: Pick<SignedKind, "kind">,
  { status, issuer }: SignedRow,
): boolean {
  if (issuer === desired.authority.sovereignId) return status !== "revoked";
  return kind === "RecognitionTreaty" && status === "active";
}

/** A window that is past is not signed, nor is one that is longer than the policy allows (signed-changes.ts). */
function considerWindow(validity: Validity, limit: Seconds, next: Soonest): void {
  if (validity.until !== null) {
    const until = toInstant(validity.until);
    next.at(until);
    next.left(until, limit);
  } else if (validity.from !== null) {
    next.at(plusSeconds(toInstant(validity.from), validity.duration));
  }
}

/** A `Revocation` may leave the tree, or turn to another target, once its target could not come back (diff-revocations.ts). */
function considerRevocations(context: PlanContext, next: Soonest): void {
  const { desired, index } = context;
  const wanted = new Map(desired.revocations.map((revocation) => [revocation.name, revocation]));
  for (const entry of inventoryOf(context, "Revocation").values()) {
    const revocation = wanted.get(entry.name);
    if (revocation !== undefined && !targetChanged(revocation, entry)) continue;
    const row = index.treaties.get(entry.objectId) ?? index.attestations.get(entry.objectId);
    if (row !== undefined) next.left(endOf(row), 0);
  }
}
