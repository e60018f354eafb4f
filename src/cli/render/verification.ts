/** The decision on a document as text. */
import type { JsonValue } from "../../model/json.js";
import type { Verification } from "../verification.js";
import { hanging } from "./columns.js";
import { valueText } from "./field-change.js";
import type { Paint } from "./paint.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

/** What the reason codes mean; `treaty_` and `attestation_` in front say of which document. */
const MEANINGS: Readonly<Record<string, string>> = {
  wrong_issuer: "another sovereign issued it than the one expected",
  wrong_subject: "it recognises another sovereign than the one expected",
  unknown_issuer: "nobody here recognises its issuer",
  locally_revoked: "it is revoked here",
  bad_status: "its status is not one that is accepted",
  outside_validity_window: "its validity has not begun or has ended",
  role_not_allowed: "it carries a role that is not allowed",
  stale_sequence: "its sequence is not above the highest one accepted",
  missing_signature: "it has no signature",
  invalid_signature: "none of its signatures verifies under a key that was given",
};

/** One line with the decision; below it what the document says, which an accepted signature vouches for. */
export function renderVerification(verification: Verification, paint: Paint): string {
  const { accepted, reason, type, id, fault } = verification;
  const meaning = MEANINGS[reason.replace(/^(treaty|attestation)_/, "")] ?? "";
  const checked = `checked at ${verification.checked_at} with ${plural(verification.keys, "key")}`;
  if (fault !== null) {
    const refused = `${paint("red", "REFUSED")}   ${reason}`;
    return `${[refused, ...hanging("  ", visible(fault)), ...hanging("  ", checked)].join("\n")}\n`;
  }
  const lines = [
    accepted ? paint("green", "ACCEPTED") : `${paint("red", "REFUSED")}   ${reason}`,
    ...(accepted ? [] : hanging("  ", meaning)),
    ...hanging("  ", `${type.replaceAll("_", " ")} ${visible(id)}`),
    ...hanging("  ", checked),
    accepted ? "says, signed:" : "says, but nothing vouches for it:",
    ...Object.entries(verification.claims).flatMap(([name, value]) => claim(name, value)),
  ];
  return `${lines.join("\n")}\n`;
}

function claim(name: string, value: JsonValue): readonly string[] {
  return hanging(`  ${name.replaceAll("_", " ").padEnd(22)}`, valueText("", value));
}
