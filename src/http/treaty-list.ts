/** The list of treaties: filters, pages, and the JSON of a row (protocol.md 7). */
import { Part, type Parts } from "../connectome/json.js";
import { compareIssue } from "../connectome/judged-treaty.js";
import type { TreatyRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { treatyLifecycle } from "../protocol/lifecycle.js";
import { encodeCursor, type PagePosition } from "./page-cursor.js";

export interface TreatyQuery {
  /** Null: any. */
  readonly issuer: string | null;
  readonly subject: string | null;
  /** Of the row, not of the lifecycle. */
  readonly status: string | null;
  /** Null: everything in one answer, which is all that clients of the reference know. */
  readonly page: { readonly limit: number; readonly after: PagePosition | null } | null;
}

/** `treaties` are in order of issue. `count` is the number of rows in this answer. */
export function treatyList(
  treaties: readonly TreatyRecord[],
  query: TreatyQuery,
  now: Instant,
): Parts {
  const matching = treaties.filter(
    (treaty) =>
      (query.issuer === null || treaty.issuer === query.issuer) &&
      (query.subject === null || treaty.subject === query.subject) &&
      (query.status === null || treaty.status === query.status),
  );
  if (query.page === null) return listParts(matching, now, "");
  const { limit, after } = query.page;
  const rest =
    after === null ? matching : matching.filter((treaty) => compareIssue(treaty, after) > 0);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const cursor = last !== undefined && rest.length > limit ? encodeCursor(last) : null;
  return listParts(page, now, `,"next_cursor":${JSON.stringify(cursor)}`);
}

/** One row. The signed document stands in it as it is stored, so that its signature holds. */
export function treatyRowJson(treaty: TreatyRecord, now: Instant): string {
  const row = JSON.stringify({
    status: treaty.status,
    revoked_at: treaty.revokedAt,
    revocation_reason: treaty.reason,
    lifecycle: treatyLifecycle(treaty, now),
  });
  return `{"treaty":${treaty.json},${row.slice(1)}`;
}

function listParts(rows: readonly TreatyRecord[], now: Instant, more: string): Parts {
  return [
    `{"count":${rows.length},"recognition_treaties":[`,
    new Part(function* () {
      let separator = "";
      for (const row of rows) {
        yield separator + treatyRowJson(row, now);
        separator = ",";
      }
    }),
    `]${more}}`,
  ];
}
