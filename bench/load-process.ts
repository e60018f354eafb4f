/** The process that asks: a job comes in, what came of it goes out. Any answer but 200 ends it. */
import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { loadOf, type Asked, type Job, type Load } from "./requests.js";

process.on("message", (job: Job) => void work(job));

async function work(job: Job): Promise<void> {
  process.send?.(await load(job));
}

async function load({ port, requests, connections, again, warmUpMs, forMs }: Job): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let next = 0;
  const take = (): Asked | undefined => {
    const asked = requests[again ? next % requests.length : next];
    next += 1;
    return asked;
  };
  const run = async (until: number, taken: number[]): Promise<void> => {
    while (performance.now() < until) {
      const asked = take();
      if (asked === undefined) return;
      const start = performance.now();
      await ask(port, agent, asked);
      taken.push(performance.now() - start);
    }
  };
  const measure = async (length: number): Promise<Load> => {
    const taken: number[] = [];
    const start = performance.now();
    await Promise.all(Array.from({ length: connections }, () => run(start + length, taken)));
    return loadOf(taken, performance.now() - start);
  };
  await measure(warmUpMs);
  const figures = await measure(forMs);
  agent.destroy();
  return figures;
}

async function ask(port: number, agent: Agent, asked: Asked): Promise<void> {
  const { method, path, headers, body } = asked;
  const call = request({ host: "127.0.0.1", port, method, path, headers, agent }).end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) {
    const text = (await response.setEncoding("utf8").toArray()).join("");
    throw new Error(`${method} ${path} answered ${response.statusCode}: ${text}`);
  }
  await once(response.resume(), "end");
}
