/** A world whose verification routes are asked, and what it writes down of that. */
import { onTestFinished } from "vitest";
import type { Occurrence } from "../../src/model/controller.js";
import type { Desired } from "../../src/model/desired.js";
import type { JsonObject, JsonValue } from "../../src/model/json.js";
import { isJsonObject, parseJson } from "../../src/protocol/json.js";
import { desired, treaty } from "./desired.js";
import { post } from "./posted.js";
import { Served } from "./served.js";
import { World } from "./world.js";

export const TREATY = "/recognition-treaties/verify";
export const ATTESTATION = "/attestations/verify";
export const WITH_TREATY = "/attestations/verify-with-treaty";

type Parts = Partial<Omit<Desired, "commit" | "tree">>;

/** What is applied where a test says nothing else: GLOBEX is recognised. */
const recognising = (parts: Parts): Desired =>
  desired({ treaties: [treaty("globex", "globex")], ...parts });

export class Verifying {
  readonly world: World;
  readonly served: Served;
  readonly events: Occurrence[] = [];

  private constructor(world: World, limit: number) {
    this.world = world;
    const refuse = async (): Promise<never> => {
      throw new Error("not asked for");
    };
    this.served = new Served(world, {
      limits: { verificationsPerMinute: limit },
      controls: {
        status: refuse,
        reconcile: refuse,
        suspend: refuse,
        resume: refuse,
        admin: refuse,
        act: refuse,
        record: async (written) => void this.events.push(...written),
      },
    });
    onTestFinished(async () => {
      await this.served.close();
      world.close();
    });
  }

  /** `limit` requests a minute from one address. */
  static over(parts: Parts = {}, limit = 10_000): Verifying {
    const world = new World();
    world.apply(recognising(parts));
    return new Verifying(world, limit);
  }

  apply(parts: Parts): void {
    this.world.apply(recognising(parts));
  }

  /** The body of a 200. */
  async verdict(url: string, body: JsonValue): Promise<Readonly<Record<string, unknown>>> {
    const response = await post(this.served, url, body);
    if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${response.body}`);
    return response.json();
  }

  async reason(url: string, body: JsonValue): Promise<unknown> {
    return (await this.verdict(url, body))["reason"];
  }

  /** A document of the state as it is served. */
  async stored(url: string, name: string): Promise<JsonObject> {
    const row = parseJson((await this.served.get(url)).body);
    const document = isJsonObject(row) ? row[name] : undefined;
    if (!isJsonObject(document)) throw new Error(`${url} has no ${name}`);
    return document;
  }

  /** Ours, which recognises GLOBEX. */
  async ownTreaty(): Promise<JsonObject> {
    const row = this.world.snapshot.treaties.find(({ subject }) => subject === "GLOBEX");
    return await this.stored(`/recognition-treaties/${row?.id}`, "treaty");
  }
}
