/** The OpenAPI document as a page for people: no script, nothing loaded. Pure. */
import { hash } from "node:crypto";
import type { JsonObject, JsonValue } from "../model/json.js";
import { isJsonArray, isJsonObject } from "../protocol/json.js";
import type { OpenApi, Operation } from "./openapi.js";

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 6%, transparent); }
body { max-width: 56rem; margin: 0 auto; padding: 2rem 1.25rem 6rem; font: 1rem/1.55 system-ui, sans-serif; }
h1, h2, h3 { line-height: 1.25; }
h2 { margin-top: 3.5rem; border-bottom: 1px solid var(--line); padding-bottom: .4rem; }
h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
h4 { margin: 1.25rem 0 .4rem; font-size: .9rem; }
code { font: .875em ui-monospace, monospace; }
.note, dd, .type { opacity: .8; }
section.operation, section.schema { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.25rem; margin: 1rem 0; }
section:target { outline: 2px solid; }
.method { display: inline-block; min-width: 3rem; text-transform: uppercase; font-weight: 700; }
ul.fields { list-style: none; margin: .3rem 0; padding-left: 1rem; border-left: 2px solid var(--line); }
ul.fields li { margin: .2rem 0; }
table { border-collapse: collapse; width: 100%; }
td { padding: .35rem .75rem .35rem 0; vertical-align: top; border-top: 1px solid var(--line); }
td:first-child { white-space: nowrap; }
nav ul { columns: 2 20rem; padding-left: 1rem; }
`;

/** Nothing but the style above, which the page carries in itself. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${hash("sha256", STYLE, "base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export function docsPage({ info, tags, paths, components }: OpenApi): string {
  const title = `${textOf(info["title"])} ${textOf(info["version"])}`;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = tags.map((tag) => ({
    name: textOf(tag["name"]),
    about: textOf(tag["description"]),
    operations: operations.filter(({ operation }) => isIn(operation, tag["name"])),
  }));
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>`,
    `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head><body>`,
    `<h1>${escape(title)}</h1><p>${prose(textOf(info["description"]))}</p>`,
    `<p class="note">For programs: <a href="/openapi.json"><code>/openapi.json</code></a></p><nav>`,
    ...groups.map(
      (group) =>
        `<h4>${escape(group.name)}</h4><ul>${group.operations
          .map(
            ({ path, method, operation }) =>
              `<li><a href="#${operation.operationId}"><code>${method.toUpperCase()} ${escape(path)}</code></a></li>`,
          )
          .join("")}</ul>`,
    ),
    "</nav>",
    ...groups.map(
      ({ name, about, operations: of }) =>
        `<h2>${escape(capital(name))}</h2><p>${prose(about)}</p>${of.map(operationHtml).join("")}`,
    ),
    "<h2>Objects</h2>",
    ...Object.entries(components.schemas).map(
      ([name, schema]) =>
        `<section class="schema" id="object-${name}"><h3>${name}</h3>${described(schema)}${fieldsHtml(schema)}</section>`,
    ),
    "</body></html>",
  ].join("\n");
}

function operationHtml({
  path,
  method,
  operation,
}: {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}): string {
  const tier = operation["x-operator-tier"];
  return [
    `<section class="operation" id="${operation.operationId}">`,
    `<h3><span class="method">${method}</span> <code>${escape(path)}</code></h3>`,
    `<p>${prose(textOf(operation["summary"]))}.</p>`,
    described(operation),
    typeof tier === "string"
      ? `<p class="note">Signed with an operator key of the tier <code>${escape(tier)}</code>.</p>`
      : "",
    parametersHtml(operation["parameters"]),
    bodyHtml(operation["requestBody"]),
    "<h4>Answers</h4><table>",
    ...Object.entries(operation.responses).map(
      ([status, answer]) =>
        `<tr><td><code>${status}</code></td><td>${prose(textOf(answer["description"]))}${
          Number(status) < 300 ? contentHtml(answer) : ""
        }</td></tr>`,
    ),
    "</table></section>",
  ].join("");
}

