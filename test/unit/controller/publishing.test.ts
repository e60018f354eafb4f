import { expect, test } from "vitest";
import { onceEach } from "../../../src/controller/publishing.js";

test("each generation is built once, and none that is built already", async () => {
  const built: number[] = [];
  const publish = onceEach(async (generation) => void built.push(generation), 3);
  for (const generation of [3, 4, 4, 5]) await publish(generation);
  expect(built).toEqual([4, 5]);
});
