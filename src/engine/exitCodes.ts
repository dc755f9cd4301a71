/** How a command of `lerl` ends. Suites read them of the processes they start. */
export const exitCodes = {
  done: 0,
  /** A defect, or something a person cannot mend. */
  failed: 1,
  /** Bad input: one error on standard error says where, what and what to do. */
  badInput: 2,
  /** The model was of no help: the stand-in answered for most of it, or the run ended because of it; a checkpoint is kept. */
  standIn: 3,
  /** A trial is over, and a condition of `--fail-if` holds; or no interval decides whether one does. */
  conditionHolds: 4,
  undecided: 5,
  /** Stopped, interrupted or out of model budget: a checkpoint is kept. */
  interrupted: 130,
} as const;