function parametersHtml(parameters: Operation[string] | undefined): string {
  const rows = (isJsonArray(parameters) ? parameters : []).filter(isJsonObject).map((parameter) => {
    const name = `<code>${escape(textOf(parameter["name"]))}</code>`;
    const place = parameter["in"] === "path" ? "in the path" : "in the query";
    return `<tr><td>${name}</td><td>${prose(textOf(parameter["description"]))} <span class="type">${place}, ${typeHtml(parameter["schema"])}</span></td></tr>`;
  });
  return rows.length === 0 ? "" : `<h4>Parameters</h4><table>${rows.join("")}</table>`;
}

function bodyHtml(body: Operation[string] | undefined): string {
  return isJsonObject(body) ? `<h4>Body</h4>${contentHtml(body)}` : "";
}

function contentHtml({ content }: JsonObject): string {
  if (!isJsonObject(content)) return "";
  return Object.entries(content)
    .map(([type, media]) => {
      const schema = isJsonObject(media) ? media["schema"] : undefined;
      return `<div><code>${escape(type)}</code>: ${typeHtml(schema)}${isJsonObject(schema) ? fieldsHtml(schema) : ""}</div>`;
    })
    .join("");
}

/** The fields of an object, of the items of a list, and of what it may be instead. */
function fieldsHtml(schema: JsonObject): string {
  const { properties, required, items } = schema;
  const choices = schema["oneOf"] ?? schema["anyOf"];
  if (isJsonArray(choices))
    return choices
      .filter(isJsonObject)
      .map(fieldsHtml)
      .filter((html) => html !== "")
      .join('<p class="note">or</p>');
  if (isJsonObject(items)) return fieldsHtml(items);
  if (!isJsonObject(properties)) return "";
  const needed = new Set<JsonValue>(isJsonArray(required) ? required : []);
  const fields = Object.entries(properties).map(([name, field]) => {
    const about = isJsonObject(field) ? textOf(field["description"]) : "";
    const optional = needed.has(name) ? "" : ", optional";
    return `<li><code>${escape(name)}</code> <span class="type">${typeHtml(field)}${optional}</span> ${prose(about)}${isJsonObject(field) ? fieldsHtml(field) : ""}</li>`;
  });
  return `<ul class="fields">${fields.join("")}</ul>`;
}

/** What a value is, in a few words. */
function typeHtml(schema: JsonValue | undefined): string {
  if (!isJsonObject(schema)) return "anything";
  const { $ref, type, items, format } = schema;
  if (typeof $ref === "string") {
    const name = $ref.slice($ref.lastIndexOf("/") + 1);
    return `<a href="#object-${name}">${name}</a>`;
  }
  if (schema["const"] !== undefined)
    return `<code>${escape(JSON.stringify(schema["const"]))}</code>`;
  if (isJsonArray(schema["enum"]))
    return schema["enum"].map((value) => `<code>${escape(textOf(value))}</code>`).join(" ");
  const choices = schema["oneOf"] ?? schema["anyOf"];
  if (isJsonArray(choices)) return [...new Set(choices.map(typeHtml))].join(" or ");
  if (type === "array") return `list of ${typeHtml(items)}`;
  const types = isJsonArray(type) ? type : [type ?? "anything"];
  const words = types.map(textOf).join(" or ");
  return typeof format === "string" ? `${words} (${escape(format)})` : words;
}

function isIn(operation: Operation, tag: JsonValue | undefined): boolean {
  const { tags } = operation;
  return isJsonArray(tags) && tags.some((name) => name === tag);
}

function described({ description }: JsonObject | Operation): string {
  return typeof description === "string" ? `<p class="note">${prose(description)}</p>` : "";
}

/** Escaped, with words in backquotes as code. */
function prose(words: string): string {
  return escape(words).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function escape(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
