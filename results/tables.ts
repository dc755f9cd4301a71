/**
 * The tables of docs/results.md. Each fills the block of its name on that page, and a test holds the two together. What is
 * measured stands in the suites and experiments named here; what a table says stands on the page, by hand.
 */

import type { MetricName } from "../src/protocol/metrics.ts";

/** Logs that are no part of the project: the options that name their folders. */
export const dataSets = ["kuairand", "kuairec"] as const;
export type DataSet = (typeof dataSets)[number];

interface Common {
  /** Of its block, and on the command line. */
  readonly name: string;
  readonly tells: string;
  /** About how long it takes on two cores, where nothing is done yet. */
  readonly minutes: number;
  /** `dataset.path` is this folder. */
  readonly data?: DataSet;
  /** `path=value`, of every run. */
  readonly set?: readonly string[];
}

/** The comparison of a suite, as `lerl suite run` leaves it in `table.md`. */
export interface SuiteTable extends Common {
  readonly kind: "suite";
  /** From the project's folder on, as all files here. */
  readonly suite: string;
}

/** Seeds of a suite one by one, with intervals over their evaluation sessions, in training's world and in that of evaluations. */
export interface SeedsTable extends Common {
  readonly kind: "seeds";
  readonly suite: string;
  readonly variants: readonly string[];
}

/** Metrics of an experiment's runs at some iterations: a row per value of one setting. */
export interface RunsTable extends Common {
  readonly kind: "runs";
  readonly experiment: string;
  readonly rows: { readonly head: string; readonly path: string; readonly values: readonly number[] };
  readonly columns: readonly { readonly head: string; readonly iteration: number; readonly metric: MetricName }[];
}

/** What `lerl user-model train` reports: by feedback, and the clicks by tenth of the test rows. */
export interface UserModelTable extends Common {
  readonly kind: "user-model";
  readonly experiment: string;
}

export type Table = SuiteTable | SeedsTable | RunsTable | UserModelTable;

const quickstart = "examples/quickstart/quickstart.lerl.json";
const suite = (name: string): string => `examples/suites/${name}.suite.json`;

const atIteration = (iteration: number, metric: MetricName): RunsTable["columns"][number] => ({
  head: String(iteration),
  iteration,
  metric,
});

export const tables: readonly Table[] = [
  {
    name: "learning",
    kind: "suite",
    tells: "what each setting of the quickstart is worth",
    suite: suite("learning"),
    minutes: 25,
  },
  {
    name: "learning-by-seed",
    kind: "seeds",
    tells: "the quickstart and two simple policies, seed by seed",
    suite: suite("learning"),
    variants: ["LERL + click loss", "Epsilon-greedy in plan", "Fixed ranking in plan"],
    minutes: 25,
  },
  {
    name: "baselines",
    kind: "suite",
    tells: "policies at one budget, in plans and without",
    suite: suite("baselines"),
    minutes: 45,
  },
  {
    name: "learning-over-the-run",
    kind: "runs",
    tells: "the quickstart from its warm start to its end",
    experiment: quickstart,
    set: ["evaluation.every=20"],
    rows: { head: "seed", path: "seed", values: [1, 2, 3, 4, 5] },
    columns: [
      { head: "warm start", iteration: 0, metric: "evalNormalised" },
      ...[20, 40, 60, 80, 100].map((iteration) => atIteration(iteration, "evalNormalised")),
      { head: "training's world", iteration: 100, metric: "evalTrainingNormalised" },
    ],
    minutes: 4,
  },
  {
    name: "warm-start-passes",
    kind: "runs",
    tells: "passes over the log before the first visit",
    experiment: quickstart,
    set: ["training.iterations=1"],
    rows: { head: "passes", path: "policy.warmStart", values: [0, 1, 2, 4, 8] },
    columns: [{ head: "before the first visit", iteration: 0, metric: "evalNormalised" }],
    minutes: 2,
  },
  {
    name: "planner-ablation",
    kind: "suite",
    tells: "planners without a model, under two policies",
    suite: suite("planner-ablation"),
    minutes: 15,
  },
  {
    name: "reflections",
    kind: "suite",
    tells: "what reflections are worth to a planner that reads them",
    suite: suite("reflection-ablation"),
    minutes: 10,
  },
  {
    name: "quit-sensitivity",
    kind: "suite",
    tells: "when users lose patience",
    suite: suite("quit-sensitivity"),
    minutes: 20,
  },
  {
    name: "kuairand-baselines",
    kind: "suite",
    tells: "policies at one budget on KuaiRand, with a trained user model",
    suite: suite("kuairand-baselines"),
    data: "kuairand",
    minutes: 90,
  },
  {
    name: "kuairec-baselines",
    kind: "suite",
    tells: "policies at one budget on KuaiRec, with recorded answers",
    suite: suite("kuairec-baselines"),
    data: "kuairec",
    minutes: 40,
  },
  {
    name: "calibration",
    kind: "user-model",
    tells: "how far the probabilities of KuaiRand's user model hold",
    experiment: "examples/kuairand/kuairand.lerl.json",
    data: "kuairand",
    minutes: 15,
  },
];
