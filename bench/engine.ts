/** The whole engine through its command line: user steps per second, memory, an epoch of the user model. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface EngineRow {
  readonly name: string;
  readonly value: number;
  readonly unit: "user steps/s" | "MB" | "s/epoch";
  readonly target: number;
  /** The target is an upper bound. */
  readonly atMost?: boolean;
}

const QUICKSTART = "examples/quickstart/quickstart.lerl.json";
const KUAIRAND = "../shared/data/kuairand-pure-part";
/** No evaluation but the last: what is measured is training. */
const TRAINING_ONLY = ["evaluation.references=false", "evaluation.every=100000", "evaluation.sessions=1"];

export async function engineRows(root: string): Promise<readonly EngineRow[]> {
  const scratch = await mkdtemp(join(tmpdir(), "lerl-bench-"));
  const lerl = (args: readonly string[], sets: readonly string[]): Record<string, unknown> => {
    const cli = join(root, "dist/cli.cjs");
    const all = [cli, ...args, "--json", ...sets.flatMap((set) => ["--set", set])];
    const { stdout, stderr, status } = spawnSync(process.execPath, all, {
      cwd: scratch,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
  };
  const train = (sets: readonly string[]) => lerl(["run", join(root, QUICKSTART)], [...TRAINING_ONLY, ...sets]);
  /** The paper's constants, whatever the quickstart sets. */
  const paper = ["simulator.users=12", "ppo.epochs=4", "ppo.minibatch=64", "training.iterations=25"];
  try {
    const packed = train(paper);
    const wide = train([...paper, "simulator.users=64", "training.iterations=8"]);
    const windowed = train([...paper, "policy.layout=windowed", "training.iterations=4"]);
    const rows: EngineRow[] = [
      {
        name: "LERL iteration, packed, 12 users",
        value: Number(packed.userStepsPerSecond),
        unit: "user steps/s",
        target: 1500,
      },
      {
        name: "LERL iteration, packed, 64 users",
        value: Number(wide.userStepsPerSecond),
        unit: "user steps/s",
        target: 2500,
      },
      {
        name: "LERL iteration, windowed, 12 users",
        value: Number(windowed.userStepsPerSecond),
        unit: "user steps/s",
        target: 240,
      },
      {
        name: "engine memory, default experiment",
        value: Number(packed.peakMemoryMb),
        unit: "MB",
        target: 300,
        atMost: true,
      },
    ];
    if (existsSync(join(root, KUAIRAND))) {
      const started = performance.now();
      const sets = [
        `dataset={"kind":"kuairand","path":"${join(root, KUAIRAND)}"}`,
        'simulator.responseModel={"kind":"trained","epochs":1}',
      ];
      lerl(["user-model", "train", join(root, QUICKSTART)], sets);
      const seconds = (performance.now() - started) / 1000;
      rows.push({
        name: "user model, KuaiRand part, with loading",
        value: seconds,
        unit: "s/epoch",
        target: 90,
        atMost: true,
      });
    }
    return rows;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
