/** Values that may belong to one resource only: ids, keys, files. */
import type { Resource } from "../model/resources.js";
import { quoted } from "./characters.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import { standsAt } from "./resolution.js";
import type { Resolution } from "./resolution.js";

export class Owners {
  readonly #resolution: Resolution;
  readonly #code: DiagnosticCode;
  readonly #what: string;
  readonly #owners = new Map<string, Resource>();

  constructor(resolution: Resolution, code: DiagnosticCode, what: string) {
    this.#resolution = resolution;
    this.#code = code;
    this.#what = what;
  }

  /** False, and reported, when another resource has the value already. */
  add(resource: Resource, path: string, value: string): boolean {
    const owner = this.#owners.get(value) ?? resource;
    this.#owners.set(value, owner);
    if (owner === resource) return true;
    const message = `${this.#what} ${quoted(value)} belongs already to ${quoted(owner.name)} at ${standsAt(owner)}`;
    this.#resolution.report(this.#code, resource, path, message);
    return false;
  }
}
