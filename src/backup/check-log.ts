/** Whether the log in a copy of a state is whole: recomputed from its leaves alone. */
import { AppError } from "../errors.js";
import type { LogHead } from "../model/log.js";
import { leafHash, RootBuilder } from "../protocol/log/merkle.js";
import type { LogReader } from "../state/log/log-reader.js";

/** The head of the log. Throws AppError `log_broken` when the leaves do not make it. */
export function checkLog(log: LogReader): LogHead {
  const head = log.head();
  const builder = new RootBuilder();
  for (const { leaf } of log.entries(0, head.size)) builder.append(leafHash(leaf));
  if (builder.size === head.size && Buffer.from(builder.root()).equals(head.root)) return head;
  throw new AppError("log_broken", "the leaves of the log do not make its root");
}
