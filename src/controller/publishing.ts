/** Has each generation built once, whoever asks for it. */
import type { ControllerPorts } from "./ports.js";

type Publish = ControllerPorts["publish"];

/** `served` is the generation that is built already. */
export function onceEach(publish: Publish, served: number): Publish {
  let last = served;
  return async (generation) => {
    if (generation === last) return;
    last = generation;
    await publish(generation);
  };
}
