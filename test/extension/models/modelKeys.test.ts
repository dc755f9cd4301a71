import { beforeEach, describe, expect, it } from "vitest";
import { ModelKeys } from "../../../src/extension/models/modelKeys.ts";
import { AllowedVariables } from "../../../src/extension/platform/allowedVariables.ts";
import { ApiKeys } from "../../../src/extension/platform/secrets.ts";
import { type Experiment, experimentSchema } from "../../../src/protocol/experiment.ts";
import { keysOf } from "../../../src/protocol/wantedKeys.ts";
import { host, memento, resetHost, secretStorage } from "../support/vscode.ts";

beforeEach(resetHost);

const ELSEWHERE = { provider: "openai", baseUrl: "https://models.test/v1", apiKeyVariable: "MODELS_KEY" } as const;
const environment = {
  OPENAI_API_KEY: "openai-key",
  MODELS_KEY: "models-key",
  AWS_SECRET_ACCESS_KEY: "aws-secret",
  HOME: "/home/me",
};

function rig({ stored = new ApiKeys(secretStorage()), memory = memento() } = {}) {
  const allowed = new AllowedVariables(memory);
  const modelKeys = new ModelKeys(stored, allowed, environment);
  const given = (planner: Experiment["planner"] | object, critic = {}, isAttended = true) =>
    modelKeys.given(keysOf(experimentSchema.parse({ planner, critic })), isAttended);
  return { stored, allowed, memory, given };
}

/** Questions that were asked in front of everything else. */
const questions = () => host.messages.filter(({ detail }) => detail !== undefined).map(({ message }) => message);

describe("a stored key", () => {
  it("goes with its server's origin, to that server and no other", async () => {
    const { stored, given } = rig();
    await stored.set("http://127.0.0.1:1/v1", "local-key");
    const local = { provider: "openai", baseUrl: "http://127.0.0.1:1/other" };
    const key = { origin: "http://127.0.0.1:1", key: "local-key" };
    expect(await given(local)).toEqual({ keys: [key] });
    expect(await given({ provider: "openai", baseUrl: "http://127.0.0.1:2/v1" })).toEqual({});
    expect(await given({})).toEqual({});
    // Each of two servers gets its own.
    const openAi = { origin: "https://api.openai.com", variable: "OPENAI_API_KEY", key: "openai-key" };
    expect(await given(local, { provider: "openai" })).toEqual({ keys: [key, openAi] });
  });

  it("goes before the environment's, and then nobody is asked", async () => {
    const { stored, given } = rig();
    await stored.set("https://models.test", "stored-key");
    expect(await given(ELSEWHERE)).toEqual({ keys: [{ origin: "https://models.test", key: "stored-key" }] });
    expect(questions()).toEqual([]);
  });
});

describe("a variable of the environment", () => {
  const key = { origin: "https://models.test", variable: "MODELS_KEY", key: "models-key" };

  it("is asked about once for its address, and remembered for the workspace", async () => {
    const { given, memory } = rig();
    host.answerMessage = ({ actions }) => actions[0];
    expect(await given(ELSEWHERE)).toEqual({ keys: [key] });
    expect(questions()).toEqual(["Send the environment variable MODELS_KEY to https://models.test as an API key?"]);
    expect(await given(ELSEWHERE)).toEqual({ keys: [key] });
    expect(questions()).toHaveLength(1);
    // Another window of the workspace knows; another address, and another workspace, do not.
    expect(await rig({ memory }).given(ELSEWHERE, {}, false)).toEqual({ keys: [key] });
    await given({ ...ELSEWHERE, baseUrl: "https://other.test/v1" });
    await rig().given(ELSEWHERE);
    expect(questions()).toHaveLength(3);
    expect(JSON.stringify(memory.keys().map((name) => memory.get(name)))).not.toContain("models-key");
  });

  it("goes nowhere without a yes, nor where nobody is there to be asked", async () => {
    const { given, allowed } = rig();
    await expect(given(ELSEWHERE)).rejects.toThrow(/MODELS_KEY was not allowed to go to https:\/\/models\.test/);
    expect(questions()).toHaveLength(1);
    await expect(given(ELSEWHERE, {}, false)).rejects.toThrow(/resume it by hand/);
    expect(questions()).toHaveLength(1);
    expect(allowed.all()).toEqual([]);
  });

  it("is asked about again once it is forgotten", async () => {
    const { given, allowed } = rig();
    host.answerMessage = ({ actions }) => actions[0];
    await given(ELSEWHERE);
    for (const one of allowed.all()) await allowed.forget(one);
    await given(ELSEWHERE);
    expect(questions()).toHaveLength(2);
  });

  it.each(["AWS_SECRET_ACCESS_KEY", "HOME", "GITHUB_TOKEN", "SSH_AUTH_SOCK", "Path", "npm_token", "a b"])(
    "%s is no API key: it is refused with the reason, and nobody is asked",
    async (apiKeyVariable) => {
      host.answerMessage = ({ actions }) => actions[0];
      const { given } = rig();
      await expect(given({ ...ELSEWHERE, apiKeyVariable })).rejects.toThrow(/is not the name of an API key/);
      expect(questions()).toEqual([]);
    },
  );

  it("of OpenAI goes to OpenAI without a word, and to nobody else so", async () => {
    const { given } = rig();
    expect((await given({ provider: "openai" })).keys?.[0]).toMatchObject({ origin: "https://api.openai.com" });
    expect(questions()).toEqual([]);
    const elsewhere = { ...ELSEWHERE, apiKeyVariable: "OPENAI_API_KEY" };
    await expect(given(elsewhere)).rejects.toThrow(/OPENAI_API_KEY was not allowed/);
    await expect(given({ ...elsewhere, baseUrl: "http://api.openai.com/v1" })).rejects.toThrow(/was not allowed/);
  });

  it.each(["UNSET_KEY", "__proto__", "toString"])("%s, not set, is not asked about", async (apiKeyVariable) => {
    // The engine says what is missing.
    expect(await rig().given({ ...ELSEWHERE, apiKeyVariable })).toEqual({});
    expect(questions()).toEqual([]);
  });
});
