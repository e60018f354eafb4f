/** The import of a whole authority as text. */
import type { Exception } from "../../model/adoption.js";
import type { ImportedTrust } from "../imported-trust.js";
import { hanging } from "./columns.js";
import type { Paint } from "./paint.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

/** More are in the report file. */
const MOST_LISTED = 20;

export function renderImportedTrust(report: ImportedTrust, next: string, paint: Paint): string {
  const { resources } = report;
  const counted = [
    plural(resources.sovereigns, "sovereign"),
    plural(resources.treaties, "treaty", "treaties"),
    plural(resources.attestations, "attestation"),
    plural(resources.revocations, "revocation"),
    plural(resources.feeds, "feed"),
  ];
  const lines = [
    ...hanging("sovereign   ", visible(report.sovereign_id)),
    ...hanging("key         ", report.public_key),
    ...hanging(
      "wrote       ",
      `${counted.join(", ")}: ${plural(report.files.length, "file")} in ${visible(report.dir)}`,
    ),
    ...listed("left out", "not taken over", report.left_out, paint),
    ...listed("kept", "taken over without a resource", report.kept, paint),
    ...report.warnings.flatMap((warning) =>
      hanging("warning: ", visible(warning)).map((line) =>
        line.replace("warning:", paint("yellow", "warning:")),
      ),
    ),
    ...hanging("next: ", next),
  ];
  return `${lines.join("\n")}\n`;
}

/** What an operator must look at: a row for each, cut at some and counted in whole. */
export function listed(
  title: string,
  meaning: string,
  exceptions: readonly Exception[],
  paint: Paint,
): readonly string[] {
  if (exceptions.length === 0) return [];
  const shown = exceptions.slice(0, MOST_LISTED);
  const more = exceptions.length - shown.length;
  return [
    `${paint("yellow", `${title}:`)} ${plural(exceptions.length, "row")}, ${meaning}`,
    ...shown.flatMap(({ type, id, reason, message }) => [
      ...hanging("  ", `${type} ${visible(id)}`),
      ...hanging("    ", `${reason}: ${visible(message)}`),
    ]),
    ...(more > 0 ? [`  and ${more} more, in import-report.json`] : []),
  ];
}
