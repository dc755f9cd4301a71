import { beforeEach, expect, it } from "vitest";
import { EngineInputError } from "../../../src/extension/engine/engineErrors.ts";
import { offerTakeOver } from "../../../src/extension/engine/takeOver.ts";
import { host, resetHost } from "../support/vscode.ts";

const elsewhere = new EngineInputError('process 7 on "lab-3" has had this folder open.', "store.locked-elsewhere");
let asked: boolean[] = [];
const resume = async (takeOver: boolean): Promise<string> => {
  asked.push(takeOver);
  if (!takeOver) throw elsewhere;
  return "resumed";
};

beforeEach(() => {
  resetHost();
  asked = [];
});

it("a folder whose owner cannot be judged is taken over by a person who says so", async () => {
  host.answerMessage = () => "Take Over";
  expect(await offerTakeOver(resume)).toBe("resumed");
  expect(asked).toEqual([false, true]);
  expect(host.messages).toMatchObject([
    {
      severity: "warning",
      message: elsewhere.message,
      actions: ["Take Over"],
      detail: expect.stringContaining("gone"),
    },
  ]);
});

it("and by nobody else: the error stays as it was", async () => {
  await expect(offerTakeOver(resume)).rejects.toBe(elsewhere);
  expect(asked).toEqual([false]);
});

it("is not offered where the owner runs, or while it shows itself", async () => {
  const locked = new EngineInputError("process 7 has had this folder open.", "store.locked");
  await expect(offerTakeOver(() => Promise.reject(locked))).rejects.toBe(locked);
  expect(host.messages).toEqual([]);
});
