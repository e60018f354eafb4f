/** What is said of a bad feed: its effects as the incident lists them, the verdict, and the next commands. */
import type { Incident, IncidentEffect, IncidentResult } from "../../model/incident.js";
import { parseTimestamp } from "../../protocol/instant.js";
import type { StateReader } from "../../state/reader.js";
import type { FeedEffect } from "./effect.js";
import { mergeCommands } from "../next-commands.js";
import type { CheckedAttestation } from "../expectations/expectations.js";

/** Of a feed of a hundred thousand; all of them stand in feed/effect.json. */
const LISTED = 100;

/** What the feed alone has revoked first, then what others revoke as well. */
export function toIncidentEffects(
  bad: FeedEffect,
  state: FeedEffect["state"],
  reader: Pick<StateReader, "auditEvents" | "log">,
): readonly IncidentEffect[] {
  const event = importOf(bad, reader);
  if (event === null) return [];
  const at = parseTimestamp(event.created_at);
  const { event_id } = event;
  const log_index = reader.log().indexOf(event_id);
  const isBack = state === "rejected";
  return bad.revocations
    .toSorted((a, b) => a.also_in.length - b.also_in.length)
    .slice(0, LISTED)
    .map(({ attestation_id, also_in }) => ({
      at,
      event_id,
      log_index,
      action:
        also_in.length === 0 ? "revoked by this feed alone" : `revoked, as in ${places(also_in)}`,
      object: attestation_id,
      current: isBack && also_in.length === 0 ? "not revoked by any feed" : "revoked",
      answer: isBack || also_in.length > 0 ? null : "revoked no longer once the refusal is applied",
    }));
}

function places(feeds: FeedEffect["revocations"][number]["also_in"]): string {
  const shown = feeds.slice(0, 3).map(({ sequence }) => `sequence ${sequence}`);
  return shown.join(", ") + (feeds.length > shown.length ? ", …" : "");
}

function importOf({ feed_id }: FeedEffect, reader: Pick<StateReader, "auditEvents">) {
  let found: { readonly event_id: string; readonly created_at: string } | null = null;
  for (const event of reader.auditEvents({ type: "sovereign_revocation_feed_imported" }))
    if (event.details["feed_id"] === feed_id) found = event;
  return found;
}

interface Told {
  readonly bad: FeedEffect;
  readonly state: FeedEffect["state"];
  readonly isSuspended: boolean;
  readonly incident: Incident;
  readonly checked: readonly CheckedAttestation[];
  readonly folder: string;
  /** The list of attestations, as it was given. */
  readonly expect: string | null;
}

export function verdictOf(told: Told): Pick<IncidentResult, "verdict" | "next"> {
  const { bad, state, isSuspended, incident, checked, folder, expect } = told;
  const feed = `FEED ${bad.sequence} OF ${bad.issuer}`;
  const word = state === "rejected" ? "IS REJECTED" : "IS STILL IN FORCE";
  const count = `${bad.revocations.length} revocations, ${bad.alone_count} by it alone`;
  const heard = isSuspended ? "; the issuer is suspended" : "";
  const wrong = checked.filter(({ outcome }) => outcome !== "as_expected").length;
  const checks =
    checked.length === 0
      ? ""
      : `; ${checked.length - wrong} of ${checked.length} attestations as expected`;
  const merges = mergeCommands(incident.drafts);
  const { issuer, sequence } = bad;
  const again = ["concordat", "incident", "bad-feed", issuer, "--sequence", String(sequence)];
  return {
    verdict: `${feed} ${word}  ${count}${heard}${checks}`,
    next: [
      ...merges,
      ...(merges.length > 0 ? [[...again, ...(expect === null ? [] : ["--expect", expect])]] : []),
      ["concordat", "incident", "report", folder],
    ],
  };
}
