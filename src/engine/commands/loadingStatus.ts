/** How far a data set has been loaded or written, on the terminal's last line. */
import { basename } from "node:path";
import type { LoadProgress } from "../data/loading.ts";
import { PhasePace } from "../runs/progress.ts";
import { duration, status } from "./terminal.ts";

export function loadingStatus(): (progress: LoadProgress) => void {
  const show = fileStatus();
  return ({ doing, file, bytesRead, bytes }) => show(doing, file, bytes === 0 ? 1 : bytesRead / bytes);
}

/** @returns to be told what is done with a file, and which share of that is done */
export function fileStatus(): (doing: string, file: string, share: number) => void {
  const pace = new PhasePace();
  return (doing, file, share) => {
    const left = pace.secondsLeft(`${doing} ${file}`, share, performance.now() / 1000);
    const rest = left === undefined ? "" : `, ${duration(left)} left`;
    status(`${doing} ${basename(file)} ${Math.round(100 * share)}%${rest}`);
  };
}
