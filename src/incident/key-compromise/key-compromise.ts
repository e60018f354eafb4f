/** An operator key that others may hold: out of use, replaced, and all that it did in the window looked at. */
import type { IncidentResult } from "../../model/incident.js";
import type { PublicKey } from "../../model/documents.js";
import { AppError } from "../../errors.js";
import type { Instant } from "../../model/time.js";
import { fromInstant } from "../../protocol/instant.js";
import type { PrivateKey } from "../../sign/private-key.js";
import type { StateReader } from "../../state/reader.js";
import type { IncidentFolder } from "../folder.js";
import { answered } from "./answers.js";
import type { Replacement } from "./branch.js";
import { keyBranch, keyBranchName, reissueBranch, reissueBranchName } from "./drafts.js";
import { keyFindings } from "./findings.js";
import { mergeCommands } from "../next-commands.js";
import { keyNotice } from "../notices.js";
import { HEARD, refusedByService, refusedByState } from "./refused-key.js";
import { signedActions, type Window } from "../signed-actions.js";
import { actAtOnce } from "../at-once.js";
import { drafting } from "../drafting.js";
import { keepAudit } from "../evidence.js";
import { alone, openFolder, withState, type IncidentTools } from "../tools.js";

export interface KeyCompromise {
  readonly keyId: string;
  readonly window: Window;
  /** Revoke the key at once, without waiting for a merge. */
  readonly now: boolean;
  readonly replacement: Replacement | null;
  /** The compromised key itself, to show that a service refuses it. */
  readonly probe: { readonly url: string; readonly key: PrivateKey } | null;
}

/**
 * Throws AppError `usage`, `unknown_operator_key`, `bad_incident`, `lock_held`, and those of opening the state. What git refuses
 * is a finding.
 */
export async function keyCompromise(
  tools: IncidentTools,
  asked: KeyCompromise,
): Promise<IncidentResult> {
  const { keyId, window } = asked;
  checkWindow(window, tools.clock());
  await withState(tools, (reader) => keyOf(reader, keyId));
  return await alone(tools, "key-compromise", keyId, async () => await goOn(tools, asked));
}

async function goOn(tools: IncidentTools, asked: KeyCompromise): Promise<IncidentResult> {
  const { keyId, window, now } = asked;
  const folder = await withState(tools, (reader) =>
    openFolder(tools, reader, "key-compromise", keyId),
  );
  const { asked: before } = folder.incident;
  // A later run need not name the new key again.
  const replacedBy = asked.replacement?.keyId ?? before["replacement"] ?? null;
  folder.update({ asked: { ...before, ...toJson(asked), replacement: replacedBy } });
  if (now) {
    const reason = `key_compromised: incident ${folder.incident.id}`;
    await actAtOnce(tools, folder, "revoke-key", { action: "revoke_operator_key", keyId, reason });
  }
  const actions = await withState(tools, (reader) => {
    keepAudit(reader, folder, filterOf(window));
    return signedActions(reader, keyId, window, tools.clock());
  });
  const first = await drafting(
    folder,
    { step: "draft-key-branch", branch: keyBranchName(keyId) },
    async () => await keyBranch(tools, folder, { ...asked, actions }),
  );
  const given = new Set<string>();
  const second = await drafting(
    folder,
    { step: "draft-reissues", branch: reissueBranchName(keyId) },
    async () => await reissueBranch(tools, folder, actions, first.draft, given),
  );
  await check(tools, folder, asked);
  const effects = actions.map((action) => answered(action, first.draft, second.draft, given));
  const findings = await withState(tools, (reader) =>
    keyFindings(reader, { keyId, actions, hasReplacement: replacedBy !== null }, tools.clock()),
  );
  folder.update({ effects, findings: [...first.findings, ...second.findings, ...findings] });
  const { file } = noticeTo(keyId);
  folder.addFile(file, keyNotice(folder.incident, keyId));
  folder.update({ notices: [noticeTo(keyId)] });
  folder.record({ step: "notices", outcome: "done", message: `${file} is written` });
  return resultOf(folder, asked);
}

