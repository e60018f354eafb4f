/** Names of branches, made of whatever an incident is about. Pure. */

/** The part of a name that may stand in the name of a branch. */
export function branchName(text: string): string {
  return (
    text
      .replaceAll(/[^A-Za-z0-9-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 48) || "unnamed"
  );
}
