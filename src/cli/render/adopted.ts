/** An adoption as text. */
import type { AdoptReport } from "../adopt-report.js";
import { hanging } from "./columns.js";
import { listed } from "./imported-trust.js";
import type { Paint } from "./paint.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

export function renderAdopted(report: AdoptReport, paint: Paint): string {
  const { adopted } = report;
  const counted = [
    plural(adopted.treaties, "treaty", "treaties"),
    plural(adopted.attestations, "attestation"),
    plural(adopted.feeds, "feed"),
    plural(adopted.imported_revocations, "imported revocation"),
    plural(adopted.revoked_operator_keys, "revoked operator key"),
    plural(adopted.audit_events, "audit event"),
  ];
  const isDone = report.changes === 0 && report.drift === 0;
  const lines = [
    ...hanging("sovereign   ", visible(report.sovereign_id)),
    ...hanging("commit      ", report.commit),
    ...hanging("adopted     ", `${counted.join(", ")}, byte for byte`),
    ...hanging("state       ", visible(report.db)),
    ...hanging("feed        ", `published with sequence ${report.feed_sequence}`),
    ...listed("left out", "not taken over", report.left_out, paint),
    ...hanging(
      "plan        ",
      isDone
        ? "nothing to do: the tree asks for what stands"
        : `${report.verdict}: ${plural(report.changes, "change")}, ${plural(report.drift, "object")} that drifted`,
    ),
    ...hanging(
      "next: ",
      isDone ? "concordat serve" : "concordat plan shows what the tree asks for besides",
    ),
  ];
  return `${lines.join("\n")}\n`;
}
