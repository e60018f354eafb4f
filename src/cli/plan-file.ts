/** Saved plans: a plan as a JSON file, and back. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { AppError } from "../errors.js";
import type { JsonValue } from "../model/json.js";
import type { Plan } from "../model/plan.js";
import { changeDigest, planDigest } from "../plan/digests.js";
import { assertReplaceable, parseJsonOf, readInput, writeOutput } from "./files.js";
import { jsonText } from "./json-output.js";

const SCHEMA = new URL("../../schemas/cli/plan.schema.json", import.meta.url);
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const FORMAT: Plan["format"] = "concordat/plan/v1";

/**
 * Replaces a saved plan: one is made again more often than it is kept. Throws AppError `file_exists` for any other file,
 * `unwritable_file`.
 */
export function writePlanFile(path: string, plan: Plan): void {
  assertReplaceable(path, isPlanFile);
  writeOutput(path, jsonText(plan), false);
}

/** Also one that was edited since: it can no longer be applied, and is no loss. */
function isPlanFile(path: string): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(readInput(path)).toString());
    return Reflect.get(Object(value), "format") === FORMAT;
  } catch {
    return false;
  }
}

/** Throws AppError `unreadable_file`, and `bad_plan_file` for anything that the schema of plans refuses. */
export function readPlanFile(path: string): Plan {
  const bytes = readInput(path);
  const value = parseJsonOf(path, bytes);
  const validate = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(SCHEMA, "utf8")));
  if (!validate(JSON.parse(Buffer.from(bytes).toString()))) {
    const fault = validate.errors?.[0];
    throw new AppError(
      "bad_plan_file",
      `${path} is no plan: ${fault?.instancePath ?? ""} ${fault?.message ?? ""}`,
    );
  }
  const plan = asPlan(value);
  const change = changeDigest({
    ...plan,
    tree: plan.source.tree,
    policyDigest: plan.policy_digest,
  });
  // What people read in a saved plan must be what its digests name.
  if (
    change === plan.change_digest &&
    planDigest(change, plan.state_digest, plan.blast_radius) === plan.plan_digest
  )
    return plan;
  throw new AppError(
    "bad_plan_file",
    `${path} was changed after it was made: it does not have the digests that it names`,
  );
}

/** The schema has said that it is one; this value keeps what a plain JSON parser loses, 1 and 1.0. */
function asPlan(value: JsonValue): Plan {
  return value as unknown as Plan;
}

export interface Expected {
  readonly digest: string | null;
  readonly ref: string | null;
  /** Of a saved plan. */
  readonly commit: string | null;
}

/** What must be applied and from where: the digest and the ref of a saved plan, or the digest of --expect. */
export function expectedPlan(file: string | undefined, expect: string | undefined): Expected {
  if (expect !== undefined && !DIGEST.test(expect)) {
    throw new AppError("usage", `--expect ${JSON.stringify(expect)} is no digest`, {
      hint: "copy the whole plan_digest: sha256: and 64 hexadecimal digits",
    });
  }
  if (file === undefined) return { digest: expect ?? null, ref: null, commit: null };
  const plan = readPlanFile(file);
  if (expect !== undefined && expect !== plan.plan_digest) {
    throw new AppError(
      "stale_plan",
      `${file} holds plan ${plan.plan_digest}, and ${expect} is expected`,
    );
  }
  return { digest: plan.plan_digest, ref: plan.source.ref, commit: plan.source.commit };
}

/** Whether the state is already what the saved plan wants, so that applying it twice does no harm. */
export function isApplied(saved: Expected, now: Plan): boolean {
  return now.verdict === "no_changes" && now.source.commit === saved.commit;
}
