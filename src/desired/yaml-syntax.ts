/** Text to YAML documents, with the parser's errors in our own form. Its warnings are errors too. */
import { Composer, Schema } from "yaml";
import type { Document, ErrorCode, YAMLError } from "yaml";
import type { FileReport } from "./file-report.js";
import type { Limits } from "./limits.js";
import type { SourceText } from "./source-text.js";
import { syntaxMessage } from "./syntax-message.js";
import { tokenize } from "./yaml-tokens.js";

// Every scalar stays the text it was written as (failsafe), one schema serves all documents, and keys are compared by
// our own reader in linear time: the composer compares each with each.
const OPTIONS = {
  schema: new Schema({ schema: "failsafe", resolveKnownTags: false }),
  uniqueKeys: false,
};

/** What the composer says about the anchors, aliases, tags and directives that have been refused as tokens. */
const SAID_BEFORE: ReadonlySet<ErrorCode> = new Set([
  "ALIAS_PROPS",
  "BAD_ALIAS",
  "BAD_DIRECTIVE",
  "BAD_PROP_ORDER",
  "MULTIPLE_ANCHORS",
  "MULTIPLE_TAGS",
  "TAG_RESOLVE_FAILED",
]);

const HINTS: { readonly [code in ErrorCode]?: string } = {
  BAD_DQ_ESCAPE: "write \\\\ for a backslash, or use single quotes",
  BAD_INDENT: "indent the fields of one map alike",
  BAD_SCALAR_START: "quote the value",
  BLOCK_AS_IMPLICIT_KEY:
    'mend the indentation of the line below, or quote the value if it holds ": "',
  MISSING_CHAR: "close the quote or bracket, and put a space after each colon",
  MULTILINE_IMPLICIT_KEY: "write the key on one line, followed by a colon and a space",
  TAB_AS_INDENT: "indent with spaces",
};

/** The documents of a text that have no error; null when the text is refused whole. What is refused is reported. */
export function readYaml(
  source: SourceText,
  limits: Limits,
  report: FileReport,
): readonly Document.Parsed[] | null {
  const tokens = tokenize(source, limits, report);
  if (tokens === null) return null;
  const composer = new Composer(OPTIONS);
  const documents = [...composer.compose(tokens)];
  const outside = composer.streamInfo();
  reportErrors([...outside.errors, ...outside.warnings], source, report);
  return documents.filter(
    ({ errors, warnings }) => !reportErrors([...errors, ...warnings], source, report),
  );
}

/** True when there was an error to report. */
function reportErrors(
  errors: readonly YAMLError[],
  source: SourceText,
  report: FileReport,
): boolean {
  const faults = errors.filter(({ code }) => !SAID_BEFORE.has(code));
  const reported = new Set<number>();
  for (const { code, message, pos } of faults) {
    const [offset] = pos;
    // The first error of a place says what is wrong there; the others follow from it.
    if (reported.has(offset)) continue;
    reported.add(offset);
    report.add("yaml_syntax", () => source.place(offset), syntaxMessage(message), HINTS[code]);
  }
  return faults.length > 0;
}
