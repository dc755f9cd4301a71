import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newExperiment } from "../../../src/extension/experiments/newExperiment.ts";
import { templates } from "../../../src/extension/experiments/templates.ts";
import { parseExperiment } from "../../../src/protocol/parseExperiment.ts";
import { parseSuite } from "../../../src/protocol/suite.ts";
import { host, resetHost, Uri, window } from "../support/vscode.ts";

const root = Uri.file(resolve(import.meta.dirname, "../../.."));
const nobody = { request: async (): Promise<never> => Promise.reject(new Error("nothing is to be asked")) };
const begin = (): Promise<void> =>
  newExperiment({
    extensionUri: root,
    engine: nobody,
    log: window.createOutputChannel("LERL", { log: true }),
    pages: { show: () => nobody.request() },
  });
let folder: string;

beforeEach(() => {
  resetHost();
  folder = mkdtempSync(join(tmpdir(), "lerl-new-"));
  host.folders.push({ uri: Uri.file(folder), name: "w", index: 0 });
  host.answerInput = ({ value }) => value;
});

afterEach(() => rmSync(folder, { recursive: true }));

const choose = (...labels: readonly string[]) => {
  const left = [...labels];
  host.answerPick = (items) => {
    const label = left.shift();
    return items.find((item) => item.label.startsWith(label ?? "?"));
  };
};

describe("New Experiment", () => {
  for (const { id, label, example, data } of templates()) {
    it(`${label}: writes files that are valid as they are, with the prompts beside them`, async () => {
      choose(label, "Later");
      await begin();
      const kind = example.endsWith(".suite.json") ? "suite" : "lerl";
      const text = readFileSync(join(folder, id, `${id}.${kind}.json`), "utf8");
      const parsed = kind === "suite" ? parseSuite(text) : parseExperiment(text);
      expect(parsed).toMatchObject({ ok: true });
      const names = readdirSync(join(folder, id));
      expect(names).toContain("planner.lerl.md");
      expect(names).toContain("critic.lerl.md");
      if (kind === "suite" && parsed.ok && "experiment" in parsed.value)
        expect(names).toContain(parsed.value.experiment);
      if (data && parsed.ok && "dataset" in parsed.value) {
        expect(JSON.stringify(parsed.value.dataset)).toContain(data.placeholder);
        expect(parsed.value.dataset.kind).toBe(id);
      }
      const [refreshed, opened] = host.executed.slice(-2);
      expect(refreshed?.command).toBe("lerl.refreshExperiments");
      expect(opened?.command).toBe(kind === "suite" ? "vscode.open" : "lerl.openStudio");
    });
  }

  it("takes a free name and writes the settings for new experiments into the file", async () => {
    host.settings.set("lerl.newExperiment.provider", "openai");
    host.settings.set("lerl.newExperiment.baseUrl", "http://127.0.0.1:11434/v1");
    host.settings.set("lerl.newExperiment.maxCalls", 50);
    choose("Quickstart");
    await begin();
    choose("Quickstart");
    await begin();
    const parsed = parseExperiment(readFileSync(join(folder, "quickstart-2", "quickstart.lerl.json"), "utf8"));
    expect(parsed).toMatchObject({
      ok: true,
      value: { planner: { provider: "openai", baseUrl: "http://127.0.0.1:11434/v1" }, models: { maxCalls: 50 } },
    });
  });

  it("writes nothing when a question is dismissed", async () => {
    choose("MovieLens");
    await begin();
    host.answerInput = () => undefined;
    choose("Quickstart");
    await begin();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("wants a folder to write into", async () => {
    host.folders = [];
    await expect(begin()).rejects.toThrow(/Open a folder first/);
  });
});
