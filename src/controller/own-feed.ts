/** Keeps our own feed young: a sovereign that revokes nothing has to say so from time to time. */
import { refreshOwnFeed } from "../apply/own-feed-refresh.js";
import type { ControllerPorts } from "./ports.js";
import { refusalOf } from "./refusal.js";

/** Throws as `refreshOwnFeed`. */
export async function refreshFeed(ports: ControllerPorts): Promise<void> {
  const { writer, key, clock, random, feedRefresh, publish } = ports;
  const now = clock();
  const generation = refreshOwnFeed(writer, { key, now, random, refreshSeconds: feedRefresh });
  if (generation !== null) await publish(generation);
}

/** For a pass that fails, and says its own reason: partners do not ask how our git does. Throws only what is fatal. */
export async function refreshFeedAnyway(ports: ControllerPorts): Promise<void> {
  try {
    await refreshFeed(ports);
  } catch (thrown) {
    if (refusalOf(thrown).persistence === "fatal") throw thrown;
  }
}
