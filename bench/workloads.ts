/** What the whole engine is measured on: experiments, run through the command line. */
import { join } from "node:path";

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly sets: readonly string[];
  /** One run on a quiet machine of two cores, about; for the time left. */
  readonly seconds: number;
  /** Needs the KuaiRand part; what is trained and cached before the first run is not measured. */
  readonly kuairand?: boolean;
  /** User steps a second, at least (x86-64, 2 cores). */
  readonly target?: number;
}

export const KUAIRAND_PART = "../shared/data/kuairand-pure-part";
const QUICKSTART = "examples/quickstart/quickstart.lerl.json";
/** Older commits know its settings, and the quickstart's are no paper's. */
export const SYNTHETIC = "examples/suites/synthetic.lerl.json";
const KUAIRAND = "examples/kuairand/kuairand.lerl.json";

/** No evaluation but the last: what is measured is training. */
const TRAINING_ONLY = ["evaluation.references=false", "evaluation.every=100000", "evaluation.sessions=1"];
/** The paper's constants, whatever the example sets. */
const PAPER = ["simulator.users=12", "ppo.epochs=4", "ppo.minibatch=64"];
const REFERENCE = ["fidelity.mode=reference", "policy.layout=windowed"];
/** One epoch: how well the user model clicks does not matter here. */
const USER_MODEL = 'simulator.responseModel={"kind":"trained","epochs":1}';

const iterations = (count: number): string => `training.iterations=${count}`;

/** @param root where `../shared/data` may lie */
export function workloads(root: string): readonly Workload[] {
  const paper = (sets: readonly string[]) => ({ file: SYNTHETIC, sets: [...TRAINING_ONLY, ...PAPER, ...sets] });
  const dataset = [`dataset.path=${join(root, KUAIRAND_PART)}`, USER_MODEL];
  const kuairand = (sets: readonly string[]) => ({
    file: KUAIRAND,
    sets: [...TRAINING_ONLY, ...PAPER, ...dataset, ...sets],
    kuairand: true,
  });
  const items = (count: number, rounds: number, seconds: number): Workload => ({
    name: `items-${count}`,
    title: `the paper's constants, ${count.toLocaleString("en")} items`,
    ...paper([`dataset.items=${count}`, iterations(rounds)]),
    seconds,
  });
  return [
    {
      name: "quickstart",
      title: "the quickstart as shipped, 32 users",
      file: QUICKSTART,
      sets: [...TRAINING_ONLY, iterations(12)],
      seconds: 8,
    },
    {
      name: "paper-12",
      title: "the paper's constants, 12 users",
      ...paper([iterations(25)]),
      seconds: 7,
      target: 1400,
    },
    {
      name: "paper-64",
      title: "the paper's constants, 64 users",
      ...paper(["simulator.users=64", iterations(6)]),
      seconds: 8,
      target: 1600,
    },
    {
      name: "reference",
      title: "reference mode, windowed, 12 users",
      ...paper([...REFERENCE, iterations(4)]),
      seconds: 8,
      target: 220,
    },
    {
      name: "kuairand-packed",
      title: "the KuaiRand part, 12 users",
      ...kuairand([iterations(20)]),
      seconds: 8,
      target: 1200,
    },
    {
      name: "kuairand-reference",
      title: "the KuaiRand part, reference mode, windowed",
      ...kuairand([...REFERENCE, iterations(4)]),
      seconds: 9,
      target: 220,
    },
    items(2_000, 15, 5),
    items(20_000, 12, 6),
    items(200_000, 5, 13),
  ];
}

/** The words after `lerl`, for a file of the checkout at `root`. */
export const runArguments = (root: string, { file, sets }: Workload): readonly string[] => [
  "run",
  join(root, file),
  ...sets.flatMap((set) => ["--set", set]),
];
