/** From a finished session to a reflection in the pool (docs/method.md, section 1, step 6, and section 2). */
import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Episode } from "../../protocol/run.ts";
import type { Critic, WrittenReflection } from "../critic/critic.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import { loggedClickRate } from "../critic/sessionExpectation.ts";
import type { Dataset } from "../data/dataset.ts";
import type { StepResult } from "../simulator/environment.ts";
import { loggedSteps } from "../simulator/loggedSession.ts";
import { type FinishedSession, sessionScores } from "../simulator/session.ts";
import { visitCounts } from "../simulator/visitCounts.ts";

export interface ReflectingOptions {
  readonly critic: Critic;
  readonly pool: ReflectionPool;
  readonly dataset: Dataset;
  readonly slateSize: number;
  /** Section 10. */
  readonly reflectionSession: FidelityChoice<"reflectionSession">;
  readonly poolScore: FidelityChoice<"poolScore">;
  /** What scores are measured against. */
  readonly baseline: Experiment["reflections"]["baseline"];
  /** Hash of the critic's prompt in force, when it has one. */
  readonly promptHash: () => string | undefined;
  /** Each reflection as the critic wrote it, with the session it is on. */
  readonly written: (reflection: WrittenReflection, episode: Episode) => void;
  /** The episode with what the critic wrote on it, once the pool has taken it in. */
  readonly reflected: (episode: Episode) => void;
}

export interface EndedSession {
  readonly result: StepResult;
  readonly episode: Episode;
}

/** Under `poolScore: "last-clicks"` a score is shared by this many reflections: the last one's of each group. */
const SCORE_GROUP = 3;

/** What the critic was asked, and its answer to come. */
interface Asked {
  readonly ended: readonly EndedSession[];
  readonly promptHash: string | undefined;
  readonly written: Promise<readonly WrittenReflection[]>;
}

export class Reflecting {
  private asked: Asked[] = [];

  constructor(private readonly options: ReflectingOptions) {}

  /** Asks the critic about the sessions that ended. */
  submit(ended: readonly EndedSession[], signal: AbortSignal): void {
    if (ended.length === 0) return;
    const { critic, promptHash } = this.options;
    const sessions = ended.map(({ result }) => this.sessionFor(result));
    const written = critic.reflect(sessions, signal);
    // A failure belongs to whoever awaits `settle`; until then it must not count as unhandled.
    written.catch(() => undefined);
    this.asked.push({ ended, promptHash: promptHash(), written });
  }

  /**
   * Takes the reflections asked for into the pool, in the order of asking. Here and not when the critic answers: what
   * plans are made with must not depend on how fast that was.
   */
  async settle(): Promise<void> {
    const asked = this.asked;
    this.asked = [];
    for (const { ended, promptHash, written } of asked) this.take(ended, await written, promptHash);
  }

  private take(
    ended: readonly EndedSession[],
    written: readonly WrittenReflection[],
    promptHash: string | undefined,
  ): void {
    const { pool, dataset, reflected } = this.options;
    const scores = this.scores(ended.map(({ result }) => result));
    const expected = this.expected(ended);
    for (const [i, { episode, result }] of ended.entries()) {
      const reflection = written[i] ?? { text: "", source: "offline" };
      const { text, source } = reflection;
      this.options.written(reflection, episode);
      pool.add({
        text,
        source,
        iteration: episode.iteration,
        score: scores[i] ?? 0,
        expected: expected[i],
        episode: episode.id,
        ...(promptHash !== undefined && { promptHash }),
        user: episode.user,
        visit: [...visitCounts(dataset, result.session.steps)].map(([category, { shown, clicked }]) => [
          dataset.categories[category]?.id ?? category,
          shown,
          clicked,
        ]),
      });
      reflected(text === "" ? episode : { ...episode, reflection: text });
    }
  }

  /** `reflectionSession`: the session that ended, or ("incoming") the logged history of the user who takes the slot. */
  private sessionFor({ session, finished, next }: StepResult): FinishedSession {
    const ended = finished?.ended ?? "quit";
    if (this.options.reflectionSession === "finished" || !next) return { session, ended };
    return { session: { ...next, steps: loggedSteps(next.history, this.options.slateSize) }, ended };
  }

  /** What R_cum each user was expected to give; empty where scores are something else, or measured against nothing. */
  private expected(ended: readonly EndedSession[]): readonly number[] {
    const { poolScore, baseline, pool } = this.options;
    if (poolScore !== "cumulative-reward" || baseline === "none") return [];
    return pool.expectation.observe(
      ended.map(({ episode: { user }, result: { session } }) => ({
        user,
        clickRate: loggedClickRate(session.history),
        score: sessionScores(session).rCum,
      })),
    );
  }

  /** `poolScore`: R_cum, or ("last-clicks") the clicks of the last slate, the last of each group's for the whole group. */
  private scores(ended: readonly StepResult[]): readonly number[] {
    if (this.options.poolScore === "cumulative-reward") return ended.map(({ session }) => sessionScores(session).rCum);
    const clicks = ended.map(({ session }) => (session.steps.at(-1)?.feedback ?? []).filter((bits) => bits & 1).length);
    return clicks.map((own, i) => {
      const last = Math.min(clicks.length - 1, i - (i % SCORE_GROUP) + SCORE_GROUP - 1);
      return clicks[last] ?? own;
    });
  }
}
