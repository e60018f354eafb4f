/** Says once, before any test of this suite runs, which reference there is, or why every test is skipped. */
import type { TestProject } from "vitest/node";
import { findReference, type Reference } from "./find-reference.js";

declare module "vitest" {
  interface ProvidedContext {
    reference: Reference;
  }
}

export function setup(project: TestProject): void {
  const reference = findReference();
  const said =
    "missing" in reference
      ? `every test is skipped: ${reference.missing}`
      : `the reference is genesis-mesh ${reference.version}`;
  process.stdout.write(`interop: ${said}\n`);
  project.provide("reference", reference);
}
