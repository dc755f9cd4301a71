import { expect, test, vi } from "vitest";
import { App } from "../../../webview/studio/app.ts";

vi.stubGlobal("addEventListener", () => undefined);

test("a page that cannot show what it was answered says why", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const host = { postMessage: () => undefined, getState: () => null, setState: () => undefined };
  const app = new App(host, new EventTarget(), () => undefined);
  vi.spyOn(app, "request").mockResolvedValue({ runs: [] } as never);
  vi.spyOn(app.prompts, "open").mockImplementation(() => {
    throw new Error("a defect");
  });
  await app.start();
  expect(app.state.snapshot).toEqual({ status: "failed", message: "a defect" });
  expect(said).toHaveBeenCalledOnce();
  said.mockRestore();
});
