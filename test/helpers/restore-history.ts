/** A state with a history that a test draws: what git asks for, what operators do at once, and what others write behind its back. */
import fc from "fast-check";
import { applyPlan } from "../../src/apply/apply.js";
import { performAdmin } from "../../src/admin/perform.js";
import { AppError } from "../../src/errors.js";
import type { AdminAction } from "../../src/model/admin.js";
import type { Desired } from "../../src/model/desired.js";
import { makePlan } from "../../src/plan/plan.js";
import type { PrivateKey } from "../../src/sign/private-key.js";
import { documentJson } from "../../src/protocol/documents.js";
import { fromInstant } from "../../src/protocol/instant.js";
import { parseJson } from "../../src/protocol/json.js";
import { signedFeed } from "./desired.js";
import { NOTHING, toDesired, type Wish } from "./drawn-wish.js";
import { keyOf } from "./keys.js";
import { Restorable } from "./restored.js";
import { withPlainDatabase } from "./state.js";

const ALLOWANCES = { removals: 1_000, lostPaths: 1_000 };

export type Step =
  | { readonly do: "treaty"; readonly of: number; readonly roles: number | null }
  | { readonly do: "attestation"; readonly of: number; readonly roles: number | null }
  | { readonly do: "reissue"; readonly of: number; readonly kind: "treaty" | "attestation" }
  | { readonly do: "revocation"; readonly of: number; readonly kind: "treaty" | "attestation" }
  | { readonly do: "key"; readonly of: number; readonly as: number }
  | { readonly do: "sovereign"; readonly of: number; readonly as: number }
  | { readonly do: "feed"; readonly of: number; readonly accept: boolean }
  | { readonly do: "policy"; readonly as: number }
  | { readonly do: "rotate" }
  | { readonly do: "wait"; readonly days: number }
  | { readonly do: "admin"; readonly what: number; readonly of: number }
  | { readonly do: "tamper"; readonly what: number; readonly of: number };

const WHICH = fc.nat(2);
const KIND = fc.constantFrom("treaty", "attestation");
const ROLES = fc.option(fc.nat(2), { freq: 4 });

/** What happens before a backup, and after it. */
export const STEPS: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("treaty"), of: WHICH, roles: ROLES }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("attestation"), of: WHICH, roles: ROLES }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reissue"), of: WHICH, kind: KIND }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("revocation"), of: WHICH, kind: KIND }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("key"), of: fc.nat(1), as: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("sovereign"), of: WHICH, as: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("feed"), of: WHICH, accept: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("policy"), as: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rotate") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait"), days: fc.nat(8) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("admin"), what: fc.nat(5), of: WHICH }) },
);

/** What somebody with the file in hand does. */
export const TAMPERING: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("tamper"),
  what: fc.nat(4),
  of: fc.nat(1),
});

export class History {
  readonly state = new Restorable();
  #wish = structuredClone(NOTHING);
  /** Everything that was ever seen revoked, by id. */
  readonly revoked = new Set<string>();
  readonly removedKeys = new Set<string>();
  #nonce = 0;

  constructor() {
    this.state.sign();
    this.#git(() => {});
  }

