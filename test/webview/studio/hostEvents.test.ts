import { expect, test, vi } from "vitest";
import { App } from "../../../webview/studio/app.ts";
import { listenToHost } from "../../../webview/studio/hostEvents.ts";

vi.stubGlobal("addEventListener", () => undefined);

/** A page's controller that hears what a host sends, without a page. */
function listening() {
  const source = new EventTarget();
  const host = { postMessage: () => undefined, getState: () => null, setState: () => undefined };
  const app = new App(host, source, () => undefined);
  listenToHost(app);
  const send = (event: string, data: unknown) =>
    source.dispatchEvent(new MessageEvent("message", { data: { kind: "event", event, data } }));
  return { app, send };
}

test("what could not be understood is said once for each kind of news", () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { app, send } = listening();
  send("runs", { runs: "none" });
  for (const { id } of app.state.notices) app.dismiss(id);
  send("runs", {});
  expect(app.state.notices).toEqual([]);
  send("document", {});
  expect(app.state.notices).toMatchObject([
    { severity: "error", text: expect.stringMatching(/about the experiment file could not be understood.*Reload/) },
  ]);
  said.mockRestore();
});
