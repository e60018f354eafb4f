/** Rows that hold → the resources that ask for just what stands there. What no resource can say is listed. Pure. */
import type { Exception, HeldType } from "../model/adoption.js";
import type { JsonObject } from "../model/json.js";
import type { Kind } from "../model/resources.js";
import type { Digest, TreatyRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { sortedSet } from "../protocol/code-points.js";
import { sha256 } from "../protocol/digest.js";
import { fromInstant, parseTimestamp, toInstant } from "../protocol/instant.js";
import type { DraftedResource } from "./drafted-resource.js";
import { namesOf, type ExistingTree } from "./existing-tree.js";
import { Names, slugOf, tailOf } from "./names.js";
import { resourceText } from "./resource-text.js";
import { keyFault, Sovereigns } from "./sovereigns.js";
import type { HeldFeed, HeldTreaty, HeldAttestation } from "./judge-row.js";
import type { VerifiedRows } from "./verify-rows.js";

export interface Drafts {
  readonly resources: readonly DraftedResource[];
  /** Rows that hold, and that no resource says: they are taken over all the same. */
  readonly kept: readonly Exception[];
}

/** A reason of one line, as the schema of Revocation has it. */
const LONGEST_REASON = 200;
const NOT_IN_LINE = /[\p{C}\p{Zl}\p{Zp}]+/gu;
/** What the reference writes when an object goes on under another id. */
const SUCCEEDED = /^(?:replaced|renewed)_by:/;

const SUSPENDED = "it stays suspended; a resource of your own issues it anew";

/** The resources for everything that is in force at `now`, or was revoked and would be. */
export function draftResources(rows: VerifiedRows, tree: ExistingTree, now: Instant): Drafts {
  return new Drafter(rows, tree, now).draft();
}

class Drafter {
  readonly #rows: VerifiedRows;
  readonly #now: Instant;
  readonly #sovereigns: Sovereigns;
  readonly #names: { readonly [K in Kind]?: Names };
  readonly #resources: DraftedResource[] = [];
  readonly #kept: Exception[] = [];

  constructor(rows: VerifiedRows, tree: ExistingTree, now: Instant) {
    this.#rows = rows;
    this.#now = now;
    this.#sovereigns = new Sovereigns(rows, tree, now);
    const names = (kind: Kind): Names => new Names(namesOf(tree, kind));
    this.#names = {
      RecognitionTreaty: names("RecognitionTreaty"),
      MembershipAttestation: names("MembershipAttestation"),
      Revocation: names("Revocation"),
      RevocationFeed: names("RevocationFeed"),
    };
  }

  draft(): Drafts {
    for (const held of this.#rows.treaties) this.#treaty(held);
    for (const held of this.#rows.attestations) this.#attestation(held);
    for (const { keyId, reason } of this.#rows.adopted.revokedKeys)
      this.#revocation(
        "OperatorKey",
        "revoked_operator_key",
        keyId,
        `key-${slugOf(keyId)}`,
        reason,
      );
    for (const held of newestOf(this.#rows.feeds)) this.#feed(held);
    const sovereigns = this.#sovereigns.drafted();
    return { resources: [...sovereigns, ...this.#resources], kept: this.#kept };
  }

  #treaty({ row, document: { body } }: HeldTreaty): void {
    const type = "recognition_treaty";
    if (isOver(row, this.#now)) return;
    const tail = tailOf(row.id);
    if (row.status === "revoked") {
      const name = `treaty-${slugOf(row.subject)}-${tail}`;
      this.#revocation("RecognitionTreaty", type, row.id, name, row.reason);
      return;
    }
    if (row.status === "suspended") return this.#leave(type, row.id, "suspended", SUSPENDED);
    const subject = this.#sovereigns.nameFor(body);
    if ("fault" in subject) return this.#leave(type, row.id, subject.reason, subject.fault);
    const { claims, accepted_statuses, allowed_roles } = body.scope;
    this.#add(type, row.id, sha256(row.json), "RecognitionTreaty", [subject.name, tail], {
      subject: subject.name,
      scope: {
        allowedRoles: sortedSet(allowed_roles),
        acceptedStatuses: sortedSet(accepted_statuses),
        ...unlessEmpty("claims", claims),
      },
      validity: windowOf(body),
      ...unlessEmpty("metadata", body.metadata),
    });
  }

  #attestation({ row, document: { body } }: HeldAttestation): void {
    const type = "membership_attestation";
    if (isOver(row, this.#now)) return;
    const tail = tailOf(row.id);
    if (row.status === "revoked") {
      const name = `attestation-${slugOf(row.subjectId)}-${tail}`;
      this.#revocation("MembershipAttestation", type, row.id, name, row.reason);
      return;
    }
    if (row.status === "suspended") return this.#leave(type, row.id, "suspended", SUSPENDED);
    const { subject_id, subject_public_key: key } = body;
    const fault = key === null ? null : keyFault(key);
    if (fault !== null) return this.#leave(type, row.id, "bad_public_key", fault);
    this.#add(type, row.id, sha256(row.json), "MembershipAttestation", [slugOf(subject_id), tail], {
      subjectId: subject_id,
      ...(key === null ? {} : { subjectPublicKey: key }),
      roles: sortedSet(body.roles),
      validity: windowOf(body),
      ...unlessEmpty("claims", body.claims),
    });
  }

  /** What was succeeded needs none: its successor is in the tree, and the state remembers the id. */
  #revocation(
    kind: "RecognitionTreaty" | "MembershipAttestation" | "OperatorKey",
    type: HeldType,
    id: string,
    name: string,
    reason: string | null,
  ): void {
    if (reason !== null && SUCCEEDED.test(reason)) return;
    const line = (reason ?? "").replace(NOT_IN_LINE, " ").trim().slice(0, LONGEST_REASON).trim();
    this.#add(type, id, null, "Revocation", [name], {
      target: { kind, id },
      reason: line === "" ? "unspecified" : line,
    });
  }

  #feed({ row, document }: HeldFeed): void {
    const type = "sovereign_revocation_feed";
    const issuer = this.#sovereigns.nameForFeed(row.issuer, document);
    if ("fault" in issuer) return this.#leave(type, row.feedId, issuer.reason, issuer.fault);
    const parts = [issuer.name, String(row.sequence)];
    const name = parts.join("-");
    const path = `feeds/${name}.json`;
    this.#add(
      type,
      row.feedId,
      sha256(row.json),
      "RevocationFeed",
      parts,
      { issuer: issuer.name, file: path, accept: true },
      { path, text: `${row.json}\n` },
    );
  }

  #add(
    type: HeldType,
    id: string,
    documentDigest: Digest | null,
    kind: Kind,
    parts: readonly string[],
    spec: JsonObject,
    document: DraftedResource["document"] = null,
  ): void {
    // Tried under a name that fits every id, so that a row that cannot be said takes no name away.
    const trial = resourceText({ kind, name: "draft", spec });
    if ("fault" in trial) return this.#leave(type, id, "not_expressible", trial.fault);
    const name = this.#names[kind]?.give(id, ...parts) ?? parts.join("-");
    const written = resourceText({ kind, name, spec });
    if ("fault" in written) return this.#leave(type, id, "not_expressible", written.fault);
    const { text } = written;
    this.#resources.push({ kind, name, text, objectId: id, documentDigest, document });
  }

  #leave(type: HeldType, id: string, reason: string, message: string): void {
    this.#kept.push({ type, id, reason, message });
  }
}

function isOver(row: Pick<TreatyRecord, "expiresAt">, now: Instant): boolean {
  return toInstant(parseTimestamp(row.expiresAt)) <= now;
}

function windowOf(body: { readonly valid_from: string; readonly expires_at: string }): JsonObject {
  const utc = (time: string): string => fromInstant(toInstant(parseTimestamp(time)));
  return { from: utc(body.valid_from), until: utc(body.expires_at) };
}

function unlessEmpty(field: string, content: JsonObject): JsonObject {
  return Object.keys(content).length === 0 ? {} : { [field]: content };
}

/** Revocations are a union, and the newest feed of an issuer is the one to answer for; the older ones stay in the state. */
function newestOf(feeds: readonly HeldFeed[]): readonly HeldFeed[] {
  const newest = new Map<string, HeldFeed>();
  for (const held of feeds) {
    const known = newest.get(held.row.issuer);
    if (known === undefined || held.row.sequence > known.row.sequence)
      newest.set(held.row.issuer, held);
  }
  return [...newest.values()];
}
