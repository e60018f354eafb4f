/** Who is at the keyboard, as the audit names them. */
import { hostname, userInfo } from "node:os";

/** `user@host`; the number of a user without a name. */
export function whoAmI(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
