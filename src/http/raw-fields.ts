/** Header fields as they came: of several with one name node may keep the first alone, and a proxy may have gone by another. */
import type { IncomingMessage } from "node:http";

/** How often a field stands in a request; `name` in lower case. */
export function countFields({ rawHeaders }: IncomingMessage, name: string): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const field = rawHeaders[at];
    if (field?.length === name.length && field.toLowerCase() === name) count += 1;
  }
  return count;
}
