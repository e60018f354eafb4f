/** Waits for what another process does: asks again until it is so, or says what was seen last. */

const DEADLINE_MS = 30_000;

export interface Patience {
  /** Nothing is waited for any more once it says so. */
  readonly isHopeless?: () => boolean;
  readonly everyMs?: number;
}

/** `ask` may throw while it is not so yet: a file that is not there, a connection that is refused. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  isSo: (seen: T) => boolean = Boolean,
  { isHopeless = () => false, everyMs = 20 }: Patience = {},
): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const isLast = isHopeless() || Date.now() > deadline;
    const seen = await attempt(ask);
    if ("value" in seen && isSo(seen.value)) return seen.value;
    if (isLast) {
      const last = "value" in seen ? seen.value : String(seen.error);
      throw new Error(`in vain: ${what}; last: ${JSON.stringify(last)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

async function attempt<T>(
  ask: () => T | Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await ask() };
  } catch (error) {
    return { error };
  }
}
