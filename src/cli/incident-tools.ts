/** Gives the commands of an incident what they work with: settings, clock, randomness, and the way to act at once. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { performLocal } from "../admin/perform-local.js";
import { AppError } from "../errors.js";
import { realClock } from "../controller/real-time.js";
import type { IncidentTools } from "../incident/tools.js";
import type { LocalAction, LocalAnswer } from "../model/admin.js";
import type { IncidentResult } from "../model/incident.js";
import { readAuthorityKey } from "../sign/authority-key.js";
import { openStateForWriting } from "../state/open.js";
import { auditLogOptions } from "./audit-log.js";
import { whereItRuns } from "./control-client.js";
import { plain } from "./render/paint.js";
import { renderPlan } from "./render/plan.js";
import type { Settings } from "./settings.js";
import { whoAmI } from "./who.js";

/** Throws AppError `usage` for a remote. Folders of incidents stand beside the state: `incidents/<date>-<kind>-<id>`. */
export function incidentTools(
  settings: Settings,
  { incident, version }: { readonly incident?: string | undefined; readonly version: string },
): IncidentTools {
  if (settings.isRemote)
    throw new AppError("usage", "drafts are made in a clone, and pushed by a person", {
      hint: "give --repo CLONE, and --db FILE of the state",
    });
  const by = whoAmI();
  return {
    source: { repo: settings.repo, ref: settings.ref, limits: settings.limits },
    db: settings.db,
    parent: join(dirname(settings.db), "incidents"),
    dir: incident === undefined ? null : resolve(incident),
    by,
    version,
    clock: realClock,
    random: randomBytes,
    act: async (action) => await actWhereItRuns(settings, by, action),
    planText: (plan) => renderPlan(plan, { verbose: true, paint: plain, apply: null }),
  };
}

/** The next commands with the places that this one was given, so that they mean the same wherever they are typed. */
export function placed<Result extends IncidentResult>(
  result: Result,
  flags: Readonly<Partial<Record<"repo" | "db" | "config", string | undefined>>>,
  { controlSocket }: Pick<Settings, "controlSocket">,
): Result {
  const places = (["repo", "db", "config"] as const).flatMap((name) => {
    const value = flags[name];
    return value === undefined ? [] : [`--${name}`, value];
  });
  const inRepo = flags.repo === undefined ? [] : ["-C", flags.repo];
  const next = result.next.map((words) => {
    const [program = "", ...rest] = words;
    if (program === "git") return [program, ...inRepo, ...rest];
    // Beside a daemon only the daemon applies.
    if (rest[0] === "apply" && existsSync(controlSocket))
      return [program, "reconcile", "--now", ...places];
    return rest[1] === "report" ? words : [...words, ...places];
  });
  return { ...result, next };
}

/** The controller that runs does it, or this process opens the state itself. Throws as `performLocal`, and `lock_held`. */
async function actWhereItRuns(
  settings: Settings,
  by: string,
  action: LocalAction,
): Promise<LocalAnswer> {
  return await whereItRuns(
    settings.controlSocket,
    async (controls) => await controls.act({ by, action }),
    async () => {
      const writer = openStateForWriting(settings.db, "incident", auditLogOptions(settings));
      try {
        const key = () => readAuthorityKey(settings.authorityKey);
        return performLocal({ writer, clock: realClock, key, random: randomBytes }, { by, action });
      } finally {
        writer.close();
      }
    },
  );
}
