import { stepsLeft } from "../../../protocol/run/modelCalls.ts";
import type { ResponseModel } from "../../simulator/responseModel.ts";
import type { Session } from "../../simulator/session.ts";
import { type FoundSlate, SlateSearch } from "../oracle.ts";
import type { ActMode, ActRequest, Policy } from "../policy.ts";
import { Baseline } from "./baseline.ts";
import { expectedRewards, followSteps, type OracleDependencies } from "./truth.ts";

/** Steps searched, and paths kept after each. */
const HORIZON = 3;
const BEAM = 2;

/** Slates that might be served one after the other from here on. */
interface Path {
  readonly slates: readonly (readonly number[])[];
  readonly value: number;
}

/**
 * The look-ahead oracle (section 9): like the myopic one, but it may spare a category now because it will be worth more
 * once it is no longer tiring. A beam over the next steps; each path goes on with its best slate and with the best
 * slates that leave out one of that slate's categories.
 */
export class LookaheadPolicy extends Baseline {
  readonly name = "lookahead";
  /** One slot, where a session is played again for every path. */
  private readonly model: ResponseModel;
  private readonly search: SlateSearch;
  private readonly values: Float32Array;

  constructor(private readonly truth: OracleDependencies) {
    super(truth.slateSize);
    this.model = truth.responseModels(1);
    this.search = new SlateSearch({ ...truth, itemEncodings: this.model.itemEncodings });
    this.values = new Float32Array(truth.dataset.items);
  }

  protected choose({ session, mask }: ActRequest, _mode: ActMode, slate: Int32Array): void {
    const horizon = Math.max(1, Math.min(HORIZON, stepsLeft(this.truth.quitRule(), session.steps.at(-1)?.patience)));
    let paths: readonly Path[] = [{ slates: [], value: 0 }];
    for (let depth = 0; depth < horizon; depth++) {
      // The mask is this step's; later plans are not known.
      const extended = paths.flatMap((path) => this.extend(session, path, depth === 0 ? mask : undefined));
      extended.sort((a, b) => b.value - a.value);
      paths = extended.slice(0, BEAM);
    }
    slate.set(paths[0]?.slates[0] as readonly number[]);
  }

  evaluator(): Policy {
    return new LookaheadPolicy(this.truth);
  }

  override async dispose(): Promise<void> {
    this.model.dispose();
  }

  private extend(session: Session, path: Path, mask: ActRequest["mask"]): readonly Path[] {
    const before = [...session.steps, ...path.slates.map((items) => ({ items, feedback: items.map(() => 1) }))];
    this.model.open(0, session.user, session.history);
    followSteps(this.model, 0, before);
    expectedRewards(this.model, 0, this.truth.rewards, this.values);
    const shortlist = this.search.shortlist(this.values, mask);
    const rule = this.truth.quitRule();
    const best = this.search.fill(shortlist, rule, before);
    const categories = new Set(best.items.map((item) => this.search.primaryCategory(item)));
    const others = [...categories].map((category) => this.search.fill(shortlist, rule, before, category));
    return [best, ...others].map(({ items, value }: FoundSlate) => ({
      slates: [...path.slates, items],
      value: path.value + value,
    }));
  }
}
