import type { Progress } from "./progress.ts";
import type { Row } from "./rows.ts";

/** What is measured, and where. */
export interface Task {
  /** The checkout that is the new side, and whose benchmarks and examples both sides run. */
  readonly root: string;
  /** A folder that is removed in the end. */
  readonly scratch: string;
  readonly rows: readonly Row[];
  readonly rounds: number;
  readonly progress: Progress;
}
