/** A controller in this process, for one request: the same code that the daemon runs. */
import { assemble } from "../controller/assemble.js";
import type { ControllerEvent, OperatorControls } from "../model/controller.js";
import { controllerOptions } from "./controller-options.js";
import type { Settings } from "./settings.js";

export interface Foreground {
  readonly settings: Settings;
  readonly version: string;
  readonly command: string;
  readonly observe: (event: ControllerEvent) => void;
}

/** Throws AppError `lock_held` while another process writes the state, and whatever `work` throws. */
export async function inForeground<T>(
  { settings, version, command, observe }: Foreground,
  work: (controls: OperatorControls) => Promise<T>,
): Promise<T> {
  const publish = async (): Promise<void> => {};
  const options = controllerOptions(settings, version, command);
  const { controller, close } = await assemble(options, { observe, publish });
  try {
    return await work(controller);
  } finally {
    await close();
  }
}
