/** Reads what `strace -y -xx` wrote: calls with their descriptors, paths and data. */

export interface TracedCall {
  readonly thread: string;
  readonly name: string;
  /** As they stand in the arguments. */
  readonly args: readonly Argument[];
  /** Every path that it names, also that of a descriptor. */
  readonly paths: readonly string[];
  /** Arguments that are neither, such as `O_RDWR|O_CREAT`. */
  readonly flags: string;
  /** Negative when the call failed. */
  readonly result: number;
}

export type Argument =
  | { readonly kind: "descriptor"; readonly descriptor: number; readonly path: string }
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "other"; readonly text: string };

const LINE = /^(?:(\d+) +)?(\w+)\((.*)\) += (-?\d+)/s;
const UNFINISHED = /^(?:(\d+) +)?(.*) <unfinished \.\.\.>$/s;
const RESUMED = /^(?:(\d+) +)?<\.\.\. \w+ resumed>(.*)$/s;
const ARGUMENT =
  /\s*(?:"((?:\\x[0-9a-f]{2})*)"|(-?\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2}|[^>\\])*)>|([^,]+))/g;

function bytesOf(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll("\\x", ""), "hex");
}

export class TraceReader {
  /** The first halves of calls that other threads came between. */
  readonly #halves = new Map<string, string>();

  read(text: string): readonly TracedCall[] {
    return text.split("\n").flatMap((line) => {
      const whole = this.#whole(line);
      const call = whole === null ? null : callOf(whole);
      return call === null ? [] : [call];
    });
  }

  #whole(line: string): string | null {
    const unfinished = UNFINISHED.exec(line);
    if (unfinished !== null) {
      this.#halves.set(unfinished[1] ?? "", unfinished[2] ?? "");
      return null;
    }
    const resumed = RESUMED.exec(line);
    if (resumed === null) return line;
    const [, thread = "", rest = ""] = resumed;
    return `${thread} ${this.#halves.get(thread) ?? ""}${rest}`;
  }
}

function callOf(line: string): TracedCall | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, thread = "", name = "", given = "", result = ""] = match;
  const args = argumentsOf(given);
  return {
    thread,
    name,
    args,
    paths: args.flatMap((argument) => {
      if (argument.kind === "descriptor") return [argument.path];
      // Data is no path, and may be long.
      const isPath = argument.kind === "bytes" && !name.includes("write");
      return isPath ? [argument.bytes.toString()] : [];
    }),
    flags: args.flatMap((argument) => (argument.kind === "other" ? [argument.text] : [])).join(),
    result: Number(result),
  };
}

function argumentsOf(given: string): readonly Argument[] {
  return [...given.matchAll(ARGUMENT)].flatMap(([, string, number, path, other]): Argument[] => {
    if (string !== undefined) return [{ kind: "bytes", bytes: bytesOf(string) }];
    if (number !== undefined) {
      const descriptor = number === "AT_FDCWD" ? -100 : Number(number);
      return [{ kind: "descriptor", descriptor, path: bytesOf(path ?? "").toString() }];
    }
    const text = (other ?? "").trim();
    return text === "" ? [] : [{ kind: "other", text }];
  });
}
