import { afterAll, describe, expect, it } from "vitest";
import { scratchFolder } from "../commands/lerl.ts";
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
});
