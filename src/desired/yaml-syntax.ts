/** Text to YAML documents: one pass over the tokens refuses what is too deep, too wide or not plain YAML before anything is composed. */
import { Composer, CST, Lexer, Parser, Schema } from "yaml";
import type { Document, ErrorCode, YAMLError } from "yaml";
import { printable, quoted } from "./characters.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import type { FileReport } from "./file-report.js";
import type { Limits } from "./limits.js";
import type { SourceText } from "./source-text.js";

// Every scalar stays the text it was written as (failsafe), one schema serves all documents, and keys are compared by
// our own reader in linear time: the composer compares each with each.
const COMPOSER_OPTIONS = {
  schema: new Schema({ schema: "failsafe", resolveKnownTags: false }),
  uniqueKeys: false,
};

const FORBIDDEN: Readonly<Record<string, readonly [DiagnosticCode, string]>> = {
  "&": ["alias_forbidden", "anchors are refused"],
  "*": ["alias_forbidden", "aliases are refused"],
  "!": ["tag_forbidden", "tags are refused"],
  "%": ["directive_forbidden", "directives are refused"],
};

/** What the composer says about the tokens that `FORBIDDEN` has refused. */
const SAID_BEFORE: ReadonlySet<ErrorCode> = new Set([
  "ALIAS_PROPS",
  "BAD_ALIAS",
  "BAD_DIRECTIVE",
  "BAD_PROP_ORDER",
  "MULTIPLE_ANCHORS",
  "MULTIPLE_TAGS",
  "TAG_RESOLVE_FAILED",
]);

const SYNTAX_HINTS: { readonly [code in ErrorCode]?: string } = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "indent the fields of one map alike",
  BLOCK_AS_IMPLICIT_KEY:
    'put the value on its own line, or quote it: an unquoted value cannot hold ": "',
  MULTILINE_IMPLICIT_KEY: "write the key on one line, followed by a colon and a space",
  MISSING_CHAR: "close the quote or bracket, and put a space after each colon",
  BAD_DQ_ESCAPE: "write \\\\ for a backslash, or use single quotes",
  BAD_SCALAR_START: "quote the value",
};

/**
 * The documents of a text, with their faults reported; null when a limit refuses the text. Documents with errors are
 * left out. Depth is counted on the parser's stack as it grows, so a deep text is refused at the level that is too deep:
 * composing one can abort the process (research/trust.md 0.1).
 */
export function readYaml(
  source: SourceText,
  limits: Limits,
  report: FileReport,
): readonly Document.Parsed[] | null {
  const tokens = tokenize(source, limits, report);
  if (tokens === null) return null;
  const composer = new Composer(COMPOSER_OPTIONS);
  const documents = [...composer.compose(tokens)];
  const outside = composer.streamInfo();
  reportSyntax([...outside.errors, ...outside.warnings], source, report);
  return documents.filter(
    ({ errors, warnings }) => !reportSyntax([...errors, ...warnings], source, report),
  );
}

function tokenize(source: SourceText, limits: Limits, report: FileReport): CST.Token[] | null {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let documents = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(source.text)) {
    const at = parser.offset;
    const forbidden = isScalar ? undefined : FORBIDDEN[lexeme.charAt(0)];
    if (forbidden !== undefined)
      report.add(forbidden[0], () => source.place(at), `${forbidden[1]}: ${quoted(lexeme)}`);
    // The lexer announces the text of a plain or block scalar with a marker of its own.
    isScalar = lexeme === CST.SCALAR;
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === "document") documents += 1;
    }
    const refusal = overLimit(parser.stack, documents, limits);
    if (refusal !== null) {
      report.add(refusal[0], () => source.place(at), refusal[1]);
      return null;
    }
  }
  tokens.push(...parser.end());
  return tokens;
}

function overLimit(
  stack: readonly CST.Token[],
  documents: number,
  limits: Limits,
): readonly [DiagnosticCode, string] | null {
  if (stack.length > limits.depth && stack.filter(isCollection).length > limits.depth) {
    return ["depth", `maps and lists stand more than ${limits.depth} deep inside each other`];
  }
  const top = stack.at(-1);
  const isMap =
    top?.type === "block-map" ||
    (top?.type === "flow-collection" && top.start.type === "flow-map-start");
  if (isMap && top.items.length > limits.keysPerMap + 1)
    return ["limit", `a map has more than ${limits.keysPerMap} keys`];
  if (documents > limits.documentsPerFile)
    return ["limit", `the file has more than ${limits.documentsPerFile} documents`];
  return null;
}

function isCollection({ type }: CST.Token): boolean {
  return type === "block-map" || type === "block-seq" || type === "flow-collection";
}

/** Reports the composer's errors and warnings alike; true when there was one. */
function reportSyntax(
  errors: readonly YAMLError[],
  source: SourceText,
  report: FileReport,
): boolean {
  const faults = errors.filter(({ code }) => !SAID_BEFORE.has(code));
  for (const { code, message, pos } of faults) {
    report.add(
      "yaml_syntax",
      () => source.place(pos[0]),
      syntaxMessage(message),
      SYNTAX_HINTS[code],
    );
  }
  return faults.length > 0;
}

/** The parser's message without the source it repeats after a colon, which may be long or secret. */
function syntaxMessage(message: string): string {
  return printable(message.replace(/: [^]*$/, "").slice(0, 120));
}
