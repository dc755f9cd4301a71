import { afterEach, expect, test, vi } from "vitest";
import { Messenger } from "../../../webview/shared/messenger.ts";

function connect() {
  const posted: { id: number; method: string }[] = [];
  const source = new EventTarget();
  const messenger = new Messenger(
    {
      postMessage: (message) => void posted.push(message as { id: number; method: string }),
      getState: () => null,
      setState: () => undefined,
    },
    source,
  );
  const receive = (data: unknown) => source.dispatchEvent(new MessageEvent("message", { data }));
  return { messenger, posted, receive };
}

afterEach(() => {
  vi.useRealTimers();
});

test("answers reach their requests, in whatever order they come", async () => {
  const { messenger, posted, receive } = connect();
  const first = messenger.request("openText", {});
  const second = messenger.request("saveFile", { name: "a", content: "", encoding: "utf8" });
  receive({ kind: "response", id: posted[1]?.id, result: { saved: true } });
  receive({ kind: "response", id: posted[0]?.id, result: null });
  expect(await first).toBeNull();
  expect(await second).toEqual({ saved: true });
});

test("a failure reaches the caller with its message", async () => {
  const { messenger, posted, receive } = connect();
  const asked = messenger.request("run", {});
  receive({ kind: "failure", id: posted[0]?.id, message: "The engine is not available." });
  await expect(asked).rejects.toThrow("The engine is not available.");
});

test("silence is a failure, too, and a late answer is ignored", async () => {
  vi.useFakeTimers();
  const { messenger, posted, receive } = connect();
  const asked = messenger.request("openText", {});
  const outcome = expect(asked).rejects.toThrow(/No answer to "openText" within 20 s/);
  await vi.advanceTimersByTimeAsync(20_001);
  await outcome;
  receive({ kind: "response", id: posted[0]?.id, result: null });
});

test("an answer that does not fit is a failure that names the request and the place", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { messenger, posted, receive } = connect();
  const asked = messenger.request("saveFile", { name: "a", content: "", encoding: "utf8" });
  receive({ kind: "response", id: posted[0]?.id, result: { saved: "yes" } });
  await expect(asked).rejects.toThrow(
    /do not understand each other \(saveFile: result\.saved: expected boolean\)\. Reload the window/,
  );
  expect(said).toHaveBeenCalledExactlyOnceWith("saveFile: result.saved: expected boolean");
  said.mockRestore();
});

test("an event that does not fit is named, reaches no listener of it, and those after it are heard", () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { messenger, receive } = connect();
  const heard: unknown[] = [];
  const misfits: string[] = [];
  messenger.on("engine", (state) => void heard.push(state));
  messenger.onMisfit((event) => void misfits.push(event));
  receive({ kind: "event", event: "engine", data: { state: "unavailable" } });
  receive({ kind: "event", event: "fromTheFuture", data: 1 });
  receive({ kind: "failure", id: "one", message: "no" });
  receive({ kind: "event", event: "engine", data: { state: "ready" } });
  expect(heard).toEqual([{ state: "ready" }]);
  expect(misfits).toEqual(["engine"]);
  expect(said.mock.calls).toEqual([["engine: data.message: expected string"], ["host: message.id: expected number"]]);
  said.mockRestore();
});

test("events reach every listener; messages of others are left alone", () => {
  const { messenger, receive } = connect();
  const heard: boolean[] = [];
  messenger.on("trust", ({ trusted }) => void heard.push(trusted));
  messenger.on("trust", ({ trusted }) => void heard.push(!trusted));
  receive({ kind: "event", event: "trust", data: { trusted: true } });
  receive("something else");
  receive(undefined);
  expect(heard).toEqual([true, false]);
});
