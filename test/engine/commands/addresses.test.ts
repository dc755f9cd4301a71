/** Addresses that hold a secret are refused wherever they come in, before anything is written or asked, and never repeated. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { parseExperiment } from "../../../src/protocol/parseExperiment.ts";
import { addressProblem } from "../../../src/protocol/serverAddress.ts";
import { serviceAt } from "../service/serviceAt.ts";
import { lerl, scratchFolder, tinyExperiment, writeExperiment } from "./lerl.ts";
import { plannerPrompt } from "./modelWorld.ts";

const SECRET = "sk-secret-0123456789";
const addresses = {
  password: `http://me:${SECRET}@127.0.0.1:1/v1`,
  "password without http://": `me:${SECRET}@127.0.0.1:1/v1`,
  "user name": `http://${SECRET}@127.0.0.1:1/v1`,
  key: `http://127.0.0.1:1/v1?key=${SECRET}`,
  "key in place of Azure's version": `http://127.0.0.1:1/v1?api-version=${SECRET}`,
  "key beside Azure's version": `http://127.0.0.1:1/v1?api-version=1&code=${SECRET}`,
  "bare query": `http://127.0.0.1:1/v1?${SECRET}`,
  fragment: `http://127.0.0.1:1/v1#${SECRET}`,
};
const hostile = addresses.password;
const scratch = scratchFolder();
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(scratch.path, "w-"));
  writeFileSync(join(folder, "planner.lerl.md"), plannerPrompt);
});
afterAll(scratch.remove);

/** Refused in words, with nothing left beside the files that were there, and the secret in none but those. */
async function refused(args: readonly string[], code = 2): Promise<void> {
  const before = readdirSync(folder, { recursive: true });
  const { code: ended, out, err } = await lerl(args, folder);
  expect(ended, err).toBe(code);
  expect(out + err).toMatch(/the address|The address/);
  expect(out + err).toMatch(/apiKeyVariable/);
  expect(out + err).not.toContain(SECRET);
  expect(readdirSync(folder, { recursive: true })).toEqual(before);
}

describe("an address that holds a secret is refused", () => {
  const planner = (baseUrl: string) => ({ ...tinyExperiment, planner: { provider: "openai", baseUrl, model: "m" } });

  it.each(Object.entries(addresses))("with a %s", (_, baseUrl) => {
    expect(addressProblem(baseUrl)).toMatch(/^the address holds /);
    expect(addressProblem(baseUrl)).not.toContain(SECRET);
    const parsed = parseExperiment(JSON.stringify(planner(baseUrl)));
    expect(parsed).toMatchObject({ ok: false, problems: [{ path: "planner.baseUrl" }] });
    expect(JSON.stringify(parsed)).not.toContain(SECRET);
  });

  it("also where it stands in the wrong place", () => {
    for (const wrong of [
      { planner: hostile },
      { planner: { baseUrl: [hostile] } },
      { planner: { model: [hostile] } },
    ]) {
      expect(JSON.stringify(parseExperiment(JSON.stringify(wrong)))).not.toContain(SECRET);
    }
  });

  it("in an experiment", () => refused(["run", writeExperiment(folder, planner(hostile)), "--out", "run"]));

  it("by --set", async () => {
    const file = writeExperiment(folder);
    await refused(["run", file, "--set", "planner.provider=openai", "--set", `planner.baseUrl=${hostile}`]);
  });

  it("in a suite", async () => {
    writeExperiment(folder);
    const variants = [{ name: "a", set: { "planner.provider": "openai", "planner.baseUrl": hostile } }, { name: "b" }];
    const suite = { name: "S", experiment: "tiny.lerl.json", seeds: [1], sessions: 4, variants };
    writeFileSync(join(folder, "s.suite.json"), JSON.stringify(suite));
    await refused(["suite", "run", "s.suite.json"]);
  });

  it("in a trial, and by --base-url", async () => {
    writeExperiment(folder);
    const contenders = [{ plan: "round-robin" }, { prompt: "planner.lerl.md", baseUrl: hostile, model: "m" }];
    const trial = { name: "T", base: "tiny.lerl.json", contenders, sessions: 4 };
    writeFileSync(join(folder, "t.trial.json"), JSON.stringify(trial));
    await refused(["trial", "t.trial.json"]);
    await refused(["trial", "tiny.lerl.json", "--prompt", "planner.lerl.md", "--model", "m", "--base-url", hostile]);
  });

  it("by doctor", () => refused(["doctor", "--server", hostile]));

  it("by the editor's questions for models", async () => {
    const { handlers, notified, stop } = serviceAt(folder);
    const detected = await handlers["models/detect"]({ baseUrl: hostile }).catch((error: unknown) => error);
    const tested = await handlers["models/test"]({ provider: "openai", baseUrl: hostile, model: "m" });
    for (const said of [String(detected), JSON.stringify(tested)]) {
      expect(said).toContain("a user name or password");
      expect(said).not.toContain(SECRET);
    }
    expect(JSON.stringify(notified)).not.toContain(SECRET);
    await stop();
  });
});

it("an address of Azure with its version is taken, and a refused one is not quoted in a file's problems", () => {
  expect(addressProblem("https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21")).toBeUndefined();
  const file = writeExperiment(folder, { planner: { baseUrl: "ftp://h.test" } });
  const parsed = parseExperiment(readFileSync(file, "utf8"));
  expect(parsed).toMatchObject({
    problems: [{ message: expect.stringMatching(/^the value is not allowed; expected an address/) }],
  });
});
