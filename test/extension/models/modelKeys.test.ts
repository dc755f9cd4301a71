import { describe, expect, it } from "vitest";
import { keyFor, serversOf } from "../../../src/extension/models/modelKeys.ts";
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
