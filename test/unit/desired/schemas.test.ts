import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { AnySchemaObject } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { checkDocument, SCHEMA_FILES } from "../../../src/desired/schema-validator.js";
import { KINDS } from "../../../src/model/resources.js";
import type {
  AuthoritySpec,
  Kind,
  MembershipAttestationSpec,
  OperatorKeySpec,
  RecognitionPolicySpec,
  RecognitionTreatySpec,
  RevocationFeedSpec,
  RevocationSpec,
  SovereignSpec,
  ValiditySpec,
} from "../../../src/model/resources.js";

const FOLDER = join(import.meta.dirname, "../../../schemas");
const FILES = ["definitions.schema.json", "resource.schema.json", ...Object.values(SCHEMA_FILES)];

function readSchema(file: string): AnySchemaObject {
  return JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as AnySchemaObject;
}

/** The part of a schema under some names. */
function partOf(schema: unknown, ...names: readonly string[]): Readonly<Record<string, unknown>> {
  let part = schema;
  for (const name of names) part = partOf(part)[name];
  if (typeof part !== "object" || part === null)
    throw new TypeError(`no schema at ${names.join("/")}`);
  return { ...part };
}

/** What a reference like `definitions.schema.json#/$defs/name` or `#/$defs/name` points at. */
function definition(reference: string): Readonly<Record<string, unknown>> {
  return partOf(readSchema("definitions.schema.json"), "$defs", reference.split("/").at(-1) ?? "");
}

/** Every part of a schema that is one itself, with its path. */
function* subschemas(
  schema: unknown,
  path = "",
): Generator<readonly [string, Readonly<Record<string, unknown>>]> {
  if (typeof schema !== "object" || schema === null) return;
  if (!Array.isArray(schema)) yield [path, { ...schema }];
  for (const [key, part] of Object.entries(schema)) yield* subschemas(part, `${path}/${key}`);
}

const ALL = FILES.flatMap((file) =>
  [...subschemas(readSchema(file))].map(([path, schema]) => ({ at: `${file}${path}`, schema })),
);
/** Branches of a condition only say what must or must not be there. */
const SHAPES = ALL.filter(
  ({ at }) => !/\/(?:if|then|else|not|allOf|oneOf|propertyNames)(?:\/|$)/.test(at),
);

test("objects are closed, and every text, list and open map has a greatest length", () => {
  const types = (schema: Readonly<Record<string, unknown>>): readonly unknown[] =>
    [schema["type"]].flat();
  for (const { at, schema } of SHAPES) {
    if (
      types(schema).includes("object") &&
      schema["properties"] !== undefined &&
      !at.startsWith("resource")
    ) {
      expect(schema["additionalProperties"], at).toBe(false);
    }
    if (
      types(schema).includes("object") &&
      schema["properties"] === undefined &&
      !at.startsWith("resource")
    ) {
      expect(schema["maxProperties"], at).toEqual(expect.any(Number));
    }
    if (types(schema).includes("array")) expect(schema["maxItems"], at).toEqual(expect.any(Number));
    const isOpenText =
      types(schema).includes("string") &&
      schema["enum"] === undefined &&
      schema["const"] === undefined;
    if (isOpenText) expect(schema["maxLength"], at).toEqual(expect.any(Number));
    if (types(schema).includes("integer"))
      expect([schema["minimum"], schema["maximum"]], at).toEqual([
        expect.any(Number),
        expect.any(Number),
      ]);
  }
});

test("every field has a description for editors to show", () => {
  const fields = SHAPES.filter(({ at }) => /\/properties\/[^/]+$/.test(at));
  expect(fields.length).toBeGreaterThan(80);
  for (const { at, schema } of fields) {
    const reference = schema["$ref"];
    const target = typeof reference === "string" ? definition(reference) : schema;
    expect(schema["description"] ?? target["description"], at).toEqual(expect.any(String));
  }
});

