import { beforeEach, describe, expect, it } from "vitest";
import type { LanguageModelChat, LanguageModelChatResponse } from "vscode";
import { EditorModels } from "../../../src/extension/models/editorModels.ts";
import { CancellationTokenSource, host, LanguageModelError, partly, resetHost } from "../support/vscode.ts";

const token = () => new CancellationTokenSource().token;
const question = (model: string) => ({ model, messages: [{ role: "user" as const, content: "Plan." }] });

/** A model whose answers wait until they are let go. */
function model() {
  const waiting: (() => void)[] = [];
  let open = 0;
  let most = 0;
  host.models.push(
    partly<LanguageModelChat>({
      id: "x",
      vendor: "acme",
      name: "Acme X",
      sendRequest: async () => {
        most = Math.max(most, ++open);
        await new Promise<void>((go) => waiting.push(go));
        open--;
        const text = (async function* () {
          yield '{"categories"';
          yield ": [1]}";
        })();
        return partly<LanguageModelChatResponse>({ text });
      },
    }),
  );
  return { waiting, most: () => most };
}

/** `unasked`: VS Code has not asked the user for permission yet. */
const models = (permission: "given" | "unasked" = "given") =>
  new EditorModels({ canSendRequest: () => (permission === "given" ? true : undefined) });

const settle = () => new Promise((wake) => setTimeout(wake, 5));

beforeEach(resetHost);

describe("the editor's models", () => {
  it("answer with their whole text, by id or by vendor and id", async () => {
    const { waiting } = model();
    const asked = models();
    const answers = Promise.all([asked.ask(question("x"), token()), asked.ask(question("acme/x"), token())]);
    await settle();
    for (const go of waiting) go();
    expect(await answers).toEqual(Array(2).fill({ text: '{"categories": [1]}', model: "acme/x" }));
  });

  it("are asked two questions at once by default, the others wait", async () => {
    const { waiting, most } = model();
    const asked = models();
    const answers = Promise.all(Array.from({ length: 5 }, () => asked.ask(question("x"), token())));
    for (let answered = 0; answered < 5; answered++) {
      await settle();
      waiting.shift()?.();
    }
    await answers;
    expect(most()).toBe(2);
  });

  it("are asked no more often than the limit allows, until the next action of the user", async () => {
    host.settings.set("lerl.models.editorCallLimit", 1);
    const { waiting } = model();
    const asked = models();
    const first = asked.ask(question("x"), token());
    await expect(asked.ask(question("x"), token())).rejects.toThrow(/editorCallLimit/);
    await settle();
    waiting.shift()?.();
    await first;
    asked.consent();
    const second = asked.ask(question("x"), token());
    await settle();
    waiting.shift()?.();
    await second;
  });

  it("are not asked for the first time without an action of the user", async () => {
    const { waiting } = model();
    const asked = models("unasked");
    await expect(asked.ask(question("x"), token())).rejects.toThrow(/not allowed yet/);
    asked.consent();
    const answer = asked.ask(question("x"), token());
    await settle();
    waiting.shift()?.();
    await answer;
  });

  it("that do not exist or refuse are named with what there is", async () => {
    await expect(models().ask(question("y"), token())).rejects.toThrow(/no model "y", nor any other/);
    model();
    await expect(models().ask(question("y"), token())).rejects.toThrow(/it has acme\/x/);
    host.models = [
      partly<LanguageModelChat>({
        id: "z",
        vendor: "v",
        name: "Z",
        sendRequest: () => Promise.reject(new LanguageModelError("over quota")),
      }),
    ];
    await expect(models().ask(question("z"), token())).rejects.toThrow("over quota");
  });
});

it("cuts off a reply that does not end, and ends it at the model too", async () => {
  let isCancelled = false;
  host.models.push(
    partly<LanguageModelChat>({
      id: "endless",
      vendor: "acme",
      name: "Endless",
      sendRequest: async (_messages, _options, cancellation) => {
        cancellation?.onCancellationRequested(() => {
          isCancelled = true;
        });
        const text = (async function* () {
          for (;;) yield "blah ".repeat(1000);
        })();
        return partly<LanguageModelChatResponse>({ text });
      },
    }),
  );
  const { text } = await models().ask(question("endless"), token());
  expect(text.length).toBeLessThan(1_010_000);
  expect(isCancelled).toBe(true);
});
