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
      message: expect.stringContaining("Take it over?"),
      actions: ["Take Over"],
      detail: expect.stringMatching(/only if that process is gone[\s\S]*process 7 on "lab-3"/),
    },
  ]);
});

it("and by nobody else: a short word says that nothing was done", async () => {
  await expect(offerTakeOver(resume)).rejects.toMatchObject({ message: expect.stringContaining("Nothing was done") });
  expect(asked).toEqual([false]);
});

it("is not offered where the owner runs, or while it shows itself", async () => {
  const locked = new EngineInputError("process 7 has had this folder open.", "store.locked");
  await expect(offerTakeOver(() => Promise.reject(locked))).rejects.toBe(locked);
  expect(host.messages).toEqual([]);
});
