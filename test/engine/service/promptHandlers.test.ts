import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { RenderPrompt } from "../../../src/protocol/engine.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { criticPrompt, plannerPrompt } from "../commands/modelWorld.ts";
import { workshop } from "../runs/workshop.ts";
import { serviceAt } from "./serviceAt.ts";

const scratch = scratchFolder();
const { handlers } = serviceAt(scratch.path);
afterAll(() => scratch.remove());

const render = (more: Partial<RenderPrompt> = {}) =>
  handlers["prompts/render"]({
    experimentFile: join(scratch.path, "x.lerl.json"),
    experimentText: JSON.stringify(tinyExperiment),
    role: "planner",
    promptText: plannerPrompt,
    ...more,
  });

const textOf = ({ messages }: Awaited<ReturnType<typeof render>>): string =>
  messages.map(({ content }) => content).join("\n");

describe("a prompt that is rendered", () => {
  it("is what the planner or the critic would be sent", async () => {
    const { messages, tokensEstimate, variables } = await render();
    expect(messages.at(-1)?.role).toBe("user");
    expect(messages.map(({ content }) => content).join()).not.toContain("{{");
    expect(tokensEstimate).toBeGreaterThan(50);
    expect(Object.keys(variables)).toContain("slateSize");
    expect(textOf(await render({ role: "critic", promptText: criticPrompt }))).not.toContain("{{");
  });

  it("shows the session of the user and as many steps as asked for", async () => {
    const [first, same, other, later] = [
      await render(),
      await render(),
      await render({ user: 7 }),
      await render({ step: 5 }),
    ];
    expect(textOf(same)).toBe(textOf(first));
    expect(textOf(other)).not.toBe(textOf(first));
    expect(textOf(later)).not.toBe(textOf(first));
  });

  it("shows the reflections of a run that are most likely to be sampled", async () => {
    const runId = "rested" as RunId;
    const run = await workshop(scratch.path).start(`.lerl/runs/${runId}`, {
      training: { iterations: 1 },
      evaluation: { every: 1, sessions: 4, references: false },
    });
    await run.execute();
    const held = await handlers["reflections/list"]({ runId });
    const pinned = held[0];
    await handlers["reflections/change"]({
      runId,
      id: pinned?.id ?? "",
      action: "edit",
      text: "Never twice the same.",
    });
    await handlers["reflections/change"]({ runId, id: pinned?.id ?? "", action: "pin" });
    expect(textOf(await render())).not.toContain("Never twice the same.");
    expect(textOf(await render({ runId }))).toContain("Never twice the same.");

    const counts = { ...tinyExperiment, reflections: { show: "counts" } };
    const counted = textOf(await render({ runId, experimentText: JSON.stringify(counts) }));
    expect(counted).toContain("Never twice the same.");
    expect(counted).toMatch(/Clicked of shown in \d+ visits/);
    expect(counted).not.toContain(held[1]?.text);
    expect((await handlers["reflections/list"]({ runId })).map(({ timesSampled }) => timesSampled)).toEqual(
      held.map(({ timesSampled }) => timesSampled),
    );

    const file = join(scratch.path, "x.moments.json");
    await handlers["moments/keepPreview"]({
      experimentFile: join(scratch.path, "x.lerl.json"),
      experimentText: JSON.stringify(tinyExperiment),
      runId,
    });
    const [moment] = JSON.parse(readFileSync(file, "utf8")).moments;
    expect(moment.reflections).toHaveLength(3);
    for (const { expected } of moment.reflections) expect(expected).toBeGreaterThan(0);
  });

  it.each([
    ["an experiment that cannot be read", { experimentText: "{" }, "experiment.invalid"],
    ["a run that is not there", { runId: "nowhere" as RunId }, "run.unknown"],
  ] as const)("is refused for %s", async (_, more, code) => {
    await expect(render(more)).rejects.toMatchObject({ name: "InputError", code });
  });
});

describe("a prompt that is looked over", () => {
  it("shows every problem, in the order of the text, and none where there is none", async () => {
    const text = plannerPrompt.replace("{{ slateSize }}", "{{ slateSise }}");
    const problems = await handlers["prompts/diagnose"]({ text: `${text}\n{{ nothing }}` });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('"slateSise"'),
      expect.stringContaining('"nothing"'),
    ]);
    expect(await handlers["prompts/diagnose"]({ text: plannerPrompt })).toEqual([]);
  });
});
