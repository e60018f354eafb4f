/** A row of the table: what one measurement, in a process of its own, hands to the runner. */
export interface Figure {
  readonly value: number;
  readonly unit: string;
  /** How it stands to the floor that was measured in the same process, where there is one. */
  readonly ratio?: { readonly of: string; readonly value: number };
  /** What else the same measurement showed. */
  readonly parts?: Readonly<Record<string, Figure>>;
}

export interface Row {
  readonly name: string;
  /** Why it cannot be measured here, or null; left out: it always can. */
  readonly missing?: () => string | null;
  measure(): Promise<Figure>;
}

/** Milliseconds of one run. */
export async function milliseconds(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Calls a second, from as many calls as fit half a second after a warm-up. */
export function perSecond(call: () => unknown): number {
  for (const warmUp = performance.now(); performance.now() - warmUp < 150;) call();
  const start = performance.now();
  let calls = 0;
  for (; performance.now() - start < 500; calls += 1) call();
  return (calls * 1_000) / (performance.now() - start);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The value under which a share of them lies, such as 0.99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
