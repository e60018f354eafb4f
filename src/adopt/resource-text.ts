/** A resource as YAML, and the proof that our own reader takes it for just that. Pure. */
import { Document, type ScalarTag, type Tags, type ToStringOptions } from "yaml";
import { floatText } from "../desired/free-float.js";
import { DEFAULT_LIMITS } from "../desired/limits.js";
import { parseFile } from "../desired/parse.js";
import { AppError } from "../errors.js";
import { JsonFloat, type JsonObject, type JsonValue } from "../model/json.js";
import type { Kind } from "../model/resources.js";
import { canonicalJson } from "../protocol/canonical.js";

export interface ResourceDraft {
  readonly kind: Kind;
  readonly name: string;
  readonly spec: JsonObject;
}

export type Written =
  | { readonly text: string }
  /** Why no resource can say it. */
  | { readonly fault: string };

const STYLE: ToStringOptions = { lineWidth: 0, defaultStringType: "QUOTE_DOUBLE" };

/** Floats in the one form that our reader takes. */
const FLOAT: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  identify: (value) => value instanceof JsonFloat,
  resolve: (text) => text,
  stringify: ({ value }) => (value instanceof JsonFloat ? floatText(value) : ""),
};
const OPTIONS = {
  aliasDuplicateObjects: false,
  customTags: (tags: Tags): Tags => [FLOAT, ...tags],
};

/** The text of one document, without a modeline. It reads back as the draft, value for value, or there is none. */
export function resourceText(draft: ResourceDraft): Written {
  let fault = "its content has no form in YAML";
  // Keys of free content may be words that only quotes keep what they are.
  for (const defaultKeyType of ["PLAIN", "QUOTE_DOUBLE"] as const) {
    const written = attempt(draft, { ...STYLE, defaultKeyType });
    if ("text" in written) return written;
    fault = written.fault;
  }
  return { fault };
}

function attempt(draft: ResourceDraft, style: ToStringOptions): Written {
  try {
    const { kind, name, spec } = draft;
    const value = { apiVersion: "concordat/v1", kind, metadata: { name }, spec };
    const text = new Document(value, OPTIONS).toString(style);
    const { resources, diagnostics } = parseFile(
      "draft.yaml",
      "",
      Buffer.from(text),
      DEFAULT_LIMITS,
    );
    const [first] = diagnostics;
    if (first !== undefined) return { fault: first.message };
    const [resource] = resources;
    const isSame =
      resources.length === 1 &&
      resource !== undefined &&
      resource.kind === kind &&
      resource.name === name &&
      canonicalJson(asJson(resource.spec)) === canonicalJson(spec);
    return isSame ? { text } : { fault: "it does not read back as it is" };
  } catch (error) {
    if (error instanceof AppError) return { fault: error.message };
    throw error;
  }
}

/** A spec as our reader gives it, whose type is narrower than JSON's. */
function asJson(value: unknown): JsonValue {
  if (value instanceof JsonFloat) return value;
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asJson(member)]));
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : null;
}
