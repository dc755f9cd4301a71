/** Run folders as a finished, evaluated run leaves them, with numbers of the test's choice. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  type EvaluationRow,
  type EvaluationSummary,
  writeEvaluation,
} from "../../../src/engine/runs/evaluationFiles.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { Reflection, RunRecord, TimelineEvent } from "../../../src/protocol/run.ts";

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lerl-evaluation-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface MadeRun {
  readonly name?: string;
  readonly seed: number;
  /** R_cum by evaluation session. */
  readonly sessions: readonly number[];
  readonly settings?: Record<string, unknown>;
  readonly random?: number;
  readonly oracle?: number;
  readonly categoryNames?: readonly string[];
  readonly plannerPrompt?: string;
  readonly reflections?: readonly string[];
  readonly events?: readonly TimelineEvent[];
}

/** Writes the folder; every session takes 10 steps. Returns its path. */
export async function writeRun(parent: string, made: MadeRun): Promise<string> {
  const { name = "Made", seed, sessions, settings = {}, random = 0, oracle = 10 } = made;
  const id = `${name.replace(/\W+/g, "-")}-s${seed}-${Object.keys(settings).length}`;
  const folder = join(parent, id);
  await mkdir(folder, { recursive: true });
  const experiment = experimentSchema.parse({ name, seed, ...settings });
  const record: RunRecord = {
    schemaVersion: 9,
    id,
    name,
    note: "",
    experimentFile: join(parent, "made.lerl.json"),
    experiment,
    seed,
    state: "done",
    startedAt: "2026-01-01T00:00:00.000Z",
    activeSeconds: 60,
    iteration: 1,
    iterations: 1,
    prompts:
      made.plannerPrompt === undefined
        ? []
        : [{ role: "planner", hash: made.plannerPrompt, file: "planner.lerl.md", text: made.plannerPrompt, since: 0 }],
    engineVersion: "0.1.0",
  };
  await writeFile(join(folder, "run.json"), JSON.stringify(record));
  const reflections = (made.reflections ?? []).map(
    (text, i): Reflection => ({
      id: `r${i}`,
      text,
      score: i,
      episode: "s0-0",
      iteration: 1,
      source: "offline",
      pinned: false,
      muted: false,
      rating: 0,
      timesSampled: 0,
      edited: false,
    }),
  );
  await writeFile(join(folder, "reflections.json"), JSON.stringify({ schemaVersion: 1, reflections }));
  await writeFile(
    join(folder, "events.jsonl"),
    (made.events ?? []).map((event) => `${JSON.stringify(event)}\n`).join(""),
  );
  const mean = sessions.reduce((sum, score) => sum + score, 0) / sessions.length;
  const categoryNames = [...(made.categoryNames ?? ["Music", "Sports"])];
  const policy = (rCum: number) => ({
    metrics: { tInt: 10, rCum, rSin: rCum / 10 },
    categories: [categoryNames.map((_, i) => i + 1)],
  });
  const summary: EvaluationSummary = {
    schemaVersion: 1,
    engineVersion: "0.1.0",
    iteration: 1,
    sessions: sessions.length,
    seed: 1,
    planner: "offline",
    categoryNames,
    run: policy(mean),
    references: { random: policy(random), "round-robin": policy((random + oracle) / 2), oracle: policy(oracle) },
  };
  const rows = sessions.map(
    (rCum, session): EvaluationRow => ({
      policy: "run",
      session,
      user: String(session),
      tInt: 10,
      rCum,
      rSin: rCum / 10,
      ended: "quit",
      rewards: [],
    }),
  );
  await writeEvaluation(folder, summary, rows);
  return folder;
}
