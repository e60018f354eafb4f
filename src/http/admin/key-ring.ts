/** The operator keys that are applied, as the newest state has them. */
import { usableKeys } from "../../state/usable-keys.js";
import type { OperatorKeyRecord, RevokedKeyRecord } from "../../model/state.js";
import type { Instant } from "../../model/time.js";
import type { ServedState } from "../context.js";

export type Unusable = "unknown_key" | "revoked_key" | "retired_key" | "key_not_valid";

interface Rows {
  readonly generation: number;
  readonly keys: readonly OperatorKeyRecord[];
  readonly revoked: readonly RevokedKeyRecord[];
  /** The authority's public key: whom a request must be meant for. */
  readonly audience: string | null;
}

type KeyState = Pick<ServedState, "generation" | "operatorKeys" | "revokedKeys" | "authority">;

export class KeyRing {
  #rows: Rows | null = null;

  /** Reads the keys anew once the state has changed: what was committed before the call counts. */
  read(state: KeyState): KeysNow {
    // Before the rows: what is committed in between is read again by the next request.
    const generation = state.generation();
    if (this.#rows?.generation !== generation) {
      this.#rows = {
        generation,
        keys: state.operatorKeys(),
        revoked: state.revokedKeys(),
        audience: state.authority()?.publicKey ?? null,
      };
    }
    return new KeysNow(this.#rows);
  }
}

export class KeysNow {
  readonly audience: string | null;
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
    this.audience = rows.audience;
  }

  usable(keyId: string, now: Instant): OperatorKeyRecord | null {
    const { keys, revoked } = this.#rows;
    const rows = { operatorKeys: () => keys, revokedKeys: () => revoked };
    return usableKeys(rows, now).find((key) => key.keyId === keyId) ?? null;
  }

  /** Why a key is not usable; for the audit alone. */
  reason(keyId: string): Unusable {
    const { keys, revoked } = this.#rows;
    if (revoked.some((key) => key.keyId === keyId)) return "revoked_key";
    const known = keys.find((key) => key.keyId === keyId);
    if (known === undefined) return "unknown_key";
    return known.state === "retired" ? "retired_key" : "key_not_valid";
  }
}
