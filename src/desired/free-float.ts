/** Floats in free content (claims and metadata): one form for each, which every YAML reader takes for the same number. */
import { JsonFloat } from "../model/json.js";
import { canonicalJson } from "../protocol/canonical.js";

/** Where content is free, so that it may hold what another program signed. */
const FREE = /^\/spec\/(?:metadata|claims|scope\/claims)\//;
/** A float of YAML 1.1 as of YAML 1.2: with a point, and a sign in its exponent. */
const FLOAT = /^-?[0-9]+\.[0-9]+(?:e[-+][0-9]+)?$/;

/** The float that an unquoted scalar at `path` stands for; null when it is none, or not in its one form. */
export function readFreeFloat(text: string, path: string): JsonFloat | null {
  if (!FLOAT.test(text) || !FREE.test(path)) return null;
  const value = Number(text);
  if (!Number.isFinite(value)) return null;
  const float = new JsonFloat(value);
  return floatText(float) === text ? float : null;
}

/** Its form: the shortest that is signed (protocol.md 1), with a point before any exponent. */
export function floatText(float: JsonFloat): string {
  return canonicalJson(float).replace(/^(-?[0-9]+)e/, "$1.0e");
}