test("no schema reads from the document, and no pattern repeats what repeats", () => {
  for (const { at, schema } of ALL) {
    expect(Object.keys(schema), at).not.toContain("$data");
    expect(schema["uniqueItems"], at).toBeUndefined();
    const pattern = schema["pattern"];
    if (typeof pattern !== "string") continue;
    expect(pattern, at).toMatch(/^\^.*\$$/s);
    const withoutClasses = pattern.replaceAll(/\[(?:\\.|[^\]\\])*\]/gs, "c");
    // A group with a quantifier in it, followed by one that repeats it.
    expect(withoutClasses, at).not.toMatch(/[+*}]\)[+*{]/);
  }
});

test("a text made to slow a pattern down is answered at once", () => {
  const patterns = ALL.flatMap(({ schema }) =>
    typeof schema["pattern"] === "string" ? [new RegExp(schema["pattern"], "u")] : [],
  );
  expect(patterns.length).toBeGreaterThan(7);
  const repeated = ["a", "a-", "1", "role:service:a", "/", "A", ".", ":", "http://a", "a.json"];
  for (const pattern of patterns) {
    for (const unit of repeated) {
      // Exponential time would end no test run; quadratic time on this length would be seen by anyone.
      expect(pattern.test(`${unit.repeat(20_000)}\n`)).toBe(false);
    }
  }
});

test("the schema for editors knows the eight kinds and says what the schemas of the kinds say", () => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
  for (const file of FILES) ajv.addSchema(readSchema(file), file);
  const validate = ajv.getSchema("resource.schema.json");
  const vectors = globSync("{valid,invalid}/*.yaml", {
    cwd: join(import.meta.dirname, "../../vectors/yaml"),
  }).filter((name) => !name.includes("alias_forbidden"));
  const seen = new Set<Kind>();
  for (const vector of vectors) {
    const text = readFileSync(join(import.meta.dirname, "../../vectors/yaml", vector), "utf8");
    for (const document of parseAllDocuments(text, { logLevel: "silent" })) {
      const value: unknown = document.errors.length > 0 ? null : document.toJS();
      const kind =
        typeof value === "object" && value !== null && "kind" in value
          ? KINDS.find((name) => name === value.kind)
          : undefined;
      if (kind === undefined) continue;
      seen.add(kind);
      expect(validate?.(value), vector).toBe(checkDocument(kind, value).isValid);
    }
  }
  expect([...seen].toSorted()).toEqual(KINDS.toSorted());
});

/** Every field of a type, true for one that must be there. The compiler refuses a list that is not the type's. */
type Fields<T> = {
  readonly [K in keyof Required<T>]: undefined extends { [P in K]: T[P] }[K] ? false : true;
};

type Policy = NonNullable<AuthoritySpec["policy"]>;

const VALIDITY: Fields<ValiditySpec> = { from: false, for: false, until: false };
const LIMIT: Fields<NonNullable<Policy["removals"]>> = { count: false, percent: false };

