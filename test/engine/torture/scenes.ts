/** Commands that are killed, and what a person does then: the same again, or going on. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { lerl } from "../commands/lerl.ts";
import { criticPrompt, plannerPrompt } from "../commands/modelWorld.ts";

export interface Scene {
  readonly name: string;
  /** Files that stand before the command, and what was done before it. */
  readonly prepare: (workspace: string) => Promise<void>;
  readonly command: readonly string[];
  /** Names of files that need not be the same. */
  readonly but?: readonly string[];
  /** After a kill; undefined: there is nothing left to do. May take away what a person would. */
  readonly goOn: (workspace: string) => readonly string[] | undefined;
}

const tiny = {
  name: "Tiny",
  dataset: { kind: "synthetic", users: 30, items: 60, categories: 6 },
  simulator: { users: 2, historyLength: 5 },
  policy: { layers: 1, hidden: [8], idEmbedding: 4, encoding: 8, heads: 2, feedForward: 8 },
  planner: { categoriesPerPlan: 3 },
  training: { iterations: 4, rolloutSteps: 6, checkpointEvery: 2 },
  evaluation: { every: 2, sessions: 4 },
  reflections: { capacity: 6 },
};

const write = (workspace: string, file: string, content: object | string): void => {
  mkdirSync(dirname(join(workspace, file)), { recursive: true });
  writeFileSync(join(workspace, file), typeof content === "string" ? content : JSON.stringify(content));
};

async function done(workspace: string, ...args: readonly string[]): Promise<void> {
  const { code, err } = await lerl(args, workspace);
  if (code !== 0) throw new Error(`lerl ${args.join(" ")}: ${code}\n${err}`);
}

const hasRecord = (folder: string, record: string): boolean =>
  [record, `${record}.bak`].some((name) => existsSync(join(folder, name)));

const training = ["run", "tiny.lerl.json", "--out", "run", "--quiet"];

/** A run without a record has not begun; one that says it is done is. */
function resumed(workspace: string): readonly string[] | undefined {
  const folder = join(workspace, "run");
  if (!hasRecord(folder, "run.json")) {
    rmSync(folder, { recursive: true, force: true });
    return training;
  }
  const file = join(folder, existsSync(join(folder, "run.json")) ? "run.json" : "run.json.bak");
  const { state } = JSON.parse(readFileSync(file, "utf8")) as { readonly state: string };
  return state === "done" ? undefined : ["resume", "run", "--quiet"];
}

/** The same command does what is left. */
const again = (command: readonly string[]) => ({ command, goOn: () => command });

export const offlineRun: Scene = {
  name: "a run without a model",
  prepare: async (workspace) => write(workspace, "tiny.lerl.json", tiny),
  command: training,
  goOn: resumed,
};

/** @param baseUrl of a server that answers equal questions alike */
export const modelRun = (baseUrl: string): Scene => ({
  name: "a run with a model",
  prepare: async (workspace) => {
    write(workspace, "tiny.lerl.json", withModel(baseUrl));
    writePrompts(workspace);
  },
  command: training,
  goOn: resumed,
});

const withModel = (baseUrl: string): object => {
  const model = { provider: "openai", baseUrl, model: "test-model" };
  return {
    ...tiny,
    planner: { ...tiny.planner, ...model },
    critic: model,
    evaluation: { ...tiny.evaluation, modelSessions: 2 },
  };
};

function writePrompts(workspace: string): void {
  write(workspace, "planner.lerl.md", plannerPrompt);
  write(workspace, "critic.lerl.md", criticPrompt);
}

export const evaluation: Scene = {
  name: "an evaluation that takes another's place",
  prepare: async (workspace) => {
    await offlineRun.prepare(workspace);
    await done(workspace, ...training);
    await done(workspace, "evaluate", "run", "--sessions", "3");
  },
  ...again(["evaluate", "run", "--sessions", "5"]),
};

export const report: Scene = {
  name: "a report",
  prepare: evaluation.prepare,
  ...again(["report", "run"]),
};

export const suite: Scene = {
  name: "a suite",
  prepare: async (workspace) => {
    write(workspace, "tiny.lerl.json", tiny);
    write(workspace, "tiny.suite.json", {
      name: "Tiny suite",
      experiment: "tiny.lerl.json",
      seeds: [1],
      sessions: 4,
      variants: [{ name: "LERL" }, { name: "Random", set: { "policy.kind": "random" } }],
    });
  },
  ...again(["suite", "run", "tiny.suite.json", "--jobs", "2"]),
};

/** @param baseUrl of a server that answers equal questions alike */
export function trial(baseUrl: string): Scene {
  const words = plannerPrompt.replace("You plan", "OTHERWISE You plan");
  const command = ["trial", "tiny.lerl.json", "--prompt", "other.lerl.md", "--sessions", "4", "--no-stop"];
  return {
    name: "a trial",
    // A trial that goes on is answered from its own calls: what it had not put into the cache yet is not put there.
    but: ["answers.jsonl"],
    prepare: async (workspace) => {
      write(workspace, "tiny.lerl.json", withModel(baseUrl));
      write(workspace, "other.lerl.md", words);
      writePrompts(workspace);
    },
    command,
    goOn: (workspace) => {
      const trials = join(workspace, ".lerl/trials");
      const [id] = existsSync(trials) ? readdirSync(trials) : [];
      if (id !== undefined && hasRecord(join(trials, id), "trial.json")) return ["trial", join(".lerl/trials", id)];
      rmSync(trials, { recursive: true, force: true });
      return command;
    },
  };
}

export const userModel: Scene = {
  name: "the training of a user model",
  prepare: async (workspace) => {
    const users = Array.from({ length: 20 }, (_, user) =>
      Array.from(
        { length: 30 },
        (_, time) => `u${user},i${(user * 7 + time * 5) % 30},${(user + time) % 3 === 0 ? 1 : 0},${time}`,
      ),
    );
    const items = Array.from({ length: 30 }, (_, item) => `i${item},c${item % 5}`);
    write(workspace, "log/interactions.csv", ["user,item,is_click,time", ...users.flat()].join("\n"));
    write(workspace, "log/items.csv", ["item,categories", ...items].join("\n"));
    write(workspace, "tiny.lerl.json", {
      ...tiny,
      dataset: {
        kind: "csv",
        interactions: { path: "log/interactions.csv", time: "time" },
        items: { path: "log/items.csv" },
      },
      simulator: { ...tiny.simulator, responseModel: { kind: "trained", epochs: 1, maxSequence: 10 } },
    });
  },
  ...again(["user-model", "train", "tiny.lerl.json"]),
};
