/** Settings → what a controller is put together from. */
import type { ControllerOptions } from "../controller/assemble.js";
import { holderOf } from "./apply-report.js";
import type { Settings } from "./settings.js";

/** `command` is told to others that find the state locked. */
export function controllerOptions(
  settings: Settings,
  version: string,
  command: string,
): ControllerOptions {
  const {
    repo,
    ref,
    db,
    logEscrow,
    mirror,
    git,
    limits,
    authorityKey,
    interval,
    feedRefresh,
    feeds,
    adminGrants,
  } = settings;
  return {
    repo,
    ref,
    db,
    logEscrow,
    mirror,
    credentials: git,
    limits,
    authorityKey,
    interval,
    feedRefresh,
    feeds,
    adminGrants,
    version,
    holder: holderOf(command),
  };
}
