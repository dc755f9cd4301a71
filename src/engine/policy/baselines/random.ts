import { RandomStream } from "../../math/random.ts";
import type { ActMode, ActRequest, Policy } from "../policy.ts";
import { Baseline } from "./baseline.ts";

/** Uniform over the allowed items: the zero of every normalised score, and "random within a plan" under a mask. */
export class RandomPolicy extends Baseline {
  readonly name = "random";
  private readonly candidates: Int32Array;

  constructor(
    private readonly items: number,
    slateSize: number,
    private readonly seed: number,
  ) {
    super(slateSize);
    this.candidates = new Int32Array(items);
  }

  /** The draw belongs to the session and its step, so it does not depend on other sessions. */
  protected choose({ session, mask }: ActRequest, _mode: ActMode, slate: Int32Array): void {
    const random = new RandomStream(this.seed, "random-policy", session.key, session.steps.length);
    let filled = 0;
    for (let level = mask ? 2 : 0; level >= (mask ? 1 : 0) && filled < slate.length; level--) {
      let left = 0;
      for (let item = 0; item < this.items; item++) if (!mask || mask[item] === level) this.candidates[left++] = item;
      for (; left > 0 && filled < slate.length; left--) {
        const drawn = random.integer(left);
        slate[filled++] = this.candidates[drawn] as number;
        this.candidates[drawn] = this.candidates[left - 1] as number;
      }
    }
  }

  evaluator(): Policy {
    return new RandomPolicy(this.items, this.slateSize, this.seed);
  }
}
