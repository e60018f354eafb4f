/** What a resource was resolved to, remembered for the next commit, where most resources stand as they stood. */
import type { Resource } from "../model/resources.js";
import type { Resolution } from "./resolution.js";

interface Made<T> {
  /** What it was made with, besides the resource itself: all of it, and only what never changes. */
  readonly from: readonly unknown[];
  readonly value: T;
}

/**
 * A resolver that is asked once for a resource (the same object, as the cache of parsed blobs keeps it) and what else it
 * is resolved with. A result that came with a fault is not kept: a fault is reported every time.
 */
export function resolvedOnce<R extends Resource, F extends readonly unknown[], T extends object>(
  make: (resolution: Resolution, resource: R, ...from: F) => T | null,
): (resolution: Resolution, resource: R, ...from: F) => T | null {
  const known = new WeakMap<R, Made<T>>();
  return (resolution, resource, ...from) => {
    const made = known.get(resource);
    if (made !== undefined && from.every((item, index) => item === made.from[index]))
      return made.value;
    const faults = resolution.diagnostics.length;
    const value = make(resolution, resource, ...from);
    if (value !== null && resolution.diagnostics.length === faults)
      known.set(resource, { from, value });
    return value;
  };
}
