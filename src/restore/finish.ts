/** The last entries of a restored state: what the restore did, our feed as it is now, and the checkpoint over both. */
import { auditEvent } from "../audit/events.js";
import { feedPublished, nextFeed } from "../apply/own-feed.js";
import { AppError } from "../errors.js";
import type { AuditEventType } from "../model/audit.js";
import type { JsonObject } from "../model/json.js";
import type { RestoreChange, RestoreChanges } from "../model/restore.js";
import type { Operation } from "../model/state.js";
import { vkeyOf } from "../protocol/log/vkey.js";
import { openStateForWriting } from "../state/open.js";
import { NOT_IN_BACKUP } from "../state/restore/merge.js";
import type { StateWriter } from "../state/writer.js";
import type { Prepared, RestoreTools } from "./prepare.js";

export interface Finished {
  readonly generation: number;
  readonly logSize: number;
  readonly checkpoint: string;
  readonly vkey: string;
}

/** `file` is the state that was built; `scratch` stands for the escrow, which is told once that state is in place. */
export function finishState(
  file: string,
  scratch: string,
  prepared: Prepared,
  changes: RestoreChanges,
  tools: RestoreTools,
): Finished {
  const { key, random } = tools;
  const log = { signer: () => key, escrow: scratch, random };
  const writer = openStateForWriting(file, "concordat restore", log);
  try {
    const feed = feedOf(writer, prepared, tools);
    const events = [...(feed === null ? [] : [feed.event]), ...eventsOf(prepared, changes)].map(
      ([type, details]) => auditEvent(type, details, prepared.now, random(16)),
    );
    const generation = writer.commit(
      { operations: feed === null ? [] : [feed.operation], notes: [], events, applied: null },
      { generation: writer.generation() },
    );
    const { size, checkpoint, checkpointSize, origin } = writer.log().head();
    if (checkpoint === null || origin === null || checkpointSize !== size)
      throw new AppError("internal", "the restored log was not signed");
    const vkey = vkeyOf(origin, key.publicKey);
    return { generation, logSize: size, checkpoint, vkey };
  } finally {
    writer.close();
  }
}

type Recorded = readonly [AuditEventType, JsonObject];

function eventsOf(prepared: Prepared, changes: RestoreChanges): readonly Recorded[] {
  const { candidate, request, keyId, live, log } = prepared;
  const { manifest } = candidate;
  return [
    [
      "state_restored",
      {
        backup_digest: `sha256:${manifest.sha256}`,
        generation: manifest.generation,
        size: manifest.log.size,
        old_size: log.size,
        revoked_count: changes.goes.length,
        left_out: changes.leftToGit.length,
        state_found: live.found,
        by: request.by,
        reason: request.reason,
      },
    ],
    ...changes.goes.flatMap((change) => revocation(change)),
    ...request.forget.map((exception): Recorded => [
      "restore_forgot",
      {
        ...(exception.what === "feed"
          ? {
              kind: "RevocationFeed",
              issuer_sovereign_id: exception.issuer,
              sequence: exception.sequence,
            }
          : { kind: kindOf(changes.forgotten, exception.id), id: exception.id }),
        key_id: keyId,
        by: request.by,
        reason: request.reason,
      },
    ]),
  ];
}

function revocation({ kind, id, why }: RestoreChange): readonly Recorded[] {
  const reason = why === "issued_after_backup" ? NOT_IN_BACKUP : "revoked_before_restore";
  switch (kind) {
    case "RecognitionTreaty":
      return [["recognition_treaty_revoked", { treaty_id: id, reason }]];
    case "MembershipAttestation":
      return [["membership_attestation_revoked", { attestation_id: id, reason }]];
    default:
      return [];
  }
}

function kindOf(changes: readonly RestoreChange[], id: string): string {
  return changes.find((change) => change.id === id)?.kind ?? "RecognitionTreaty";
}

/** Partners learn of what is revoked by the restore as they learn of everything else. */
function feedOf(
  writer: StateWriter,
  { now }: Prepared,
  { key, random }: RestoreTools,
): { readonly operation: Operation; readonly event: Recorded } | null {
  const snapshot = writer.snapshot();
  const { authority } = snapshot;
  if (authority === null) throw new AppError("internal", "the restored state is nobody's");
  const feed = nextFeed(snapshot, [], writer.publishedFeed(), { authority, key, now }, random);
  if (feed === null) return null;
  const { type, details } = feedPublished(feed);
  return { operation: { do: "publish_feed", feed }, event: [type, details] };
}
