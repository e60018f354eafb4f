/** Findings about the desired state as it stands, whatever changes. */
import { AppError } from "../errors.js";
import type { DesiredSovereign } from "../model/desired.js";
import type { SovereignRevocationFeed } from "../model/documents.js";
import type { Finding } from "../model/plan.js";
import type { FeedRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { parseFeed } from "../protocol/documents.js";
import { plusSeconds, toInstant } from "../protocol/instant.js";
import { perObject } from "../protocol/per-object.js";
import { parseJson } from "../protocol/json.js";
import { positionOf, type PlanContext } from "./context.js";

/**
 * A treaty that names no role. The running reference grants nothing for it; software that follows the protocol's text
 * reads it as any role. Either way it is hardly what was meant.
 */
export function scopeFindings(context: PlanContext): readonly Finding[] {
  return context.desired.treaties
    .filter((treaty) => treaty.allowedRoles.length === 0)
    .map((treaty) => ({
      code: "any_role_scope",
      level: "warning",
      message: `${treaty.name} names no role: read as any role by some software, as none by the reference`,
      hint: "list the roles in scope.allowedRoles",
      kind: "RecognitionTreaty",
      name: treaty.name,
      source: positionOf(treaty.source),
    }));
}

/** Sovereigns whose newest feed is older than their `maxAge`: no news is not good news (docs/threats.md F4). */
export function feedFindings(context: PlanContext): readonly Finding[] {
  return feedDeadlines(context).flatMap(({ sovereign, overdue }) => {
    if (overdue !== null && context.now < overdue) return [];
    const age = overdue === null ? "has no feed" : "has no feed younger than its maxAge";
    return {
      code: "feed_overdue",
      level: "warning",
      message: `${sovereign.sovereignId} ${age}: what it revoked since is still accepted`,
      hint: "import its newest feed; if it has none, ask its operators",
      kind: "Sovereign",
      name: sovereign.name,
      source: positionOf(sovereign.source),
    };
  });
}

/** The sovereigns with a `maxAge`, and from when on their newest feed is older; null: there is none at all. */
export function feedDeadlines(
  context: PlanContext,
): readonly { readonly sovereign: DesiredSovereign; readonly overdue: Instant | null }[] {
  const sovereigns = context.desired.sovereigns.filter(({ feed }) => feed.maxAge !== null);
  const newest = sovereigns.length === 0 ? new Map<string, Instant>() : newestIssues(context);
  return sovereigns.map((sovereign) => {
    const issued = newest.get(sovereign.sovereignId);
    const { maxAge } = sovereign.feed;
    const overdue =
      issued === undefined || maxAge === null ? null : plusSeconds(issued, maxAge + 1);
    return { sovereign, overdue };
  });
}

/** When the newest feed of each issuer was signed, of those imported, those that this tree accepts and those that were polled. */
function newestIssues({ snapshot, desired }: PlanContext): ReadonlyMap<string, Instant> {
  const newest = new Map<string, Instant>();
  const add = (issuer: string, issued: Instant): void => {
    const known = newest.get(issuer);
    if (known === undefined || issued > known) newest.set(issuer, issued);
  };
  for (const row of snapshot.feeds) add(row.issuer, issueOf(row));
  for (const { accept, issuerSovereignId, feed } of desired.feeds)
    if (accept) add(issuerSovereignId, toInstant(feed.body.issued_at));
  for (const { issuer, issuedAt } of snapshot.feedPolls)
    if (issuedAt !== null) add(issuer, toInstant(issuedAt));
  return newest;
}

/** A feed may hold a hundred thousand ids, and a row is read by every plan until it is replaced. */
const issueOf = perObject((row: FeedRecord): Instant => toInstant(storedFeed(row).issued_at));

function storedFeed({ feedId, json }: FeedRecord): SovereignRevocationFeed {
  try {
    return parseFeed(parseJson(json)).body;
  } catch (cause) {
    throw new AppError("state_corrupt", `the row of feed ${feedId} holds no feed`, { cause });
  }
}
