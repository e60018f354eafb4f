/** Recognition policies as others write them (protocol.md 3): unsigned, and read with the same defaults as documents. */
import type { RecognitionPolicy } from "../model/documents.js";
import type { JsonValue } from "../model/json.js";
import { Fields } from "./document-fields.js";

/** Unknown fields are dropped. Throws AppError `invalid_document` naming the JSON pointer of the fault. */
export function parseRecognitionPolicy(value: JsonValue | undefined): RecognitionPolicy {
  const fields = new Fields(value);
  return {
    local_sovereign_id: fields.text("local_sovereign_id"),
    recognized_issuers: fields.fieldsList("recognized_issuers").map((issuer) => {
      const public_keys = issuer.texts("public_keys");
      if (public_keys.length === 0) throw issuer.fault("public_keys", "expected at least one key");
      return {
        sovereign_id: issuer.text("sovereign_id"),
        public_keys,
        allowed_roles: issuer.texts("allowed_roles", []),
        accepted_statuses: issuer.statuses("accepted_statuses"),
      };
    }),
    revoked_attestation_ids: fields.texts("revoked_attestation_ids", []),
  };
}
