/** The path of a change on one screen: git → desired → plan → gate → apply → state and audit (design.md 1). */
import { applyPlan, assertApplicable, type Applied } from "./apply/apply.js";
import type { Compiled } from "./desired/compile.js";
import type { Limits } from "./desired/limits.js";
import { AppError } from "./errors.js";
import { Repository } from "./git/repository.js";
import type { Desired } from "./model/desired.js";
import type { Plan } from "./model/plan.js";
import type { Digest, Snapshot } from "./model/state.js";
import type { Instant } from "./model/time.js";
import { NO_ALLOWANCES, type Allowances } from "./plan/gates.js";
import { makePlan, type Planned } from "./plan/plan.js";
import { compileTree } from "./revision/compile-tree.js";
import type { PrivateKey } from "./sign/private-key.js";
import { emptyState, openState, openStateForWriting } from "./state/open.js";
import { escrowBeside } from "./state/log/escrow.js";
import type { StateReader } from "./state/reader.js";

export interface Source {
  /** Top of a work tree, or a bare repository. */
  readonly repo: string;
  /** Branch, tag or commit; null: the branch that is checked out. */
  readonly ref: string | null;
  readonly limits: Limits;
}

export interface PlanOptions extends Source {
  readonly db: string;
  readonly now: Instant;
  readonly version: string;
  /** What the plan is judged and applied with; none when left out. Its digests do not depend on it. */
  readonly allowances?: Allowances;
}

/** A commit that validated, ready to be compared with a state. */
export interface Revision {
  readonly ref: string;
  readonly dirty: boolean;
  readonly desired: Desired;
  /** What this run read from git itself, by blob id. */
  readonly parsed: Compiled["parsed"];
  /** Some resources come from the state's cache, which anybody who can write the state could have forged. */
  readonly fromCache: boolean;
}

export interface PlannedChange {
  readonly plan: Plan;
  readonly revision: Revision;
  readonly options: PlanOptions;
}

export interface ApplyOptions {
  readonly key: PrivateKey;
  /** Plan digest that must be the one about to be applied; null: the caller has shown the plan itself. */
  readonly expect: string | null;
  readonly now: Instant;
  readonly random: (length: number) => Uint8Array;
  /** Names this process to others that find the state locked. */
  readonly holder: string;
  /** Where the audit log's newest checkpoint is put in escrow; left out: beside the state. */
  readonly logEscrow?: string;
}

export interface ApplyResult {
  /** Null: there was nothing to do. */
  readonly applied: Applied | null;
  readonly plan: Plan;
  /** Of the state as it is afterwards. */
  readonly stateDigest: Digest;
}

/**
 * git → desired: reads one commit, never the working tree, and parses what `cache` does not know. Throws
 * `validation_failed` with every diagnostic.
 */
async function readRevision(
  source: Source,
  cache: Pick<StateReader, "resources"> | null,
): Promise<Revision> {
  const repository = await Repository.open(source.repo);
  const ref = source.ref ?? (await repository.head());
  const { commit, tree } = await repository.resolve(ref);
  const files = await repository.files(tree);
  const cached = cache?.resources(files.map((file) => file.blob)) ?? new Map<string, never>();
  const revision = { commit, tree, files };
  // Looking at the work tree takes as long as the rest, and needs nothing of it.
  const [{ desired, parsed }, dirty] = await Promise.all([
    compileTree(repository, revision, source.limits, cached),
    repository.isDirty(),
  ]);
  return { ref, dirty, desired, parsed, fromCache: cached.size > 0 };
}

/** A state that does not exist yet is an empty one. */
function openOrEmpty(db: string): StateReader {
  try {
    return openState(db);
  } catch (error) {
    if (error instanceof AppError && error.code === "state_missing") return emptyState();
    throw error;
  }
}

/** desired × snapshot → plan. Opens the state read-only and changes nothing. */
export async function planChange(options: PlanOptions): Promise<PlannedChange> {
  const reader = openOrEmpty(options.db);
  try {
    const revision = await readRevision(options, reader);
    return { plan: planRevision(revision, reader.snapshot(), options).plan, revision, options };
  } finally {
    reader.close();
  }
}

function planRevision(
  revision: Revision,
  snapshot: Snapshot,
  options: Pick<PlanOptions, "now" | "version" | "allowances">,
): Planned {
  return makePlan({
    desired: revision.desired,
    snapshot,
    now: options.now,
    ref: revision.ref,
    dirty: revision.dirty,
    version: options.version,
    // Approvals by signature have their place here; until they exist none is ever counted.
    approvals: 0,
    allowances: options.allowances ?? NO_ALLOWANCES,
  });
}

/**
 * plan → gate → apply. Plans again under the writer's lock, with the time it is now, and refuses when anything that was
 * shown has moved: the head, the state, or what is due. Throws `stale_plan`, `plan_refused`, `lock_held`.
 */
export async function applyChange(
  change: PlannedChange,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { revision, options: planned } = change;
  const repository = await Repository.open(planned.repo);
  const head = await repository.resolve(revision.ref);
  if (head.commit !== revision.desired.commit) {
    throw new AppError(
      "stale_plan",
      `${revision.ref} has moved on from ${revision.desired.commit} to ${head.commit}`,
    );
  }
  const shown = options.expect ?? change.plan.plan_digest;
  if (change.plan.verdict === "no_changes") {
    assertSame(shown, change.plan);
    return { applied: null, plan: change.plan, stateDigest: change.plan.state_digest };
  }
  // What the gates refuse is refused before the state is opened for writing.
  assertApplicable(change.plan);
  // What is signed was read from git, every byte of it.
  const signed = revision.fromCache
    ? await readRevision({ ...planned, ref: revision.ref }, null)
    : revision;
  const now = { ...planned, now: options.now };
  const writer = openStateForWriting(planned.db, options.holder, {
    signer: () => options.key,
    escrow: options.logEscrow ?? escrowBeside(planned.db),
    random: options.random,
  });
  try {
    const snapshot = writer.snapshot();
    const fresh = planRevision(signed, snapshot, now);
    if (shown !== fresh.plan.plan_digest) {
      assertCacheHonest(planRevision(revision, snapshot, now).plan, fresh.plan);
      assertSame(shown, fresh.plan);
    }
    const { desired, parsed } = signed;
    const allowances = planned.allowances ?? NO_ALLOWANCES;
    const input = { ...options, allowances, desired, snapshot, planned: fresh };
    const applied = applyPlan(writer, input);
    writer.cacheResources(parsed);
    return { applied, plan: fresh.plan, stateDigest: writer.snapshot().digest };
  } finally {
    writer.close();
  }
}

function assertSame(shown: string, plan: Plan): void {
  if (shown === plan.plan_digest) return;
  throw new AppError("stale_plan", `expected plan ${shown}, and it is now ${plan.plan_digest}`);
}

/** The same commit gives the same plan, whether its resources come from git or from the cache. */
function assertCacheHonest(cached: Plan, read: Plan): void {
  if (cached.change_digest === read.change_digest) return;
  throw new AppError(
    "state_corrupt",
    "the state's cache of parsed resources is not what git holds",
    {
      hint: "somebody has written to the state: keep the file as evidence, and check what else it holds",
    },
  );
}
