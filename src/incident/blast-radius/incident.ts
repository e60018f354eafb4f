/** Who is hit when an object of trust falls, how far the news has come, and whether all decide as expected. */
import type { FetchOptions } from "../../feeds/fetch.js";
import type {
  IncidentCheck,
  IncidentEffect,
  IncidentFinding,
  IncidentResult,
} from "../../model/incident.js";
import { prettyJson } from "../../protocol/canonical.js";
import { fromInstant } from "../../protocol/instant.js";
import { typedJson } from "../../protocol/typed-json.js";
import { radiusOf, type Radius } from "./blast-radius.js";
import { askSovereigns, type Asked, type NewestFeed } from "./ask.js";
import { newestFeed } from "./newest.js";
import { blastSubject, type BlastSubject } from "./subject.js";
import { checkExpectations, idsOnly, toChecks } from "../expectations/expectations.js";
import type { Expectation } from "../expectations/file.js";
import { viewOf } from "../expectations/view.js";
import { keepAudit } from "../evidence.js";
import { alone, openFolder, withState, type IncidentTools } from "../tools.js";

/** Of all that is asked together. */
const TOTAL_MS = 60_000;

export interface BlastRadiusRequest {
  readonly id: string;
  /** Who issued an attestation that the state does not know. */
  readonly issuer: string | null;
  readonly expectations: readonly Expectation[];
  readonly fetch: FetchOptions;
  /** False: nobody is asked over the network. */
  readonly ask: boolean;
}

/** What the incident's folder keeps in `radius.json`, and `--json` prints beside the incident. */
export interface BlastRadiusReport {
  readonly subject: Omit<BlastSubject, "treaties" | "attestations">;
  readonly radius: Radius;
  readonly newest_feed: NewestFeed;
  readonly asked: readonly Asked["report"][];
}

/** Throws AppError `unknown_name`, `bad_incident`, `lock_held`, and those of opening the state. What the network does is a finding. */
export async function blastRadius(
  tools: IncidentTools,
  request: BlastRadiusRequest,
): Promise<IncidentResult & BlastRadiusReport> {
  const { id, issuer } = request;
  await withState(tools, (reader) =>
    blastSubject(reader.snapshot(), id, issuer, () => reader.auditEvents({})),
  );
  return await alone(tools, "blast-radius", id, async () => await goOn(tools, request));
}

async function goOn(
  tools: IncidentTools,
  request: BlastRadiusRequest,
): Promise<IncidentResult & BlastRadiusReport> {
  const { id, issuer, expectations } = request;
  return await withState(tools, async (reader) => {
    const now = tools.clock();
    const snapshot = reader.snapshot();
    const found = blastSubject(snapshot, id, issuer, () => reader.auditEvents({}));
    const folder = openFolder(tools, reader, "blast-radius", id);
    const radius = radiusOf(snapshot, found, now);
    folder.record({ step: "blast-radius", outcome: "done", message: summary(radius) });
    const signal = AbortSignal.timeout(TOTAL_MS);
    const fetching = request.ask ? request.fetch : null;
    const newest = await newestFeed(reader, snapshot, found.issuer, fetching, signal);
    const others = snapshot.sovereigns.filter((row) => row.sovereignId !== found.issuer);
    const asked = request.ask ? await askSovereigns(others, newest, request.fetch, signal) : [];
    folder.record({
      step: "ask-sovereigns",
      outcome: request.ask ? "done" : "skipped",
      message: `${asked.length} asked; newest feed of ${newest.issuer}: ${newest.message}`,
    });
    const view = viewOf(snapshot, now);
    const own = checkExpectations(expectations, view, null, found.issuer);
    const at = fromInstant(now);
    const checks = [
      ...toChecks(own, view),
      ...asked.flatMap((answer) => remoteChecks(answer, expectations, at)),
    ];
    const { kind } = found;
    const report: BlastRadiusReport = {
      subject: { kind, id, issuer: found.issuer },
      radius,
      newest_feed: newest,
      asked: asked.map((answer) => answer.report),
    };
    folder.addFile("radius.json", `${prettyJson(typedJson(report))}\n`);
    keepAudit(reader, folder, {});
    folder.update({
      asked: { id, issuer, expectations: expectations.length, ask: request.ask },
      effects: effectsOf(asked, at),
      findings: [...findingsOf(report, request.ask), ...idsOnly(expectations)],
      ...(checks.length > 0 && { checks }),
    });
    const { incident, dir } = folder;
    const failed = checks.filter(({ passed }) => !passed).length;
    return {
      ...report,
      verdict: verdictOf(report, checks.length - failed, checks.length),
      is_refused: failed > 0,
      folder: dir,
      incident,
      next: [["concordat", "incident", "report", dir]],
    };
  });
}

