/** Who makes a commit: the user's own identity, or ours where none is set. */
import { userSetting } from "./user-setting.js";

const FALLBACK = { name: "Concordat", email: "concordat@localhost" };

export async function identity(): Promise<{ readonly name: string; readonly email: string }> {
  const [names, emails] = await Promise.all([userSetting("user.name"), userSetting("user.email")]);
  const [name, email] = [names.at(-1), emails.at(-1)];
  return name && email ? { name, email } : FALLBACK;
}
