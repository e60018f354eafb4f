/** Who is at the keyboard, as the audit names them. */
import { hostname, userInfo } from "node:os";

const NAME = /^[A-Za-z_][A-Za-z0-9_.@-]{0,63}$/;

/**
 * `user@host`, the number of a user without a name; `user@host as service` for whoever became the service's user by sudo, as
 * docs/operations.md has it. It is what the caller says: who may call at all is for the socket's file to decide.
 */
export function whoAmI(environment: NodeJS.ProcessEnv = process.env): string {
  const user = userName();
  const caller = environment["SUDO_USER"] ?? "";
  if (!NAME.test(caller) || caller === user) return `${user}@${hostname()}`;
  return `${caller}@${hostname()} as ${user}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
