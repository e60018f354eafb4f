/** A foreign revocation feed as an operator brings it. */
import type { SovereignRevocationFeed } from "../../src/model/documents.js";
import type { JsonValue } from "../../src/model/json.js";
import { documentJson } from "../../src/protocol/documents.js";
import { fromInstant } from "../../src/protocol/instant.js";
import { parseJson } from "../../src/protocol/json.js";
import { signDocument } from "../../src/sign/sign-document.js";
import { keyOf } from "./keys.js";
import { START } from "./world.js";

/** Of GLOBEX, by its key, with what is given besides. */
export function signedFeed(
  given: Partial<SovereignRevocationFeed> = {},
  signer = "sovereign globex",
): JsonValue {
  const body: SovereignRevocationFeed = {
    feed_id: "feed-1",
    issuer_sovereign_id: "GLOBEX",
    sequence: 1,
    issued_at: fromInstant(START),
    revoked_attestation_ids: [],
    revocation_reasons: {},
    issued_by: "globex-1",
    ...given,
  };
  return parseJson(documentJson(signDocument(body, "any-key", keyOf(signer))));
}
