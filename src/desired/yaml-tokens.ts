/** Text to YAML tokens, refusing what is too deep, too wide or not plain YAML as soon as it is met. */
import { CST, Lexer, Parser } from "yaml";
import { quoted } from "./characters.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import type { FileReport } from "./file-report.js";
import type { Limits } from "./limits.js";
import type { SourceText } from "./source-text.js";
import { syntaxMessage } from "./syntax-message.js";

const FORBIDDEN: Readonly<Record<string, readonly [DiagnosticCode, string]>> = {
  "&": ["alias_forbidden", "anchors are refused"],
  "*": ["alias_forbidden", "aliases are refused"],
  "!": ["tag_forbidden", "tags are refused"],
  "%": ["directive_forbidden", "directives are refused"],
};

/**
 * The tokens of a text for the composer; null when it is refused whole. Depth is counted on the parser's own stack, so
 * a deep text is refused at the level that is too deep: composing it can abort the process (docs/threats.md Y1).
 */
export function tokenize(
  source: SourceText,
  limits: Limits,
  report: FileReport,
): readonly CST.Token[] | null {
  const tokenizer = new Tokenizer(source, limits, report);
  return tokenizer.run() ? tokenizer.tokens : null;
}

class Tokenizer {
  readonly tokens: CST.Token[] = [];
  readonly #source: SourceText;
  readonly #limits: Limits;
  readonly #report: FileReport;
  readonly #parser = new Parser();
  #documents = 0;
  #isRefused = false;

  constructor(source: SourceText, limits: Limits, report: FileReport) {
    this.#source = source;
    this.#limits = limits;
    this.#report = report;
  }

  /** False when the text is refused. */
  run(): boolean {
    let isScalar = false;
    for (const lexeme of new Lexer().lex(this.#source.text)) {
      const at = this.#parser.offset;
      if (!isScalar) this.#checkLexeme(lexeme, at);
      // The lexer announces the text of a plain or block scalar with a marker of its own.
      isScalar = lexeme === CST.SCALAR;
      for (const token of this.#parser.next(lexeme)) this.#take(token);
      this.#checkSize(at);
      // A hostile text can hold a fault in every character; nobody reads that many.
      if (this.#isRefused || this.#report.isFull) return false;
    }
    for (const token of this.#parser.end()) this.#take(token);
    return !this.#isRefused;
  }

  #take(token: CST.Token): void {
    if (token.type === "error") {
      this.#report.add(
        "yaml_syntax",
        () => this.#source.place(token.offset),
        syntaxMessage(token.message),
      );
      return;
    }
    this.tokens.push(token);
    if (token.type !== "document") return;
    this.#documents += 1;
    const { documentsPerFile } = this.#limits;
    if (this.#documents > documentsPerFile)
      this.#refuse("limit", token.offset, `the file has more than ${documentsPerFile} documents`);
  }

  #checkLexeme(lexeme: string, at: number): void {
    const forbidden = FORBIDDEN[lexeme.charAt(0)];
    if (forbidden === undefined) return;
    const [code, message] = forbidden;
    this.#report.add(code, () => this.#source.place(at), `${message}: ${quoted(lexeme)}`);
  }

  #checkSize(at: number): void {
    const { stack } = this.#parser;
    const { depth, keysPerMap } = this.#limits;
    // Besides collections the stack holds the document and a scalar, so a short stack needs no counting.
    if (stack.length > depth && stack.filter(isCollection).length > depth) {
      this.#refuse("depth", at, `maps and lists stand more than ${depth} deep inside each other`);
    }
    const top = stack.at(-1);
    // The last item is the one that is being read, which may turn out to be the space after the last key.
    if (top !== undefined && isMap(top) && top.items.length > keysPerMap + 1) {
      this.#refuse("limit", at, `a map has more than ${keysPerMap} keys`);
    }
  }

  #refuse(code: DiagnosticCode, at: number, message: string): void {
    this.#isRefused = true;
    this.#report.add(code, () => this.#source.place(at), message);
  }
}

function isCollection({ type }: CST.Token): boolean {
  return type === "block-map" || type === "block-seq" || type === "flow-collection";
}

function isMap(token: CST.Token): token is CST.BlockMap | CST.FlowCollection {
  return (
    token.type === "block-map" ||
    (token.type === "flow-collection" && token.start.type === "flow-map-start")
  );
}
