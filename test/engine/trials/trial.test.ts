import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { evaluateRun } from "../../../src/engine/runs/evaluateRun.ts";
import { readEvaluationRows } from "../../../src/engine/runs/evaluationFiles.ts";
import type { NamedFile } from "../../../src/engine/serving/namedFiles.ts";
import { listTrials, readVisits } from "../../../src/engine/trials/trialFolder.ts";
import type { TrialProgress } from "../../../src/protocol/trial/summary.ts";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { anyFile, workshop } from "../runs/workshop.ts";
import { tryout } from "./tryout.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const { start, goOn, untrained } = tryout(scratch.path);
const { start: run, folder } = workshop(scratch.path);

describe("a trial", () => {
  it("serves a run's own planner as an evaluation of that run does: the same visits, reward by reward", async () => {
    const evaluation = { ...tinyExperiment.evaluation, users: "all", responseModel: "same" };
    await (await run("trained", { training: { iterations: 2, checkpointEvery: 1 }, evaluation })).execute();
    await evaluateRun(folder("trained"), {
      workspaceFolder: scratch.path,
      files: anyFile,
      sessions: 16,
    });
    const evaluated = (await readEvaluationRows(folder("trained"))).filter(({ policy }) => policy === "run");
    const trial = await start({ base: { run: folder("trained") } });
    await trial.execute();
    const visits = (await readVisits(trial.folder.path)).filter(({ contender }) => contender === 0);
    const served = visits.map(({ session, episode: { user, rCum, tInt, ended } }) => ({
      session,
      user,
      rCum,
      tInt,
      ended,
    }));
    const expected = evaluated.map(({ session, user, rCum, tInt, ended }) => ({ session, user, rCum, tInt, ended }));
    expect(served.sort((a, b) => a.session - b.session)).toEqual(expected);
  });

  it("takes the checkpoint of a run that goes on, and is none of its business", async () => {
    const live = await run("live", { training: { iterations: 60, checkpointEvery: 1 } });
    const finished = live.execute();
    while (live.current.iteration < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const trial = await start({ base: { run: folder("live") } });
    expect(trial.current.base.run?.iteration).toBeGreaterThanOrEqual(1);
    const record = await trial.execute();
    live.control.stop("stopped");
    await finished;
    expect(record.state).toBe("done");
    rmSync(folder("live"), { recursive: true });
    expect((await (await goOn(trial.folder.path, { sessions: 20 })).execute()).result?.n).toBe(20);
  });

  it("tells how far it has come, and how long it takes", async () => {
    const heard: TrialProgress[] = [];
    const trial = await start({}, { progress: (progress) => heard.push(progress) });
    await trial.execute();
    const serving = heard.filter(({ phase }) => phase === "Serving");
    expect(serving.at(-1)).toMatchObject({ n: 16, sessions: 16, fraction: 1, secondsLeft: 0 });
    expect(serving.map(({ n }) => n)).toEqual([...serving.map(({ n }) => n)].sort((a, b) => a - b));
  });

  it("tells how far it has come with visits and moments together", async () => {
    const heard: number[] = [];
    const moments = { moments: [{ name: "first", user: "1", slates: [], reflections: [] }] };
    const trial = await start(
      { sessions: 8, moments, repeats: 8 },
      { progress: ({ phase, fraction }) => phase === "Serving" && heard.push(fraction) },
    );
    await trial.execute();
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
    // 16 cells of moments, and as many of visits.
    expect(heard.filter((fraction) => fraction > 0 && fraction < 1).length).toBeGreaterThan(0);
    expect(heard.every((fraction) => Number.isInteger(fraction * 32))).toBe(true);
    expect(heard.at(-1)).toBe(1);
  });

  it("says that the policy has learned nothing where there is no run", async () => {
    const trial = await start({});
    expect(trial.current.base.run).toBeUndefined();
    await trial.execute();
  });

  it("compares reflections: the same visits, the pool of one changed", async () => {
    const reflective = { training: { iterations: 2, checkpointEvery: 1 }, critic: { enabled: true } };
    await (await run("reflective", reflective)).execute();
    const { reflections } = JSON.parse(readFileSync(join(folder("reflective"), "reflections.json"), "utf8"));
    const [{ id }] = reflections;
    const trial = await start({
      base: { run: folder("reflective") },
      contenders: [
        { pool: [{ reflection: id, action: "mute" }], plan: "round-robin" },
        { pool: [{ reflection: id, action: "pin" }], plan: "round-robin" },
      ],
    });
    await trial.execute();
    const visits = await readVisits(trial.folder.path);
    const shownTo = (contender: number): readonly string[] =>
      visits
        .filter((visit) => visit.contender === contender)
        .flatMap(({ episode }) => episode.steps.flatMap(({ plan }) => plan.reflections));
    expect(shownTo(0)).not.toContain(id);
    expect(shownTo(1).filter((shown) => shown === id).length).toBeGreaterThan(16);
    // Neither planner reads them: the same plans.
    expect(trial.current.result?.pairs[0]?.verdict).toBe("identical");
  });

  it("leaves nothing where it cannot begin, and nothing changed where only its cost was asked", async () => {
    const before = (await listTrials(scratch.path)).length;
    await expect(start({ base: { run: scratch.path } })).rejects.toThrow("run.json");
    await expect(start({ contenders: [{ pool: [] }, { version: "abc", pool: [] }] })).rejects.toThrow("version");
    const trial = await start({});
    expect(await trial.estimate()).toMatchObject({ calls: 0 });
    expect(await listTrials(scratch.path)).toHaveLength(before);
  });

  it("is one process's at a time", async () => {
    const trial = await start({});
    await expect(goOn(trial.folder.path)).rejects.toThrow("this process has had this folder open");
    await trial.execute();
    const kept = readFileSync(join(trial.folder.path, "trial.json"), "utf8");
    const again = await goOn(trial.folder.path, { sessions: 40 });
    await again.estimate();
    expect(readFileSync(join(trial.folder.path, "trial.json"), "utf8")).toBe(kept);
  });

  it("asks for the files of every contender, whatever its record says of them", async () => {
    const trial = await start({});
    await trial.execute();
    const file = trial.folder.file("record");
    const record = JSON.parse(readFileSync(file, "utf8"));
    const withPlanner = (planner: object) =>
      writeFileSync(
        file,
        JSON.stringify({ ...record, contenders: [record.contenders[0], { ...record.contenders[0], planner }] }),
      );
    const asked: NamedFile[] = [];
    const files = async (named: readonly NamedFile[]): Promise<void> => void asked.push(...named);
    withPlanner({ provider: "replay", replayFrom: "/outside/secret" });
    await (await goOn(trial.folder.path, {}, { files })).estimate();
    expect(asked).toContainEqual({ setting: "planner.replayFrom", path: resolve("/outside/secret/llm.jsonl") });
    withPlanner({ replanEvery: "often" });
    await expect(goOn(trial.folder.path)).rejects.toMatchObject({
      code: "trial.contender",
      message: expect.stringContaining("planner.replanEvery"),
    });
  });

  it("of moments only plans the visits that it goes on with", async () => {
    const moments = { moments: [{ name: "first", user: "1", slates: [], reflections: [] }] };
    const trial = await start({ moments, sessions: 0 });
    const planned = await trial.execute();
    expect(planned).toMatchObject({ state: "done", planned: 0, result: { n: 0 } });
    expect(planned.result?.grid?.moments[0]?.cells[0]?.about).toMatch(/^\d different$/);
    const record = await (await goOn(trial.folder.path, { sessions: 16 })).execute();
    expect(record).toMatchObject({ state: "done", planned: 16, result: { n: 16 } });
    expect(record.result?.pairs[0]?.interval?.low).toBeLessThan(0);
    const { plans } = record.result?.contenders[1] ?? {};
    // Who plans without a model and leaves out what was just shown repeats nothing.
    expect(plans).toMatchObject({ fromLast: 0, sameness: expect.any(Number) });
    expect(plans?.different).toBeGreaterThan(1);
    expect(plans).not.toHaveProperty("usable");
  });

  it("keeps its result where it cannot go on", async () => {
    const moments = { moments: [{ name: "first", user: "1", slates: [], reflections: [] }] };
    const trial = await start({ moments });
    const { result } = await trial.execute();
    expect(result?.grid?.moments).toHaveLength(1);
    appendFileSync(trial.folder.file("cells"), "nonsense\n");
    const failed = await (await goOn(trial.folder.path)).execute();
    expect(failed.state).toBe("failed");
    expect(failed.result).toEqual(result);
  });

  it("lists what cannot be read with its problem", async () => {
    const trial = await start({ base: untrained({ name: "Damaged" }) });
    await trial.execute();
    for (const name of ["trial.json", "trial.json.bak"]) rmSync(join(trial.folder.path, name), { force: true });
    const listed = (await listTrials(scratch.path)).find(({ id }) => id === trial.folder.id);
    expect(listed).toMatchObject({ problem: expect.stringContaining("not found") });
  });
});
