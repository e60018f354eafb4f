/** An operator key that others may hold: out of use, replaced, and all that it did in the window looked at. */
import type { IncidentResult } from "../model/incident.js";
import type { PublicKey } from "../model/documents.js";
import { AppError } from "../errors.js";
import { fromInstant } from "../protocol/instant.js";
import type { PrivateKey } from "../sign/private-key.js";
import type { StateReader } from "../state/reader.js";
import type { IncidentFolder } from "./folder.js";
import { answered } from "./key-answers.js";
import type { Replacement } from "./key-branch.js";
import { keyBranch, reissueBranch } from "./key-drafts.js";
import { keyFindings } from "./key-findings.js";
import { keyNotice } from "./notices.js";
import { refusedByService, refusedByState } from "./refused-key.js";
import { signedActions, type Window } from "./signed-actions.js";
import {
  actAtOnce,
  drafting,
  keepAudit,
  openFolder,
  withState,
  type IncidentTools,
} from "./tools.js";

export interface KeyCompromise {
  readonly keyId: string;
  readonly window: Window;
  /** Revoke the key at once, without waiting for a merge. */
  readonly now: boolean;
  readonly replacement: Replacement | null;
  /** The compromised key itself, to show that a service refuses it. */
  readonly probe: { readonly url: string; readonly key: PrivateKey } | null;
}

/** Throws AppError `unknown_operator_key`, `bad_incident`, and those of opening the state. What git refuses is a finding. */
export async function keyCompromise(
  tools: IncidentTools,
  asked: KeyCompromise,
): Promise<IncidentResult> {
  const { keyId, window, now } = asked;
  const folder = await withState(tools, (reader) => {
    keyOf(reader, keyId);
    return openFolder(tools, reader, "key-compromise", keyId);
  });
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
    "draft-key-branch",
    async () => await keyBranch(tools, folder, { ...asked, actions }),
  );
  const given = new Set<string>();
  const second = await drafting(
    folder,
    "draft-reissues",
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

function noticeTo(keyId: string) {
  const subject = `Operator key ${keyId} is not to be trusted`;
  return { file: "notices/operators.md", to: "the other operators", subject };
}

function keyOf(reader: StateReader, keyId: string): PublicKey {
  const key = reader.operatorKeys().find((known) => known.keyId === keyId);
  if (key === undefined)
    throw new AppError("unknown_operator_key", `the state knows no operator key ${keyId}`);
  return key.publicKey;
}

async function check(
  tools: IncidentTools,
  folder: IncidentFolder,
  { keyId, probe }: KeyCompromise,
): Promise<void> {
  const { clock, random } = tools;
  const [own, audience] = await withState(tools, (reader) => {
    const publicKey = keyOf(reader, keyId);
    return [
      refusedByState(reader, { keyId, publicKey }, clock()),
      reader.authority()?.publicKey ?? "",
    ];
  });
  const asked = probe === null ? [] : [{ ...probe, keyId, audience }];
  const checks = [own];
  for (const service of asked) checks.push(await refusedByService(service, clock(), random));
  folder.update({ checks });
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
  const isHeard = incident.checks.some(({ passed }) => !passed);
  const open = incident.effects.filter(({ answer }) => answer !== null).length;
  const count = `${incident.effects.length} events in the window, ${open} to answer`;
  const isLast = incident.findings.some(({ code }) => code === "last_privileged_key");
  const same = ["concordat", "incident", "key-compromise", keyId, "--since"];
  const again = [...same, fromInstant(window.since), isLast ? "--generate" : "--now"];
  const merges = incident.drafts
    .filter(({ held }) => held === null)
    .flatMap(({ branch }) => [
      ["concordat", "plan", "--ref", branch],
      ["git", "merge", "--ff-only", branch],
    ]);
  return {
    verdict: `KEY ${keyId} IS ${isHeard ? "STILL TRUSTED" : "REFUSED"}  ${count}`,
    is_refused: isHeard && (now || probe !== null),
    folder: dir,
    incident,
    next: [
      ...(isHeard && (isLast ? asked.replacement === null : !now) ? [again] : []),
      ...merges,
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
