/** Sweeps run whole in `npm run torture`, a sample of them everywhere else. */
export const isWhole = process.env.LERL_WHOLE === "1";

/** How much of a sweep to run. */
export const swept = (whole: number, sample: number): number => (isWhole ? whole : sample);

/** A figure for whoever runs the whole of it. */
export function tell(text: string): void {
  if (isWhole) process.stdout.write(`${text}\n`);
}
