/** What a trial serves, in its order: moments first, then visits. */
import type { CellRow } from "../../protocol/trial/cell.ts";
import type { VisitRow } from "../../protocol/trial/visit.ts";
import type { Job } from "./lanes.ts";
import type { MomentGrid } from "./momentGrid.ts";
import type { PaidAnswers } from "./paidAnswers.ts";
import { serveCell } from "./serveCell.ts";
import { serveVisit } from "./serveVisit.ts";
import type { Stage } from "./stage.ts";
import type { Tally } from "./tally.ts";

export interface TrialWork {
  readonly stage: Stage;
  readonly paid: PaidAnswers;
  readonly tally: Tally;
  readonly grid: MomentGrid | undefined;
  readonly repeats: number;
  /** Take what came of a job; what they throw ends the trial. */
  readonly planned: (row: CellRow) => void;
  readonly served: (row: VisitRow) => void;
}

/** What has been served before is left out, and no visit begins that nobody needs. */
export function* trialJobs(work: TrialWork): Generator<Job> {
  yield* cells(work);
  yield* visits(work);
}

function* cells({ stage, paid, grid, repeats, planned }: TrialWork): Generator<Job> {
  for (const { moment, request } of stage.moments) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const { index: contender, planner } of stage.contenders) {
        if (grid?.has({ contender, moment: moment.name, repeat })) continue;
        const measured = (callId: string) => paid.measured(contender, callId, repeat);
        yield async (lane, signal) => {
          const asked = { contender, moment, repeat, request, plans: stage.plans };
          const question = { ...asked, planner: planner(lane, repeat), measured };
          planned(await serveCell(lane, question, signal));
        };
      }
    }
  }
}

function* visits({ stage, tally, served }: TrialWork): Generator<Job> {
  for (const start of stage.sessions) {
    for (const contender of stage.contenders) {
      if (tally.isDone) return;
      if (tally.has(contender.index, start.number)) continue;
      yield async (lane, signal) => served(await serveVisit(lane, contender, start, signal));
    }
  }
}
