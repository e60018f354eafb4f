/** Edits of resource files that keep comments, order and every document that they do not touch. Pure. */
import { isMap, parseAllDocuments, type Document } from "yaml";
import { resourceText, type ResourceDraft } from "../adopt/resource-text.js";
import { AppError } from "../errors.js";
import type { JsonValue } from "../model/json.js";
import type { Kind } from "../model/resources.js";

export interface ResourceName {
  readonly kind: Kind;
  readonly name: string;
}

/** Fields of a spec by path, such as `["feed", "suspend"]`; undefined takes the field out. */
export type SpecFields = readonly (readonly [
  path: readonly string[],
  value: JsonValue | undefined,
])[];

type Parsed = Document.Parsed;

/** For what is added; what stands there keeps its own quotes. */
const STYLE = { lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" } as const;

/** The file's text with these fields of one resource set. Throws AppError `bad_draft` when the file has no such resource. */
export function setFields(text: string, resource: ResourceName, fields: SpecFields): string {
  return edited(text, resource, (document) => {
    for (const [path, value] of fields) {
      const whole = ["spec", ...path];
      if (value === undefined) document.deleteIn(whole);
      else document.setIn(whole, document.createNode(value));
    }
    return document.toString(STYLE);
  });
}

/** The file's text with the resource as its last document; null: there is no such file yet. Throws AppError `bad_draft`. */
export function addDocument(text: string | null, draft: ResourceDraft): string {
  const written = resourceText(draft);
  if ("fault" in written)
    throw new AppError("bad_draft", `${draft.kind} ${draft.name}: ${written.fault}`);
  if (text === null || text.trim() === "") return written.text;
  return `${text.replace(/\n*$/, "\n")}---\n${written.text}`;
}

/** The file's text without the resource; null: nothing is left of it. Throws AppError `bad_draft`. */
export function removeDocument(text: string, resource: ResourceName): string | null {
  const rest = edited(text, resource, () => "");
  return rest.trim() === "" ? null : rest;
}

function edited(
  text: string,
  { kind, name }: ResourceName,
  edit: (document: Parsed) => string,
): string {
  const documents = parseAllDocuments(text, { keepSourceTokens: true });
  const found = Array.isArray(documents)
    ? documents.findIndex((document) => isNamed(document, kind, name))
    : -1;
  const document = Array.isArray(documents) ? documents[found] : undefined;
  if (document === undefined || document.errors.length > 0)
    throw new AppError("bad_draft", `the file has no ${kind} ${name} that can be edited`);
  const start = found === 0 ? 0 : document.range[0];
  const end = Array.isArray(documents) ? documents[found + 1]?.range[0] : undefined;
  return text.slice(0, start) + edit(document) + text.slice(end ?? text.length);
}

function isNamed(document: Parsed, kind: Kind, name: string): boolean {
  return (
    isMap(document.contents) &&
    document.get("kind") === kind &&
    document.getIn(["metadata", "name"]) === name
  );
}
