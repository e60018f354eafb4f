/** Which content coding to answer in (RFC 9110 12.5.3). */

export type Coding = "br" | "gzip" | "identity";

/** In our order of preference, which decides between equal weights. */
const CODINGS: readonly Coding[] = ["br", "gzip", "identity"];

const WEIGHTED = /^([!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/;

/** The coding with the highest weight; identity when the field is absent, or when it excludes all three. */
export function negotiateCoding(header: string | undefined): Coding {
  if (header === undefined) return "identity";
  const weights = parseWeights(header);
  let chosen: Coding = "identity";
  let highest = 0;
  for (const coding of CODINGS) {
    const weight = weights.get(coding) ?? weights.get("*") ?? 0;
    if (weight > highest) {
      chosen = coding;
      highest = weight;
    }
  }
  return chosen;
}

/** An element that is not of the grammar is left out. */
function parseWeights(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const element of header.toLowerCase().split(",")) {
    const [, name, weight] = WEIGHTED.exec(element.trim()) ?? [];
    if (name === undefined) continue;
    // RFC 9110 8.4.1.3: x-gzip is the same coding.
    weights.set(name === "x-gzip" ? "gzip" : name, weight === undefined ? 1 : Number(weight));
  }
  return weights;
}
