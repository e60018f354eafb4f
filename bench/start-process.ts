/** Opens a state as `concordat serve` does, and ends with the first answer about it. */
import { randomBytes } from "node:crypto";
import { buildApp } from "../src/http/app.js";
import { openState, openStateForWriting } from "../src/state/open.js";
import { keyOf, NOW } from "./fixture.js";

const [db = ""] = process.argv.slice(2);
const log = { signer: () => keyOf("authority"), escrow: `${db}.escrow`, random: randomBytes };
const writer = openStateForWriting(db, "bench", log);
const reader = openState(db);
const app = buildApp({ reader, clock: () => NOW, requestIds: () => "bench", version: "bench" });
await app.listen({ port: 0 });
const { statusCode } = await app.inject("/connectome.json");
if (statusCode !== 200) throw new Error(`the answer was ${statusCode}`);
await app.close();
reader.close();
writer.close();
