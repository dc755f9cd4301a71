import { expect, it } from "vitest";
import { checkResult } from "../../../src/protocol/contract.ts";
import { engineRequests } from "../../../src/protocol/engine.ts";
import { keptWorkspace, paths } from "../upkeep/keptWorkspace.ts";
import { serviceAt } from "./serviceAt.ts";

it("answers with what .lerl holds, in the contract's terms", async () => {
  const service = serviceAt(keptWorkspace());
  const items = await service.handlers["storage/list"]({});
  expect(checkResult(engineRequests, "storage/list", items)).toEqual(items);
  expect(items.map(({ path }) => path).sort()).toEqual(Object.values(paths).sort());
  await service.stop();
});
