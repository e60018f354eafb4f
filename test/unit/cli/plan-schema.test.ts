/** The published schema of plans and the types name the same words: a reader may rely on the list being whole. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type {
  Action,
  ChangeReason,
  Drift,
  Gate,
  Risk,
  Skipped,
  Verdict,
} from "../../../src/model/plan.js";
import { KINDS } from "../../../src/model/resources.js";

type Words<T extends string> = Readonly<Record<T, true>>;

const ACTIONS: Words<Action> = {
  add: true,
  update: true,
  remove: true,
  issue: true,
  replace: true,
  renew: true,
  revoke: true,
  retire: true,
  import: true,
  reject: true,
  adopt: true,
  record: true,
  forget: true,
};
const REASONS: Words<ChangeReason> = {
  added_to_desired_state: true,
  spec_changed: true,
  removed_from_desired_state: true,
  revocation_requested: true,
  renewal_due: true,
  authority_key_changed: true,
  key_compromised: true,
  key_retired: true,
  feed_received: true,
  feed_refused: true,
  drift_altered: true,
  drift_missing: true,
  drift_unmanaged: true,
  drift_reactivated: true,
  drift_revoked: true,
};
const RISKS: Words<Risk> = { reduces: true, keeps: true, widens: true };
const CLASSES: Words<Drift["class"]> = {
  missing: true,
  altered: true,
  reactivated: true,
  unmanaged: true,
  unknown_key: true,
  revoked_out_of_band: true,
  suspended: true,
  expired: true,
};
const DISPOSITIONS: Words<Drift["disposition"]> = {
  report: true,
  keep: true,
  revoke: true,
  replace: true,
  reissue: true,
  adopt: true,
};
const SKIPS: Words<Skipped["reason"]> = {
  revoked: true,
  expired: true,
  revoked_out_of_band: true,
  frozen: true,
  suspended: true,
  superseded: true,
};
const STATUSES: Words<Gate["status"]> = { pass: true, refuse: true, wait: true };
const VERDICTS: Words<Verdict> = { no_changes: true, ready: true, waiting: true, refused: true };

const SCHEMA: unknown = JSON.parse(
  readFileSync(new URL("../../../schemas/cli/plan.schema.json", import.meta.url), "utf8"),
);

function enumAt(...path: readonly string[]): ReadonlySet<unknown> {
  let value = SCHEMA;
  for (const key of [...path, "enum"]) value = Reflect.get(Object(value), key);
  return new Set(Array.isArray(value) ? value : []);
}

test.each([
  ["change actions", ACTIONS, ["$defs", "change", "properties", "action"]],
  ["change reasons", REASONS, ["$defs", "change", "properties", "reason"]],
  ["risks", RISKS, ["$defs", "risk"]],
  ["drift classes", CLASSES, ["$defs", "drift", "properties", "class"]],
  ["drift dispositions", DISPOSITIONS, ["$defs", "drift", "properties", "disposition"]],
  ["reasons to skip", SKIPS, ["$defs", "skipped", "properties", "reason"]],
  ["gate statuses", STATUSES, ["$defs", "gate", "properties", "status"]],
  ["verdicts", VERDICTS, ["properties", "verdict"]],
  ["kinds", Object.fromEntries(KINDS.map((kind) => [kind, true])), ["$defs", "kind"]],
] as const)("%s", (_what, words, path) => {
  expect(enumAt(...path)).toEqual(new Set(Object.keys(words)));
});
