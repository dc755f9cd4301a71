/** Says where a moment was kept, and what to do there. */
import type { StudioRequests } from "../../src/protocol/studio.ts";
import type { Notices } from "./ports.ts";

export function tellKept(app: Notices, kept: StudioRequests["keepMoment"]["result"] | undefined): void {
  if (!kept) return;
  const file = kept.file.split(/[\\/]/).at(-1);
  app.notify("info", `Kept “${kept.name}” in ${file}. Say there what its plan must be ("expect").`);
}
