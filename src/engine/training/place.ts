/** How far a run has come. The trainer moves it on; live changes and the timeline ask it. */

/** An environment step: its iteration, and the user steps served before it. */
export interface StepPlace {
  readonly iteration: number;
  readonly userSteps: number;
}

export class Place {
  /** What is complete: the last iteration, and the user steps served up to its end. */
  completed: StepPlace = { iteration: 0, userSteps: 0 };
  /** The environment step to come: where a change made now takes effect. */
  next: StepPlace = { iteration: 1, userSteps: 0 };

  /** An iteration is complete, and nothing of the next one has begun. */
  complete(iteration: number, userSteps: number): void {
    this.completed = { iteration, userSteps };
    this.next = { iteration: iteration + 1, userSteps };
  }
}
