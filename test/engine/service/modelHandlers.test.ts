import { afterAll, describe, expect, it } from "vitest";
import { scratchFolder } from "../commands/lerl.ts";
import { completion, json } from "../llm/modelServer.ts";
import { plainServer } from "../llm/plainServer.ts";
import { serviceAt } from "./serviceAt.ts";

const scratch = scratchFolder();
const { handlers } = serviceAt(scratch.path);
afterAll(() => scratch.remove());

describe("a model that is tested", () => {
  it("needs the address of its server", async () => {
    await expect(async () => handlers["models/test"]({ provider: "openai", model: "m" })).rejects.toMatchObject({
      name: "InputError",
      code: "models.base-url",
    });
  });

  it("is asked through the editor where it is one of the editor's, and what goes wrong is the result", async () => {
    const result = await handlers["models/test"]({ provider: "vscode", model: "m" });
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining("no editor") });
  });

  it("is reported where nothing listens at the address", async () => {
    const result = await handlers["models/test"]({ provider: "openai", model: "m", baseUrl: "http://127.0.0.1:9/v1" });
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining("127.0.0.1:9") });
  });

  it("is asked with the key that was given for its server, and so is the server's list; another's key is not sent", async () => {
    const { base, sent } = await plainServer((res) => json(res, 200, completion('{"categories": [1, 2]}')));
    const keysOf = async (work: () => unknown) => {
      const before = sent.length;
      await work();
      return [...new Set(sent.slice(before).map(({ headers }) => headers.authorization))];
    };
    const test = { provider: "openai", model: "m", baseUrl: base } as const;
    const key = "sk-test-0123456789";
    for (const [origin, sends] of [
      [new URL(base).origin, `Bearer ${key}`],
      ["http://127.0.0.1:9", undefined],
    ] as const) {
      const keys = [{ origin, key }];
      expect(await keysOf(() => handlers["models/test"]({ ...test, keys }))).toEqual([sends]);
      expect(await keysOf(() => handlers["models/detect"]({ baseUrl: base, keys }))).toEqual([sends]);
    }
    expect(await keysOf(() => handlers["models/test"](test))).toEqual([undefined]);
    expect(await keysOf(() => handlers["models/detect"]({ baseUrl: base }))).toEqual([undefined]);
  });
});
