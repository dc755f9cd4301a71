/** A moment was kept: where, what to do there, and that there is one more. */
import type { StudioRequests } from "../../src/protocol/studio.ts";
import type { Notices, StateWriter } from "./ports.ts";

export function tellKept(app: Notices & StateWriter, kept: StudioRequests["keepMoment"]["result"] | undefined): void {
  if (!kept) return;
  const file = kept.file.split(/[\\/]/).at(-1);
  app.update(({ moments }) => ({ moments: moments === undefined ? undefined : moments + 1 }));
  app.notify("info", `Kept “${kept.name}” in ${file}. Say there what its plan must be ("expect").`);
  if (kept.differences.length > 0) app.notify("warning", `“${kept.name}”: ${kept.differences.join(" ")}`);
}
