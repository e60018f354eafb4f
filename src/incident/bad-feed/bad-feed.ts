/** A foreign feed that should not have been imported: stopped, told apart from the others, refused, and made good. */
import type { IncidentFinding, IncidentNotice, IncidentResult } from "../../model/incident.js";
import type { Snapshot } from "../../model/state.js";
import { canonicalJson, prettyJson } from "../../protocol/canonical.js";
import { sha256 } from "../../protocol/digest.js";
import { documentJson } from "../../protocol/documents.js";
import { parseJson } from "../../protocol/json.js";
import { typedJson } from "../../protocol/typed-json.js";
import { judgeCorrected, type CorrectedFeed } from "./corrected.js";
import { draftAnswer } from "./branches.js";
import { feedEffect, revokedWithout, type FeedEffect } from "./effect.js";
import { toIncidentEffects, verdictOf } from "./words.js";
import {
  checkExpectations,
  idsOnly,
  toChecks,
  type CheckedAttestation,
} from "../expectations/expectations.js";
import type { Expectation } from "../expectations/file.js";
import { projected, viewOf } from "../expectations/view.js";
import type { IncidentFolder } from "../folder.js";
import { actAtOnce } from "../at-once.js";
import { keepAudit } from "../evidence.js";
import { alone, openFolder, withState, type IncidentTools } from "../tools.js";

export interface BadFeedRequest {
  /** A sovereign id, or the name of its resource. */
  readonly issuer: string;
  readonly sequence: number;
  /** The bytes of the feed that is to take its place. */
  readonly corrected: Uint8Array | null;
  readonly expectations: readonly Expectation[];
  /** Where they stand; null: none are given. */
  readonly expect: string | null;
  /** Suspend the issuer at once, without waiting for git. */
  readonly now: boolean;
}

/**
 * Each run brings the incident on: what is done stays done, and what is drafted already is not drafted again. Throws AppError
 * `feed_unknown`, `unknown_sovereign`, `bad_incident`, `lock_held`, and those of state and git.
 */
export async function badFeed(
  tools: IncidentTools,
  asked: BadFeedRequest,
): Promise<IncidentResult> {
  const { sequence } = asked;
  const issuer = await withState(tools, (reader) => issuerOf(reader.snapshot(), asked.issuer));
  const request = { ...asked, issuer };
  const bad = await withState(tools, (reader) => feedEffect(reader.snapshot(), issuer, sequence));
  const subject = `${issuer} sequence ${sequence}`;
  return await alone(tools, "bad-feed", subject, async () => {
    const folder = await withState(tools, (reader) =>
      openFolder(tools, reader, "bad-feed", subject),
    );
    return await goOn(tools, request, folder, bad);
  });
}

async function goOn(
  tools: IncidentTools,
  request: BadFeedRequest,
  folder: IncidentFolder,
  bad: FeedEffect,
): Promise<IncidentResult> {
  const { issuer, sequence } = request;
  folder.addFile("feed/bad.json", pretty(parseJson(bad.json)));
  const { json: _signed, ...effect } = bad;
  folder.addFile("feed/effect.json", pretty(effect));
  const corrected = await judged(tools, folder, request, bad);
  if (request.now) await stopAtOnce(tools, folder, bad, corrected, request.corrected);
  const answer = await draftAnswer(tools, folder, bad, corrected);
  const { drafts } = answer;
  return await withState(tools, (reader) => {
    const snapshot = reader.snapshot();
    const now = tools.clock();
    const isOpen = drafts.length > 0;
    const view = viewOf(snapshot, now);
    const after = isOpen
      ? projected(view, { revocations: { issuer, ids: revokedAfter(snapshot, bad, corrected) } })
      : null;
    const checked = checkExpectations(request.expectations, view, after, issuer);
    if (checked.length > 0) folder.addFile("expectations.json", pretty(checked));
    for (const step of summaryOf(checked)) folder.record(step);
    keepAudit(reader, folder, bad.imported_at === null ? {} : { since: bad.imported_at });
    const state = feedEffect(snapshot, issuer, sequence).state;
    const isSuspended = sovereignOf(snapshot, issuer)?.feed.suspend ?? false;
    folder.update({
      asked: { issuer, sequence, now: request.now, expectations: request.expectations.length },
      effects: toIncidentEffects(bad, state, reader),
      findings: [
        ...findingsOf(bad, corrected),
        ...answer.findings,
        ...idsOnly(request.expectations),
      ],
      // A run that expects nothing leaves what an earlier one has seen.
      ...(checked.length > 0 && { checks: toChecks(checked, view) }),
      notices: [noticeTo(folder, bad)],
    });
    const { incident } = folder;
    const isRefused =
      checked.some(({ outcome }) => outcome === "disagrees") || corrected?.accepted === false;
    const { expect } = request;
    const told = { bad, state, isSuspended, incident, checked, folder: folder.dir, expect };
    return { ...verdictOf(told), is_refused: isRefused, folder: folder.dir, incident };
  });
}