const authority: Fields<AuthoritySpec> = {
  sovereignId: true,
  keyId: true,
  publicKey: true,
  genesis: true,
  endpoint: false,
  defaults: false,
  policy: false,
};
const defaults: Fields<NonNullable<AuthoritySpec["defaults"]>> = {
  treatyFor: false,
  attestationFor: false,
};
const policy: Fields<Policy> = {
  removals: false,
  lostPaths: false,
  approvals: false,
  freeze: false,
  unmanaged: false,
  selfHeal: false,
  maxValidity: false,
  maxSequenceJump: false,
};
const approvals: Fields<NonNullable<Policy["approvals"]>> = {
  reduces: false,
  keeps: false,
  widens: false,
};
const freeze: Fields<NonNullable<Policy["freeze"]>[number]> = {
  from: true,
  until: true,
  reason: true,
};
const maxValidity: Fields<NonNullable<Policy["maxValidity"]>> = {
  treaty: false,
  attestation: false,
};
const operatorKey: Fields<OperatorKeySpec> = {
  keyId: true,
  publicKey: true,
  tier: true,
  holder: true,
  validity: false,
  state: false,
  since: false,
};
const keyWindow: Fields<NonNullable<OperatorKeySpec["validity"]>> = { from: false, until: false };
const sovereign: Fields<SovereignSpec> = {
  sovereignId: true,
  publicKeys: true,
  endpoint: false,
  feed: false,
};
const sovereignFeed: Fields<NonNullable<SovereignSpec["feed"]>> = {
  url: false,
  maxAge: false,
  suspend: false,
};
const treaty: Fields<RecognitionTreatySpec> = {
  subject: true,
  scope: true,
  validity: false,
  renewal: false,
  metadata: false,
  reissue: false,
};
const scope: Fields<RecognitionTreatySpec["scope"]> = {
  allowedRoles: true,
  acceptedStatuses: false,
  claims: false,
};
const renewal: Fields<NonNullable<RecognitionTreatySpec["renewal"]>> = { before: true };
const attestation: Fields<MembershipAttestationSpec> = {
  subjectId: true,
  subjectPublicKey: false,
  roles: true,
  validity: false,
  claims: false,
  reissue: false,
};
const revocation: Fields<RevocationSpec> = { target: true, reason: true, incident: false };
const target: Fields<RevocationSpec["target"]> = { kind: true, name: false, id: false };
const feed: Fields<RevocationFeedSpec> = { issuer: true, file: true, accept: true };
const recognition: Fields<RecognitionPolicySpec> = {
  recognizedIssuers: true,
  revokedAttestationIds: false,
};
const issuer: Fields<RecognitionPolicySpec["recognizedIssuers"][number]> = {
  sovereign: true,
  allowedRoles: true,
  acceptedStatuses: false,
};

test.each<[file: string, path: string, fields: Readonly<Record<string, boolean>>]>([
  [SCHEMA_FILES.Authority, "spec", authority],
  [SCHEMA_FILES.Authority, "spec/defaults", defaults],
  [SCHEMA_FILES.Authority, "spec/policy", policy],
  [SCHEMA_FILES.Authority, "spec/policy/removals", LIMIT],
  [SCHEMA_FILES.Authority, "spec/policy/lostPaths", LIMIT],
  [SCHEMA_FILES.Authority, "spec/policy/approvals", approvals],
  [SCHEMA_FILES.Authority, "spec/policy/freeze[]", freeze],
  [SCHEMA_FILES.Authority, "spec/policy/maxValidity", maxValidity],
  [SCHEMA_FILES.OperatorKey, "spec", operatorKey],
  [SCHEMA_FILES.OperatorKey, "spec/validity", keyWindow],
  [SCHEMA_FILES.Sovereign, "spec", sovereign],
  [SCHEMA_FILES.Sovereign, "spec/feed", sovereignFeed],
  [SCHEMA_FILES.RecognitionTreaty, "spec", treaty],
  [SCHEMA_FILES.RecognitionTreaty, "spec/scope", scope],
  [SCHEMA_FILES.RecognitionTreaty, "spec/validity", VALIDITY],
  [SCHEMA_FILES.RecognitionTreaty, "spec/renewal", renewal],
  [SCHEMA_FILES.MembershipAttestation, "spec", attestation],
  [SCHEMA_FILES.MembershipAttestation, "spec/validity", VALIDITY],
  [SCHEMA_FILES.Revocation, "spec", revocation],
  [SCHEMA_FILES.Revocation, "spec/target", target],
  [SCHEMA_FILES.RevocationFeed, "spec", feed],
  [SCHEMA_FILES.RecognitionPolicy, "spec", recognition],
  [SCHEMA_FILES.RecognitionPolicy, "spec/recognizedIssuers[]", issuer],
])("%s has the fields of the model at %s", (file, path, fields) => {
  let schema = partOf(readSchema(file));
  for (const step of path.split("/")) {
    schema = partOf(schema, "properties", step.replace("[]", ""));
    if (step.endsWith("[]")) schema = partOf(schema, "items");
    const reference = schema["$ref"];
    if (typeof reference === "string") schema = definition(reference);
  }
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const found = Object.keys(partOf(schema, "properties")).map((name) => [
    name,
    required.includes(name),
  ]);
  expect(Object.fromEntries(found)).toEqual(fields);
});
