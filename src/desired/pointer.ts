/** JSON pointers (RFC 6901): the paths that tie values, positions and schema errors together. */

export function childPath(path: string, key: string | number): string {
  return `${path}/${typeof key === "number" ? key : escape(key)}`;
}

/** The keys of a path, in order. */
export function keysOf(path: string): readonly string[] {
  return path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A path as people write it: `/spec/publicKeys/0` is `spec.publicKeys[0]`; the root is "the document". */
export function readablePath(path: string): string {
  const text = keysOf(path)
    .map((key) => (/^[0-9]+$/.test(key) ? `[${key}]` : `.${key}`))
    .join("");
  return text === "" ? "the document" : text.replace(/^\./, "");
}

function escape(key: string): string {
  return /[~/]/.test(key) ? key.replaceAll("~", "~0").replaceAll("/", "~1") : key;
}
