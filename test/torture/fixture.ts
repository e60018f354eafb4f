/** What each scenario begins with, made once and copied for every fault. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scenario } from "./scenario.js";

export class Fixtures {
  readonly #root = mkdtempSync(join(tmpdir(), "concordat-torture-"));
  readonly #made = new Map<string, Promise<string>>();
  #copies = 0;

  /** A folder of its own for one fault. */
  async copy(scenario: Scenario): Promise<string> {
    const original = await this.#original(scenario);
    const folder = this.empty();
    cpSync(original, folder, { recursive: true, preserveTimestamps: true });
    return folder;
  }

  /** The path of a folder that is not there yet. */
  empty(): string {
    return join(this.#root, `case-${(this.#copies += 1)}`);
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  async #original(scenario: Scenario): Promise<string> {
    const made = this.#made.get(scenario.name) ?? this.#make(scenario);
    this.#made.set(scenario.name, made);
    return await made;
  }

  async #make(scenario: Scenario): Promise<string> {
    const folder = mkdtempSync(join(this.#root, "original-"));
    await scenario.prepare(folder);
    return folder;
  }
}
