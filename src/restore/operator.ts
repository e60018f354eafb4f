/** Who may ask for an exception: the holder of a privileged operator's key. */
import { AppError } from "../errors.js";
import type { Instant } from "../model/time.js";
import type { PrivateKey } from "../sign/private-key.js";
import type { StateReader } from "../state/reader.js";
import { usableKeys } from "../state/usable-keys.js";

/** The id of the key. Throws AppError `operator_key_refused` for none, and for any but a usable privileged one. */
export function privilegedKeyId(
  rows: Pick<StateReader, "operatorKeys" | "revokedKeys">,
  key: PrivateKey | null,
  now: Instant,
): string {
  const hint = "give --operator-key FILE: the private key of a privileged operator";
  if (key === null)
    throw new AppError("operator_key_refused", "an exception takes an operator's key", { hint });
  const found = usableKeys(rows, now).find(
    ({ publicKey, tier }) => publicKey === key.publicKey && tier === "privileged",
  );
  if (found !== undefined) return found.keyId;
  throw new AppError(
    "operator_key_refused",
    "the key is no usable key of a privileged operator in this state",
    { hint },
  );
}
