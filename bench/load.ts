/** A small load on loopback, bounded in time: keep-alive connections that each ask again once answered. */
import { Agent, request } from "node:http";

const CONNECTIONS = 4;

/** Requests a second over a second and a half, after a warm-up. */
export async function drive(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let answered = 0;
  const once = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const call = request({ port, path, headers, agent }, (response) => {
        response.on("data", () => {});
        response.on("end", () => resolve());
      });
      call.on("error", reject);
      call.end();
    });
  const run = async (until: number): Promise<void> => {
    for (; performance.now() < until; answered += 1) await once();
  };
  const measure = async (length: number): Promise<number> => {
    answered = 0;
    const start = performance.now();
    await Promise.all(Array.from({ length: CONNECTIONS }, () => run(start + length)));
    return (answered * 1_000) / (performance.now() - start);
  };
  await measure(300);
  const rate = await measure(1_500);
  agent.destroy();
  return rate;
}
