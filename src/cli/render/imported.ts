/** The result of an import as text. */
import type { ImportReport } from "../import-bundle.js";
import { hanging } from "./columns.js";
import type { Paint } from "./paint.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

export function renderImport(report: ImportReport, paint: Paint): string {
  const { feed } = report;
  const lines = [
    ...hanging("wrote       ", visible(report.file)),
    ...hanging("sovereign   ", visible(report.sovereign_id)),
    ...hanging("keys        ", report.public_keys.join(" ")),
    ...hanging("endpoint    ", visible(report.endpoint ?? "none")),
    ...hanging(
      "root key    ",
      `${report.root_public_key}${report.root_key_pinned ? "" : "  (not pinned)"}`,
    ),
    ...hanging("made        ", report.created_at),
    ...hanging(
      "verified    ",
      `${plural(report.documents.length, "document")}, every signature: ${holdings(report)}`,
    ),
    ...(feed === null
      ? []
      : hanging("feed        ", `sequence ${feed.sequence}, ${feed.revoked} revoked`)),
    ...hanging(
      "imported    ",
      `${plural(report.imported_revocations, "revocation")} of other sovereigns`,
    ),
    ...report.warnings.flatMap((warning) =>
      hanging("warning: ", visible(warning)).map((line) =>
        line.replace("warning:", paint("yellow", "warning:")),
      ),
    ),
    ...hanging(
      "next: ",
      "compare the root key, refer to this resource from a RecognitionTreaty, and commit both",
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function holdings(report: ImportReport): string {
  const treaties = plural(report.treaties, "treaty", "treaties");
  return ["1 genesis", treaties, ...(report.feed === null ? [] : ["1 feed"])].join(", ");
}
