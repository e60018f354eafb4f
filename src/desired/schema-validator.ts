/** Checks documents against the schema of their kind. */
import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import type { Kind, SpecOf } from "../model/resources.js";
import { compileSchema } from "./schema-compiler.js";

export const API_VERSION = "concordat/v1";

/** A document that its kind's schema accepts. */
export type ResourceDocument = {
  readonly [K in Kind]: {
    readonly apiVersion: typeof API_VERSION;
    readonly kind: K;
    readonly metadata: { readonly name: string };
    readonly spec: SpecOf[K];
  };
}[Kind];

export type Checked =
  | { readonly isValid: true; readonly document: ResourceDocument }
  | { readonly isValid: false; readonly errors: readonly ErrorObject[] };

export const SCHEMA_FILES: Readonly<Record<Kind, string>> = {
  Authority: "authority.schema.json",
  OperatorKey: "operator-key.schema.json",
  Sovereign: "sovereign.schema.json",
  RecognitionTreaty: "recognition-treaty.schema.json",
  MembershipAttestation: "membership-attestation.schema.json",
  Revocation: "revocation.schema.json",
  RevocationFeed: "revocation-feed.schema.json",
  RecognitionPolicy: "recognition-policy.schema.json",
};

const validators = new Map<Kind, ValidateFunction<ResourceDocument>>();

/** Checks a document against the schema of its kind, and lists every fault. */
export function checkDocument(kind: Kind, value: unknown): Checked {
  let validate = validators.get(kind);
  if (validate === undefined) {
    validate = compileSchema<ResourceDocument>(SCHEMA_FILES[kind]);
    validators.set(kind, validate);
  }
  return validate(value)
    ? { isValid: true, document: value }
    : { isValid: false, errors: validate.errors ?? [] };
}