function summary({ accepting, treaties, attestation_count, lost_count, cut_off }: Radius): string {
  const counts = [
    `accepted by ${accepting.length}`,
    `treaties that fall: ${treaties.length}`,
    `attestations: ${attestation_count}`,
    `trust paths lost: ${lost_count}`,
    `cut off: ${cut_off.length}`,
  ];
  return counts.join(", ");
}

/** What the other side decides on an attestation, as far as its connectome shows: recognised, and not revoked. */
function remoteChecks(
  { answer, report }: Asked,
  expectations: readonly Expectation[],
  at: IncidentCheck["at"],
): readonly IncidentCheck[] {
  if (answer === null) return [];
  // Who never recognised the issuer accepts nothing of it, and is not expected to.
  const relevant = expectations.filter(({ expect }) => expect === "reject" || answer.recognises);
  return relevant.map(({ name, id, expect }) => {
    const isRevoked = answer.revoked.has(id);
    const observed = answer.recognises && !isRevoked ? "accept" : "reject";
    const why = isRevoked ? "revoked there" : answer.recognises ? "not revoked" : "not recognised";
    return {
      name: `attestation ${name} at ${report.sovereign_id}`,
      expected: expect,
      observed: `${observed} (${why})`,
      passed: observed === expect,
      at,
    };
  });
}

const HEARD = {
  yes: "recognises the issuer",
  no: "does not recognise the issuer",
  silent: "was not heard",
} as const;

/** One line for each sovereign that was asked: how far the newest feed has come. */
function effectsOf(asked: readonly Asked[], at: IncidentEffect["at"]): readonly IncidentEffect[] {
  return asked.map(({ report }) => ({
    at,
    event_id: "",
    log_index: null,
    action: HEARD[report.recognises === null ? "silent" : report.recognises ? "yes" : "no"],
    object: report.sovereign_id,
    current: `${report.reach}${report.behind_by === null || report.behind_by === 0 ? "" : ` by ${report.behind_by}`}: ${report.message}`,
    answer: report.reach === "imported" ? null : "tell its operators to fetch the newest feed",
  }));
}

function findingsOf(
  { radius, newest_feed, asked }: BlastRadiusReport,
  isAsked: boolean,
): readonly IncidentFinding[] {
  const findings: IncidentFinding[] = [];
  if (radius.cut_off.length > 0)
    findings.push({
      code: "cut_off",
      level: "warning",
      message: `without it no treaty in force names ${radius.cut_off.slice(0, 10).join(", ")}`,
      hint: "see concordat explain for each before it is revoked",
    });
  if (newest_feed.sequence === null)
    findings.push({
      code: "no_newest_feed",
      level: "warning",
      message: `newest feed of ${newest_feed.issuer}: ${newest_feed.message}`,
      hint: "ask the issuer for its feed, or apply once to publish our own",
    });
  else if (isAsked && newest_feed.origin === "imported")
    findings.push({
      code: "newest_feed_unconfirmed",
      level: "warning",
      message: newest_feed.message,
      hint: `a newer feed of ${newest_feed.issuer} may exist: run this again once it serves its newest`,
    });
  const silent = asked.filter(({ reach }) => reach === "unreachable" || reach === "unknown");
  if (silent.length > 0)
    findings.push({
      code: "not_heard",
      level: "info",
      message: `of ${silent.length} of ${asked.length} sovereigns nothing is known`,
      hint: "name endpoint on their Sovereign resources, or ask their operators",
    });
  return findings;
}

function verdictOf({ subject, radius, asked }: BlastRadiusReport, passed: number, of: number) {
  const reach = (word: string): number => asked.filter(({ reach: r }) => r === word).length;
  const told =
    asked.length === 0
      ? "nobody was asked"
      : `newest feed: ${reach("imported")} have it, ${reach("behind")} behind, ${reach("unknown") + reach("unreachable")} unknown`;
  const checks = of === 0 ? "" : `; ${passed} of ${of} checks as expected`;
  return `BLAST RADIUS OF ${subject.id}  ${summary(radius)}; ${told}${checks}`;
}
