/** How far a data set has been loaded, on the terminal's last line. */
import { basename } from "node:path";
import type { LoadProgress } from "../data/loading.ts";
import { PhasePace } from "../runs/progress.ts";
import { duration, status } from "./terminal.ts";

export function loadingStatus(): (progress: LoadProgress) => void {
  const pace = new PhasePace();
  return ({ doing, file, bytesRead, bytes }) => {
    const share = bytes === 0 ? 1 : bytesRead / bytes;
    const left = pace.secondsLeft(`${doing} ${file}`, share, performance.now() / 1000);
    const rest = left === undefined ? "" : `, ${duration(left)} left`;
    status(`${doing} ${basename(file)} ${Math.round(100 * share)}%${rest}`);
  };
}