async function judged(
  tools: IncidentTools,
  folder: IncidentFolder,
  request: BadFeedRequest,
  bad: FeedEffect,
): Promise<CorrectedFeed | null> {
  const { corrected: bytes } = request;
  if (bytes === null) return null;
  const verdict = await withState(tools, (reader) =>
    judgeCorrected(bytes, reader.snapshot(), bad, tools.clock()),
  );
  if (verdict.accepted) {
    folder.addFile("feed/corrected.json", pretty(parseJson(documentJson(verdict.feed))));
    const { sequence } = verdict.feed.body;
    folder.record({
      step: "verify-corrected",
      outcome: "done",
      message: `a key of ${bad.issuer} has signed the corrected feed, sequence ${sequence}`,
    });
  } else {
    const message = `the corrected feed is refused: ${verdict.reason}: ${verdict.message}`;
    folder.record({ step: "verify-corrected", outcome: "refused", message });
  }
  return verdict;
}

/** A newer feed first: once its issuer is suspended nothing of it is imported. */
async function stopAtOnce(
  tools: IncidentTools,
  folder: IncidentFolder,
  bad: FeedEffect,
  corrected: CorrectedFeed | null,
  bytes: Uint8Array | null,
): Promise<void> {
  const { issuer, sequence } = bad;
  const isSuspended = await withState(
    tools,
    (reader) => reader.sovereign(issuer)?.feed.suspend ?? false,
  );
  if (corrected?.accepted === true && corrected.importable && bytes !== null && !isSuspended)
    await actAtOnce(tools, folder, "import-corrected", {
      action: "import_feed",
      feed: parseJson(bytes),
      issuerPublicKeys: null,
      expectedIssuer: issuer,
    });
  const reason = `incident ${folder.incident.id}: bad feed, sequence ${sequence}`;
  await actAtOnce(tools, folder, "suspend-feed", { action: "suspend_feed", issuer, reason });
}

function revokedAfter(
  snapshot: Snapshot,
  bad: FeedEffect,
  corrected: CorrectedFeed | null,
): Set<string> {
  const ids = revokedWithout(snapshot, bad.issuer, bad.feed_id);
  if (corrected?.accepted === true)
    for (const id of corrected.feed.body.revoked_attestation_ids) ids.add(id);
  return ids;
}

function summaryOf(checked: readonly CheckedAttestation[]) {
  if (checked.length === 0) return [];
  const count = (outcome: CheckedAttestation["outcome"]): number =>
    checked.filter((item) => item.outcome === outcome).length;
  const message = `${count("as_expected")} as expected, ${count("pending")} after the draft, ${count("disagrees")} otherwise`;
  const outcome = count("disagrees") > 0 ? "refused" : count("pending") > 0 ? "held" : "done";
  return [{ step: "check-attestations", outcome, message }] as const;
}

function findingsOf(bad: FeedEffect, corrected: CorrectedFeed | null): readonly IncidentFinding[] {
  const findings: IncidentFinding[] = [];
  // What an earlier feed revokes too was revoked before this one, and needs no word.
  const repeated = bad.revocations.filter(
    ({ also_in }) =>
      also_in.length > 0 && also_in.every(({ sequence }) => bad.later.includes(sequence)),
  );
  if (corrected?.accepted === false)
    findings.push({
      code: "corrected_feed_refused",
      level: "error",
      message: `${corrected.reason}: ${corrected.message}`,
      hint: "ask the issuer for a feed of its own, newer, and signed by a key that its Sovereign resource names",
    });
  if (repeated.length > 0)
    findings.push({
      code: "repeated_by_later_feeds",
      level: "warning",
      message: `later feeds (${bad.later.join(", ")}) repeat ${repeated.length} of its revocations, which stay`,
      hint: "if those are wrong too, run this for each later sequence",
    });
  return findings;
}

function noticeTo(folder: IncidentFolder, bad: FeedEffect): IncidentNotice {
  const { issuer, sequence, feed_id, issued_at, alone_count, revocations, json } = bad;
  const subject = `Your revocation feed, sequence ${sequence}`;
  const file = "notices/issuer.txt";
  const lines = [
    `To: ${issuer}`,
    `Subject: ${subject}`,
    "",
    `We take your revocation feed of sequence ${sequence} for a mistake, and import`,
    "nothing more of yours until this is settled.",
    "",
    `  feed id    ${feed_id}`,
    `  issued at  ${issued_at}`,
    `  digest     ${sha256(canonicalJson(parseJson(json)))}`,
    `  it revokes ${revocations.length}, of which ${alone_count} by itself`,
    "",
    "Please tell us whether you signed it, which of its revocations you stand by,",
    `and publish a corrected feed. A sequence above ${sequence} is taken by everybody.`,
    "",
  ];
  folder.addFile(file, lines.join("\n"));
  return { file, to: issuer, subject };
}

/** A sovereign id, or the name of its resource. */
function issuerOf({ sovereigns }: Snapshot, asked: string): string {
  const named = sovereigns.find(({ name }) => name === asked);
  const isId = sovereigns.some(({ sovereignId }) => sovereignId === asked);
  return isId ? asked : (named?.sovereignId ?? asked);
}

function sovereignOf(snapshot: Snapshot, id: string) {
  return snapshot.sovereigns.find((row) => row.sovereignId === id);
}

function pretty(value: unknown): string {
  return `${prettyJson(typedJson(value))}\n`;
}
