/** Counts by scenario and kind of fault, as lines of text. */
import type { Count } from "./campaign.js";

export function table(counts: readonly Count[]): string {
  const head = ["scenario", "fault", "hits", "too late", "broken"];
  const rows = counts.map(({ scenario, injector, hits, missed, broken }) => [
    scenario,
    injector,
    String(hits),
    String(missed),
    String(broken),
  ]);
  return [head, ...rows]
    .map(([scenario = "", injector = "", ...numbers]) =>
      [scenario.padEnd(16), injector.padEnd(10), ...numbers.map((text) => text.padStart(9))].join(
        " ",
      ),
    )
    .join("\n");
}
