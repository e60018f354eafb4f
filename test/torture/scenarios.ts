/** Every scenario, by its name; each is loaded alone, so that its worker starts fast. */
import type { Scenario } from "./scenario.js";

const LOADERS: Readonly<Record<string, () => Promise<Scenario>>> = {
  apply: async () => (await import("./scenarios/apply.js")).apply,
  "admin write": async () => (await import("./scenarios/admin-write.js")).adminWrite,
  "feed import": async () => (await import("./scenarios/feed-import.js")).feedImport,
  "lock take-over": async () => (await import("./scenarios/take-over.js")).takeOver,
  backup: async () => (await import("./scenarios/backup.js")).backup,
  restore: async () => (await import("./scenarios/restore.js")).restore,
  escrow: async () => (await import("./scenarios/escrow.js")).escrow,
  checkpoint: async () => (await import("./scenarios/checkpoint.js")).checkpoint,
  migration: async () => (await import("./scenarios/migration.js")).migration,
};

export const SCENARIO_NAMES = Object.keys(LOADERS);

export async function loadScenario(name: string): Promise<Scenario> {
  const load = LOADERS[name];
  if (load === undefined) throw new Error(`no scenario ${name}`);
  return await load();
}