  get key(): PrivateKey {
    return keyOf(this.#wish.label);
  }

  get wanted(): Desired {
    return toDesired(this.#wish);
  }

  perform(step: Step): void {
    this.state.world.pass(1);
    const wish = this.#wish;
    switch (step.do) {
      case "treaty":
      case "attestation": {
        const list = step.do === "treaty" ? wish.treaties : wish.attestations;
        const { of, roles } = step;
        if (roles === null) return this.#git(() => void list.delete(of));
        return this.#git(() => list.set(of, { reissue: list.get(of)?.reissue ?? 0, roles }));
      }
      case "reissue": {
        const found = (step.kind === "treaty" ? wish.treaties : wish.attestations).get(step.of);
        if (found === undefined) return;
        return this.#git((next) => {
          const list = step.kind === "treaty" ? next.treaties : next.attestations;
          list.set(step.of, { ...found, reissue: found.reissue + 1 });
        });
      }
      case "revocation":
        return this.#git(() => wish.revocations.add(`${step.kind} ${step.of}`));
      case "key":
        return this.#git(() => setOrDelete(wish.keys, step.of, step.as));
      case "sovereign":
        return this.#git(() => setOrDelete(wish.sovereigns, step.of, step.as));
      case "feed": {
        const { of, accept } = step;
        return this.#git((next) => {
          if (accept) {
            next.highest += 1;
            const name = `${of}-${next.highest}`;
            next.feeds.set(name, { issuer: of, sequence: next.highest, accept });
          } else {
            const last = [...next.feeds].findLast(([, { issuer }]) => issuer === of);
            if (last !== undefined) next.feeds.set(last[0], { ...last[1], accept: false });
          }
        });
      }
      case "policy":
        return this.#git((next) => void (next.policy = step.as));
      case "rotate":
        return this.#git((next) => {
          next.label = next.label === "authority" ? "authority 2" : "authority";
        });
      case "wait":
        this.state.world.pass(step.days * 86_400);
        return this.#git(() => {});
      case "admin":
        return this.#admin(step.what, step.of);
      case "tamper":
        return this.#tamper(step.what, step.of);
    }
  }

  /** What is refused is not merged. */
  #git(change: (wish: Wish) => unknown): void {
    const before = structuredClone(this.#wish);
    change(this.#wish);
    try {
      this.reconcile();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#wish = before;
    }
    this.#note();
  }

  /** The verdict of the plan that was carried out, as one pass of the daemon does it. */
  reconcile(): string {
    const { state } = this;
    const { now, random } = state.world;
    const writer = state.open(this.key);
    try {
      const snapshot = writer.snapshot();
      const { wanted } = this;
      const planned = makePlan({
        desired: wanted,
        snapshot,
        now,
        allowances: ALLOWANCES,
        ref: "main",
        dirty: false,
        version: "0.0.0",
        approvals: 0,
      });
      if (planned.plan.verdict !== "no_changes")
        applyPlan(writer, {
          desired: wanted,
          snapshot,
          planned,
          key: this.key,
          now,
          random,
          allowances: ALLOWANCES,
        });
      return planned.plan.verdict;
    } finally {
      writer.close();
    }
  }

  #admin(what: number, of: number): void {
    const { state } = this;
    const snapshot = state.snapshot();
    const active = (rows: readonly { readonly id: string; readonly status: string }[]): string => {
      const ids = rows.filter(({ status }) => status === "active").map(({ id }) => id);
      return ids[of % Math.max(ids.length, 1)] ?? "none";
    };
    const usable = snapshot.operatorKeys.filter((row) => row.state === "active");
    const sequence = 100 + this.#wish.highest;
    const actions: readonly AdminAction[] = [
      { action: "revoke_treaty", treatyId: active(snapshot.treaties), reason: "bad" },
      {
        action: "revoke_attestation",
        attestationId: active(snapshot.attestations),
        reason: "bad",
      },
      {
        action: "revoke_operator_key",
        keyId: usable[of % Math.max(usable.length, 1)]?.keyId ?? "none",
        reason: "lost",
      },
      {
        action: "issue_treaty",
        subjectSovereignId: "GLOBEX",
        subjectPublicKeys: [keyOf("sovereign globex").publicKey],
        scope: { allowed_roles: ["role:client"] },
        validityHours: 100,
        metadata: {},
      },
      {
        action: "issue_attestation",
        subjectId: "guest",
        subjectPublicKey: null,
        roles: ["role:client"],
        validityHours: 100,
        claims: {},
      },
      {
        action: "import_feed",
        feed: parseJson(documentJson(signedFeed("globex", sequence, [`x${sequence}`, "gone"]))),
        issuerPublicKeys: null,
        expectedIssuer: null,
      },
    ];
    const action = actions[what % actions.length];
    if (action === undefined) return;
    const writer = state.open(this.key);
    try {
      const { world } = state;
      performAdmin(
        {
          writer,
          grants: "allow",
          clock: () => world.now,
          key: () => this.key,
          random: world.random,
        },
        {
          caller: {
            keyId: "operator-root",
            publicKey: keyOf("operator operator-root").publicKey,
            nonce: `nonce ${(this.#nonce += 1)}`,
            requestedAt: fromInstant(world.now),
            signatureVersion: 2,
            remoteAddress: "192.0.2.1",
          },
          action,
          requiredTier: "privileged",
        },
      );
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    } finally {
      writer.close();
    }
    this.#note();
  }

  #tamper(what: number, of: number): void {
    const table = of % 2 === 0 ? "recognition_treaties" : "membership_attestations";
    const statements = [
      `UPDATE ${table} SET status = 'active', revoked_at = NULL, revocation_reason = NULL`,
      `DELETE FROM ${table} WHERE rowid = (SELECT MIN(rowid) FROM ${table})`,
      "UPDATE concordat_operator_keys SET tier = 'privileged', state = 'active'",
      "DELETE FROM revoked_operator_keys",
      "DELETE FROM imported_sovereign_revocations",
    ];
    withPlainDatabase(this.state.world.db, (database) =>
      database.exec(statements[what % statements.length] ?? ""),
    );
  }

  #note(): void {
    const { treaties, attestations, revokedKeys } = this.state.snapshot();
    for (const { id, status } of [...treaties, ...attestations])
      if (status === "revoked") this.revoked.add(id);
    for (const { keyId } of revokedKeys) this.removedKeys.add(keyId);
  }
}

function setOrDelete(map: Map<number, number>, of: number, as: number): void {
  if (as === 0) map.delete(of);
  else map.set(of, as);
}
