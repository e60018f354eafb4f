/** The files of a new repository: the texts of `templates/repository/` filled in, and the schemas for editors. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TEMPLATES = packageFolder("templates/repository");
const SCHEMAS = packageFolder("schemas");

/** What stands for `{{name}}` in a template. */
export type Values = Readonly<Record<string, string>>;

/** Contents by path from the root of the repository. */
export function renderTemplates(values: Values): Map<string, string> {
  const files = new Map<string, string>();
  for (const path of filesIn(TEMPLATES, "")) {
    // npm never publishes a file called .gitignore.
    const target = path === "gitignore" ? ".gitignore" : path;
    files.set(target, fill(readFileSync(join(TEMPLATES, path), "utf8"), values));
  }
  return files;
}

/**
 * The schemas that the editor modelines point at, as `.schemas/*`: an editor needs no network and no installed package,
 * and reads the same schema in every clone.
 */
export function editorSchemas(): Map<string, string> {
  const names = readdirSync(SCHEMAS).filter((name) => name.endsWith(".schema.json"));
  return new Map(
    names.map((name) => [`.schemas/${name}`, readFileSync(join(SCHEMAS, name), "utf8")]),
  );
}

function fill(template: string, values: Values): string {
  return template.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for ${placeholder}`);
    return value;
  });
}

function filesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(root, path) : [path];
  });
}

/** `src/` and `dist/` lie at the same depth of the package. */
function packageFolder(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
