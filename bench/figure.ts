/** One measured number. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Of times and memory; of everything else, more is better. */
  readonly lessIsBetter?: boolean;
  /** What is asked: at least so much, or at most where less is better. */
  readonly target?: number;
  /** What the measured work computed, in short: two sides that differ here did not do the same work. */
  readonly check?: string;
}
