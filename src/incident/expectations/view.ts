/** What decides on attestations: the state as it is, and the same as it would be once a change is applied. Pure. */
import type { AuthorityRecord, Snapshot, TreatyRecord } from "../../model/state.js";
import type { AttestationRecord } from "../../model/records.js";
import type { Instant } from "../../model/time.js";
import { bodyOf } from "../../feeds/known-feeds.js";
import { isFresh } from "../../feeds/schedule.js";

export interface TrustView {
  readonly authority: AuthorityRecord | null;
  /** The recognition policy in force, as stored. */
  readonly policyJson: string | null;
  readonly now: Instant;
  /** Those of ours that recognise the sovereign, whatever their status. */
  treatiesWith(subject: string): readonly TreatyRecord[];
  isTreatyRevoked(id: string): boolean;
  attestation(id: string): AttestationRecord | null;
  /** By its issuer: here, or in a feed that was imported. */
  isAttestationRevoked(issuer: string, id: string): boolean;
  /** Whether the issuer's revocations are as new as its `maxAge` asks. */
  isFresh(issuer: string): boolean;
}

/** The state as it stands. */
export function viewOf(snapshot: Snapshot, now: Instant): TrustView {
  const own = snapshot.authority?.sovereignId ?? null;
  const attestations = new Map(snapshot.attestations.map((row) => [row.id, row]));
  const treaties = new Map(snapshot.treaties.map((row) => [row.id, row]));
  const revoked = new Set(
    snapshot.importedRevocations.map((row) => `${row.attestationId} ${row.issuer}`),
  );
  return {
    authority: snapshot.authority,
    policyJson: snapshot.policy?.json ?? null,
    now,
    treatiesWith: (subject) =>
      snapshot.treaties.filter((row) => row.issuer === own && row.subject === subject),
    isTreatyRevoked: (id) => treaties.get(id)?.status === "revoked",
    attestation: (id) => attestations.get(id) ?? null,
    isAttestationRevoked: (issuer, id) =>
      revoked.has(`${id} ${issuer}`) || attestations.get(id)?.status === "revoked",
    isFresh: (issuer) => {
      const sovereign = snapshot.sovereigns.find((row) => row.sovereignId === issuer);
      const maxAge = sovereign?.feed.maxAge ?? null;
      return maxAge === null || isFresh(maxAge, newestFeed(snapshot, issuer), now);
    },
  };
}

/** When the newest feed that verified was signed: the imported one, or the same content signed anew. */
function newestFeed(snapshot: Snapshot, issuer: string) {
  const newest = snapshot.feeds
    .filter((row) => row.issuer === issuer)
    .toSorted((a, b) => b.sequence - a.sequence)[0];
  if (newest === undefined) return null;
  const poll = snapshot.feedPolls.find((row) => row.issuer === issuer);
  if (poll?.sequence === newest.sequence && poll.issuedAt !== null) return poll.issuedAt;
  return bodyOf(newest).issued_at;
}

/** Takes revocations back, adds others, and revokes treaties and attestations. */
export interface Projection {
  /** Of one issuer, exactly these foreign attestations are revoked. */
  readonly revocations?: { readonly issuer: string; readonly ids: ReadonlySet<string> };
  readonly revokedTreaties?: ReadonlySet<string>;
  readonly revokedAttestations?: ReadonlySet<string>;
}

export function projected(view: TrustView, change: Projection): TrustView {
  const { revocations, revokedTreaties, revokedAttestations } = change;
  return {
    ...view,
    isTreatyRevoked: (id) => revokedTreaties?.has(id) === true || view.isTreatyRevoked(id),
    isAttestationRevoked: (issuer, id) => {
      if (revokedAttestations?.has(id) === true) return true;
      if (revocations !== undefined && revocations.issuer === issuer)
        return revocations.ids.has(id) || view.attestation(id)?.status === "revoked";
      return view.isAttestationRevoked(issuer, id);
    },
  };
}