/** A window in which nothing can lie would say that the key did nothing. Throws AppError `usage`. */
function checkWindow({ since, until }: Window, now: Instant): void {
  if (since > now) throw new AppError("usage", `--since ${fromInstant(since)} is yet to come`);
  if (until !== null && until <= since)
    throw new AppError("usage", "--until is not later than --since");
}

function noticeTo(keyId: string) {
  const subject = `Operator key ${keyId} is not to be trusted`;
  return { file: "notices/operators.md", to: "the other operators", subject };
}

/** Null: the key has left the tree since, and the log still tells what it did. Throws AppError `unknown_operator_key`. */
function keyOf(reader: StateReader, keyId: string): PublicKey | null {
  const key = reader.operatorKeys().find((known) => known.keyId === keyId);
  if (key !== undefined) return key.publicKey;
  if (reader.revokedKeys().some((known) => known.keyId === keyId)) return null;
  for (const { details } of reader.auditEvents({ type: "operator_key_saved" }))
    if (details["key_id"] === keyId) return null;
  if (reader.authority()?.keyId === keyId)
    throw new AppError("unknown_operator_key", `${keyId} is the key of the authority itself`, {
      hint: "its exchange re-issues every treaty: see docs/adopting.md",
    });
  throw new AppError("unknown_operator_key", `the state knows no operator key ${keyId}`);
}

async function check(
  tools: IncidentTools,
  folder: IncidentFolder,
  { keyId, probe }: KeyCompromise,
): Promise<void> {
  const { clock, random } = tools;
  const [own, publicKey, audience] = await withState(tools, (reader) => {
    const known = keyOf(reader, keyId);
    return [
      refusedByState(reader, { keyId, publicKey: known }, clock()),
      known,
      reader.authority()?.publicKey ?? "",
    ];
  });
  const checks = [own];
  if (probe !== null) {
    const about = { ...probe, keyId, audience };
    checks.push(await refusedByService(about, publicKey, clock(), random));
  }
  const names = new Set(checks.map(({ name }) => name));
  const earlier = folder.incident.checks.filter(({ name, passed }) => passed && !names.has(name));
  folder.update({ checks: [...checks, ...earlier] });
  for (const { name, expected, observed, passed } of checks)
    folder.record({
      step: "check-old-key",
      outcome: passed ? "done" : "failed",
      message: `${name}: expected ${expected}, seen ${observed}`,
    });
}

function resultOf(folder: IncidentFolder, asked: KeyCompromise): IncidentResult {
  const { keyId, now, window, probe } = asked;
  const { incident, dir } = folder;
  const isHeard = incident.checks.some(({ observed }) => observed.startsWith(HEARD));
  const isUnproven = !isHeard && incident.checks.some(({ passed }) => !passed);
  const word = isHeard
    ? "STILL TRUSTED"
    : isUnproven
      ? "REFUSED HERE, AND UNPROVEN AT THE SERVICE"
      : "REFUSED";
  const open = incident.effects.filter(({ answer }) => answer !== null).length;
  const { length } = incident.effects;
  const count = `${length} ${length === 1 ? "event" : "events"} in the window, ${open} to answer`;
  const isLast = incident.findings.some(({ code }) => code === "last_privileged_key");
  const same = ["concordat", "incident", "key-compromise", keyId, "--since"];
  const again = [...same, fromInstant(window.since), isLast ? "--generate" : "--now"];
  return {
    verdict: `KEY ${keyId} IS ${word}  ${count}`,
    is_refused: (isHeard && now) || ((isHeard || isUnproven) && probe !== null),
    folder: dir,
    incident,
    next: [
      ...(isHeard && (isLast ? asked.replacement === null : !now) ? [again] : []),
      ...mergeCommands(incident.drafts),
      ["concordat", "incident", "report", dir],
    ],
  };
}

function filterOf({ since, until }: Window) {
  return {
    since: fromInstant(since),
    ...(until === null ? {} : { until: fromInstant(until) }),
  };
}

function toJson({ window, now, probe }: KeyCompromise) {
  const { since, until } = window;
  return {
    since: fromInstant(since),
    until: until === null ? null : fromInstant(until),
    now,
    probed: probe?.url ?? null,
  };
}
