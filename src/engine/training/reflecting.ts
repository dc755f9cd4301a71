/** From a finished session to a reflection in the pool (docs/method.md, section 1, step 6, and section 2). */
import type { FidelityChoice } from "../../protocol/experiment.ts";
import type { Episode } from "../../protocol/run.ts";
import type { Critic, FinishedSession } from "../critic/critic.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import type { StepResult } from "../simulator/environment.ts";
import { sessionScores } from "../simulator/session.ts";
import { loggedSteps } from "./loggedSession.ts";

export interface ReflectingOptions {
  readonly critic: Critic;
  readonly pool: ReflectionPool;
  readonly slateSize: number;
  /** Section 10, switches 3 and 4. */
  readonly reflectionSession: FidelityChoice<"reflectionSession">;
  readonly poolScore: FidelityChoice<"poolScore">;
  /** Hash of the critic's prompt in force, when it has one. */
  readonly promptHash: () => string | undefined;
  /** The episode with what the critic wrote on it, once the pool has taken it in. */
  readonly reflected: (episode: Episode) => void;
}

export interface EndedSession {
  readonly result: StepResult;
  readonly episode: Episode;
}

/** In the reference a score is shared by this many reflections: the last one's of each group. */
const REFERENCE_GROUP = 3;

export class Reflecting {
  private pending: Promise<void> | undefined;

  constructor(private readonly options: ReflectingOptions) {}

  /** Asks the critic about the sessions that ended. Their reflections enter the pool when `settle` is awaited. */
  submit(ended: readonly EndedSession[], signal: AbortSignal): void {
    if (ended.length === 0) return;
    const before = this.pending;
    // Taken now: a session that goes on grows while the critic waits its turn.
    const sessions = ended.map(({ result }) => this.sessionFor(result));
    this.pending = (async () => {
      await before;
      await this.reflect(ended, sessions, signal);
    })();
    // A failure belongs to whoever awaits `settle`; until then it must not count as unhandled.
    this.pending.catch(() => undefined);
  }

  /** Resolves when every reflection asked for has entered the pool. */
  async settle(): Promise<void> {
    const { pending } = this;
    this.pending = undefined;
    await pending;
  }

  private async reflect(
    ended: readonly EndedSession[],
    sessions: readonly FinishedSession[],
    signal: AbortSignal,
  ): Promise<void> {
    const { critic, pool, promptHash, reflected } = this.options;
    const hash = promptHash();
    const written = await critic.reflect(sessions, signal);
    const scores = this.scores(ended.map(({ result }) => result));
    for (const [i, { episode }] of ended.entries()) {
      const { text = "", source = "offline" } = written[i] ?? {};
      pool.add({
        text,
        source,
        iteration: episode.iteration,
        score: scores[i] ?? 0,
        episode: episode.id,
        ...(hash !== undefined && { promptHash: hash }),
      });
      reflected(text === "" ? episode : { ...episode, reflection: text });
    }
  }

  /** Switch 3: the session that ended, or (reference) the logged history of the user who takes the slot. */
  private sessionFor({ session, finished, next }: StepResult): FinishedSession {
    const ended = finished?.ended ?? "quit";
    if (this.options.reflectionSession === "finished" || !next) return { session, ended };
    return { session: { ...next, steps: loggedSteps(next.history, this.options.slateSize) }, ended };
  }

  /** Switch 4: R_cum, or (reference) the clicks of the last slate, the last of each group's for the whole group. */
  private scores(ended: readonly StepResult[]): readonly number[] {
    if (this.options.poolScore === "cumulative-reward") return ended.map(({ session }) => sessionScores(session).rCum);
    const clicks = ended.map(({ session }) => (session.steps.at(-1)?.feedback ?? []).filter((bits) => bits & 1).length);
    return clicks.map((own, i) => {
      const last = Math.min(clicks.length - 1, i - (i % REFERENCE_GROUP) + REFERENCE_GROUP - 1);
      return clicks[last] ?? own;
    });
  }
}
