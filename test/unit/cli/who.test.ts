import { hostname, userInfo } from "node:os";
import { expect, test } from "vitest";
import { whoAmI } from "../../../src/cli/who.js";

const SELF = `${userInfo().username}@${hostname()}`;

test("whoever became another user by sudo is named with both", () => {
  expect(whoAmI({ SUDO_USER: "somebody-else" })).toBe(
    `somebody-else@${hostname()} as ${userInfo().username}`,
  );
});

test.each([
  {},
  { SUDO_USER: "" },
  { SUDO_USER: userInfo().username },
  { SUDO_USER: "a\u001b[31m" },
])("nobody else is named by %j", (environment) => {
  expect(whoAmI(environment)).toBe(SELF);
});
