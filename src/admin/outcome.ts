/** What an admin request may look at, and what is to become of it. */
import type { Recorded } from "../apply/batch.js";
import type { AppError } from "../errors.js";
import type { AdminAnswer, AdminGrants } from "../model/admin.js";
import type { JsonObject } from "../model/json.js";
import type { AuthorityRecord, Note, Operation } from "../model/state.js";
import type { Instant } from "../model/time.js";
import type { PrivateKey } from "../sign/private-key.js";
import type { StateReader } from "../state/reader.js";

/** The state as it is when the request is done. */
export type AdminState = Omit<StateReader, "close" | "auditEvents" | "servedRows">;

/** Who asks: the key of a signed request, or an operator at the host. */
export type Asker =
  | { readonly keyId: string; readonly remoteAddress: string }
  | { readonly name: string };

/** All that a decision depends on besides its action. */
export interface Situation {
  readonly state: AdminState;
  readonly authority: AuthorityRecord;
  readonly asker: Asker;
  readonly grants: AdminGrants;
  readonly now: Instant;
  /** Read anew for each request that signs. Throws as `readAuthorityKey`. */
  readonly key: () => PrivateKey;
  readonly random: (length: number) => Uint8Array;
}

/** Operations make a new generation; without any, only the nonce and the events are written. */
export interface Outcome {
  readonly operations: readonly Operation[];
  readonly notes: readonly Note[];
  readonly events: readonly Recorded[];
  /** An error is thrown once the rest is written: the request was heard, and refused. */
  readonly result: AdminAnswer | AppError;
}

/** A change of trust, with what records it. */
export function effect(
  operations: readonly Operation[],
  events: readonly Recorded[],
  result: AdminAnswer,
): Outcome {
  return { operations, notes: [], events, result };
}

/** Nothing is to be done any more. */
export function already(body: AdminAnswer["body"]): Outcome {
  return { operations: [], notes: [], events: [], result: { status: 200, body } };
}

/** Who asked, in the words of an audit event. */
export function askedBy({ asker }: Pick<Situation, "asker">): JsonObject {
  return "name" in asker
    ? { requested_by: asker.name }
    : { by: asker.keyId, remote_addr: asker.remoteAddress };
}

export function nameOf({ asker }: Pick<Situation, "asker">): string {
  return "name" in asker ? asker.name : asker.keyId;
}
