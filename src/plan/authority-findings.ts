/** Findings about the authority itself: its identity, its genesis, and a policy that could not be changed again. */
import type { Finding } from "../model/plan.js";
import { documentJson } from "../protocol/documents.js";
import { parseTimestamp, secondsBetween, toInstant } from "../protocol/instant.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import { positionOf, type PlanContext } from "./context.js";

/** Seconds before its end from when on a genesis is warned about. */
export const GENESIS_NOTICE = 30 * 86_400;

/** What the genesis says against going on as if nothing had changed. */
export function genesisFindings(context: PlanContext): readonly Finding[] {
  const findings: Finding[] = [];
  const { authority } = context.desired;
  const stored = context.snapshot.authority;
  const about = {
    kind: "Authority",
    name: authority.name,
    source: positionOf(authority.source),
  } as const;
  if (stored !== null && stored.sovereignId !== authority.sovereignId) {
    findings.push({
      code: "sovereign_id_changed",
      level: "error",
      message: `this state belongs to ${stored.sovereignId}; the tree says ${authority.sovereignId}`,
      hint: "use the database of this sovereign (--db), or set sovereignId back",
      ...about,
    });
  }
  if (stored !== null && stored.genesisJson !== documentJson(authority.genesis)) {
    const before = parseJson(stored.genesisJson);
    if (
      isJsonObject(before) &&
      before["root_public_key"] !== authority.genesis.body.root_public_key
    ) {
      findings.push({
        code: "genesis_root_changed",
        level: "error",
        message: "the genesis names another root key than the one applied",
        hint: "a sovereign keeps its root; a new root is a new sovereign with a new database",
        ...about,
      });
    }
  }
  const window = authority.genesis.body.network_authority;
  const left = secondsBetween(context.now, toInstant(parseTimestamp(window.valid_to)));
  if (left <= GENESIS_NOTICE) {
    findings.push({
      code: "genesis_expired",
      level: "warning",
      message:
        left <= 0
          ? `the genesis names the authority's key until ${window.valid_to}, which is past`
          : `the genesis ends at ${window.valid_to}`,
      hint: "have the root key sign a genesis with a later network_authority.valid_to",
      ...about,
    });
  }
  return findings;
}

/**
 * Approvals cannot be given yet, so a policy that asks for one would refuse every later change, its own withdrawal included.
 * It is refused while it can still be.
 */
export function approvalFindings(context: PlanContext): readonly Finding[] {
  const { authority } = context.desired;
  const { approvals } = authority.policy;
  if (Math.max(approvals.reduces, approvals.keeps, approvals.widens) === 0) return [];
  return [
    {
      code: "approvals_unavailable",
      level: "error",
      message: "the policy asks for signed approvals, which this version cannot take",
      hint: "set policy.approvals to 0; review in the pull request decides until then",
      kind: "Authority",
      name: authority.name,
      source: positionOf(authority.source),
    },
  ];
}
