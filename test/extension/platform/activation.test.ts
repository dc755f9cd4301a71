import { expect, it } from "vitest";

it("activation loads no schema library: what checks messages and documents comes with its first use", async () => {
  await import("../../../src/extension/extension.ts");
  expect("__zod_globalConfig" in globalThis).toBe(false);
  await import("../../../src/protocol/engine.ts");
  expect("__zod_globalConfig" in globalThis).toBe(true);
});
