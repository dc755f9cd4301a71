import { describe, expect, it } from "vitest";
import { keyFor, keyForTrial, plannerServersOf, serversOf } from "../../../src/extension/models/modelKeys.ts";
import { ApiKeys } from "../../../src/extension/platform/secrets.ts";
import type { Experiment } from "../../../src/protocol/experiment.ts";
import { parseExperiment } from "../../../src/protocol/parseExperiment.ts";
import { secretStorage } from "../support/vscode.ts";

const keys = () => new ApiKeys(secretStorage());

function experiment(document: object): Experiment {
  const parsed = parseExperiment(JSON.stringify(document));
  if (parsed.ok) return parsed.value;
  throw new Error(JSON.stringify(parsed.problems));
}

const local = { provider: "openai", baseUrl: "http://127.0.0.1:1/v1" } as const;

describe("the key of a run", () => {
  it("go with a run to the server it asks, and to no other", async () => {
    const stored = keys();
    await stored.set("https://api.openai.com/v1", "openai-key");
    expect(await keyFor(experiment({ planner: { provider: "openai" } }), stored)).toBe("openai-key");
    expect(await keyFor(experiment({ planner: local }), stored)).toBeUndefined();
    expect(await keyFor(experiment({}), stored)).toBeUndefined();
  });

  it("are refused where planner and critic ask two servers and one of them has a key", async () => {
    const stored = keys();
    await stored.set("https://api.openai.com/v1", "openai-key");
    const both = experiment({ planner: local, critic: { provider: "openai" } });
    expect(serversOf(both)).toEqual([local.baseUrl, "https://api.openai.com/v1"]);
    await expect(keyFor(both, stored)).rejects.toThrow(/different servers/);
    expect(await keyFor(both, keys())).toBeUndefined();
  });
});

describe("the key of a trial", () => {
  it("is that of the planners it asks: a critic is not asked", async () => {
    const stored = keys();
    await stored.set(local.baseUrl, "local-key");
    const words = experiment({ planner: local, critic: { provider: "openai" } });
    const offline = experiment({ critic: local });
    expect(plannerServersOf([words, offline])).toEqual([local.baseUrl]);
    expect(await keyForTrial(plannerServersOf([words, offline]), stored)).toBe("local-key");
    expect(await keyForTrial([], stored)).toBeUndefined();
  });

  it("is refused where one of its servers must not see it", async () => {
    const stored = keys();
    await stored.set(local.baseUrl, "local-key");
    const servers = plannerServersOf([experiment({ planner: local }), experiment({ planner: { provider: "openai" } })]);
    await expect(keyForTrial(servers, stored)).rejects.toThrow(/different servers/);
    expect(await keyForTrial(servers, keys())).toBeUndefined();
  });
});
