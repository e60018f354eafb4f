/** What git and a remote complain of, made fit for a message: one line, no secrets, no control characters. */

const MAX_LENGTH = 300;
/** Git's own words. Lines that begin with `remote:` are the remote's. */
const OWN = /^(?:fatal|error|ssh|Host key|.*[Pp]ermission denied)/;

/** The line of `stderr` that says most about why git failed. */
export function complaintOf(stderr: string, secrets: readonly string[]): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const line = lines.find((each) => OWN.test(each)) ?? lines[0] ?? "it does not say why";
  let text = line;
  for (const secret of secrets) text = text.replaceAll(secret, "[secret]");
  return text
    .replace(/(?<=\/\/)[^/\s@]*@/g, "")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?")
    .replace(/^(?:fatal|error): /, "")
    .slice(0, MAX_LENGTH);
}
