/** Compares a state with what its log says was done to it: what was applied, revoked, signed and imported. */
import { ERASED, type LoggedEvent } from "../protocol/log/committed.js";
import type { DocumentKind, Standing } from "../state/standing.js";
import { Faulty } from "./verification.js";

/** A state's reader fits. */
export interface StateSource {
  standing(): Standing;
}

type RevokedKind = keyof Standing["revoked"];

/** What an event speaks of. */
interface Named<Kind> {
  readonly kind: Kind;
  readonly noun: string;
  /** The detail that holds the id. */
  readonly field: string;
}

const TREATY = { kind: "treaties", noun: "treaty", field: "treaty_id" } as const;
const ATTESTATION = { kind: "attestations", noun: "attestation", field: "attestation_id" } as const;
const KEY = { kind: "operatorKeys", noun: "operator key", field: "key_id" } as const;
const FEED = { noun: "feed", field: "feed_id" } as const;

const REVOCATIONS = new Map<string, Named<RevokedKind>>([
  ["recognition_treaty_revoked", TREATY],
  ["membership_attestation_revoked", ATTESTATION],
  ["operator_key_revoked", KEY],
]);

const DOCUMENTS = new Map<string, Named<DocumentKind>>([
  ["recognition_treaty_issued", TREATY],
  ["membership_attestation_issued", ATTESTATION],
  ["sovereign_revocation_feed_imported", { ...FEED, kind: "imported" }],
  ["sovereign_revocation_feed_published", { ...FEED, kind: "published" }],
]);

interface Revoked extends Named<RevokedKind> {
  readonly id: string;
  /** The first entry that says so. */
  readonly index: number;
}

interface Signed extends Named<DocumentKind> {
  readonly id: string;
  /** By the entry that says so. A restore may bring any of them back. */
  readonly digests: Map<number, unknown>;
}

export class StateCheck {
  readonly #revoked = new Map<string, Revoked>();
  readonly #signed = new Map<string, Signed>();
  /** The newest entry of a plan; null when the state need not show it. */
  #applied: { readonly index: number; readonly event: LoggedEvent } | null = null;

  /** Takes note of an entry, in the order of the log. */
  note(index: number, event: LoggedEvent): void {
    const named = REVOCATIONS.get(event.event_type);
    if (named !== undefined) this.#noteRevocation(index, named, event.details[named.field]);
    else if (event.event_type === "plan_applied") this.#applied = { index, event };
    else if (!this.#noteDocument(index, event)) this.#noteException(event);
  }

  /** The same for entries behind those that are verified: by then the state may have gone on, or not yet. */
  noteLater(index: number, event: LoggedEvent): void {
    if (event.event_type === "plan_applied") this.#applied = null;
    else if (!this.#noteDocument(index, event)) this.#noteException(event);
  }

  /** Throws `Faulty` with the first entry that the state does not bear out. */
  finish({ applied, revoked, documents, damage, isFeedSigned, unheard }: Standing): void {
    if (damage !== null) throw new Faulty("state_damaged", null, damage);
    if (!isFeedSigned)
      throw new Faulty(
        "feed_altered",
        null,
        "our own newest feed is not what the authority has signed",
      );
    if (unheard !== null)
      throw new Faulty(
        "revocation_undone",
        null,
        `the feed ${unheard.feedId} of ${unheard.issuer} revokes ${unheard.attestationId}, and the state does not say so`,
      );
    for (const { kind, noun, id, index } of this.#revoked.values())
      if (!revoked[kind].has(id))
        throw new Faulty(
          "revocation_undone",
          index,
          `the ${noun} ${id} was revoked, and the state does not say so`,
        );
    for (const { kind, noun, id, digests } of this.#signed.values()) {
      const digest = documents[kind].get(id);
      if (digest !== undefined && !new Set(digests.values()).has(digest))
        throw new Faulty(
          "document_altered",
          Math.max(...digests.keys()),
          `the ${noun} ${id} is not the document that was logged`,
        );
    }
    if (this.#applied === null) return;
    const { index, event } = this.#applied;
    const { commit, tree, plan_digest } = event.details;
    if (applied?.commit !== commit || applied?.tree !== tree || applied?.planDigest !== plan_digest)
      throw new Faulty(
        "applied_mismatch",
        index,
        "what the state names as applied last is not what the log does",
      );
  }

  #noteRevocation(index: number, named: Named<RevokedKind>, id: unknown): void {
    if (typeof id !== "string" || id === ERASED) return;
    const key = `${named.kind} ${id}`;
    if (!this.#revoked.has(key)) this.#revoked.set(key, { ...named, id, index });
  }

  /** False for an event that speaks of none. */
  #noteDocument(index: number, { event_type: type, details }: LoggedEvent): boolean {
    const document = DOCUMENTS.get(type);
    if (document === undefined) return false;
    const { [document.field]: id, document_digest: digest } = details;
    if (typeof id !== "string" || id === ERASED || digest === undefined) return true;
    const key = `${document.kind} ${id}`;
    const signed = this.#signed.get(key) ?? { ...document, id, digests: new Map() };
    this.#signed.set(key, signed);
    signed.digests.set(index, digest);
    return true;
  }

  #noteException({ event_type: type, details }: LoggedEvent): void {
    switch (type) {
      case "authority_adopted":
        // What was logged before is another program's word, also of rows that were not fit to be adopted.
        this.#revoked.clear();
        this.#signed.clear();
        this.#applied = null;
        return;
      case "state_restored":
        this.#applied = null;
        return;
      case "restore_forgot":
        this.#forget(details["id"]);
        return;
      case "audit_rows_accepted":
        this.#disregard(details["index"], details["count"]);
    }
  }

  /** Treaties alone can be: an id that was erased since may be that of any. */
  #forget(id: unknown): void {
    for (const [key, revoked] of this.#revoked)
      if (revoked.kind === "treaties" && (id === ERASED || revoked.id === id))
        this.#revoked.delete(key);
  }

  /** Rows of other programs, which accepting them makes no truer. */
  #disregard(from: unknown, count: unknown): void {
    if (typeof from !== "number" || typeof count !== "number") return;
    const isTheirs = (index: number): boolean => index >= from && index < from + count;
    for (const [key, { index }] of this.#revoked) if (isTheirs(index)) this.#revoked.delete(key);
    for (const [key, { digests }] of this.#signed) {
      for (const index of digests.keys()) if (isTheirs(index)) digests.delete(index);
      if (digests.size === 0) this.#signed.delete(key);
    }
    if (this.#applied !== null && isTheirs(this.#applied.index)) this.#applied = null;
  }
}
