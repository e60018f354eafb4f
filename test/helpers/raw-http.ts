/** HTTP as bytes on real sockets, for clients that no library would be. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export class RawClient {
  readonly socket: Socket;
  #text = "";
  #isOver = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("latin1").on("data", (text: string) => (this.#text += text));
    // A connection that is cut off is what some tests wait for.
    socket.on("error", () => {});
    socket.once("close", () => (this.#isOver = true));
    onTestFinished(() => void socket.destroy());
  }

  /** Connects to the port of an origin; `from` is one of this machine's own addresses. */
  static async connect(origin: string, from = "127.0.0.1"): Promise<RawClient> {
    const { port } = new URL(origin);
    const socket = connect({ port: Number(port), host: "127.0.0.1", localAddress: from });
    const client = new RawClient(socket);
    await Promise.race([once(socket, "connect"), once(socket, "close")]);
    return client;
  }

  /** One byte for each character. */
  write(text: string): void {
    if (!this.socket.destroyed) this.socket.write(text, "latin1");
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What came so far. */
  get text(): string {
    return this.#text;
  }

  /** Waits for the connection's end, and gives what came. */
  async ended(): Promise<string> {
    if (!this.#isOver) await once(this.socket, "close");
    return this.#text;
  }
}

/** Sends bytes, which must ask for the connection's end, and gives the one answer. */
export async function exchange(origin: string, bytes: string, from?: string): Promise<RawAnswer> {
  const client = await RawClient.connect(origin, from);
  client.write(bytes);
  const text = await client.ended();
  const end = text.indexOf("\r\n\r\n");
  const head = text.slice(0, end).toLowerCase();
  return { status: Number(head.split(" ")[1]), head, body: text.slice(end + 4) };
}

/** The code in the envelope of a refusal; null for another body. */
export function codeOf({ body }: RawAnswer): string | null {
  try {
    const value: unknown = JSON.parse(body);
    const code: unknown = Reflect.get(Object(Reflect.get(Object(value), "error")), "code");
    return typeof code === "string" ? code : null;
  } catch {
    return null;
  }
}
