/** Findings about the desired state as it stands, whatever changes. */
import { AppError } from "../errors.js";
import type { SovereignRevocationFeed } from "../model/documents.js";
import type { Finding } from "../model/plan.js";
import type { FeedRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { parseFeed } from "../protocol/documents.js";
import { secondsBetween, toInstant } from "../protocol/instant.js";
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

/** Sovereigns whose newest imported feed is older than their `maxAge`: no news is not good news (docs/threats.md F4). */
export function feedFindings(context: PlanContext): readonly Finding[] {
  return context.desired.sovereigns.flatMap((sovereign) => {
    const { maxAge } = sovereign.feed;
    if (maxAge === null) return [];
    const issued = newestIssue(context, sovereign.sovereignId);
    if (issued !== null && secondsBetween(issued, context.now) <= maxAge) return [];
    const age = issued === null ? "has no feed" : "has no feed younger than its maxAge";
    return [
      {
        code: "feed_overdue" as const,
        level: "warning" as const,
        message: `${sovereign.sovereignId} ${age}: what it revoked since is still accepted`,
        hint: "import its newest feed; if it has none, ask its operators",
        kind: "Sovereign" as const,
        name: sovereign.name,
        source: positionOf(sovereign.source),
      },
    ];
  });
}

/** When the newest feed of an issuer was signed, of those imported and those that this tree accepts. */
function newestIssue(context: PlanContext, issuer: string): Instant | null {
  const imported = context.snapshot.feeds
    .filter((row) => row.issuer === issuer)
    .map((row) => storedFeed(row));
  const accepted = context.desired.feeds
    .filter((feed) => feed.accept && feed.issuerSovereignId === issuer)
    .map(({ feed }) => feed.body);
  let newest: Instant | null = null;
  for (const { issued_at: time } of [...imported, ...accepted]) {
    const issued = toInstant(time);
    if (newest === null || issued > newest) newest = issued;
  }
  return newest;
}

function storedFeed({ feedId, json }: FeedRecord): SovereignRevocationFeed {
  try {
    return parseFeed(parseJson(json)).body;
  } catch (cause) {
    throw new AppError("state_corrupt", `the row of feed ${feedId} holds no feed`, { cause });
  }
}
