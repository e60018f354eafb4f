/** A resource as YAML text, from the lines of its spec. */
export function resource(kind: string, name: string, spec: readonly string[]): string {
  const lines = spec.map((line) => `  ${line}`);
  return `apiVersion: concordat/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n${lines.join("\n")}\n`;
}
