/** `moments/...`: decisions kept beside the experiment, for trials to plan anew. */
import { appendMoment, momentName, momentOf, momentsFileOf } from "../trials/momentsFile.ts";
import type { HandlersOf } from "./handlers.ts";
import type { Workspace } from "./workspace.ts";

export const momentHandlers = (workspace: Workspace): HandlersOf<"moments"> => ({
  "moments/keep": async ({ runId, episode: id, step }) => {
    const { experimentFile } = await workspace.reader.record(runId);
    const { episode } = await workspace.reader.episode(runId, id);
    const name = momentName(episode, step + 1);
    const file = momentsFileOf(experimentFile);
    await appendMoment(file, momentOf(episode, step + 1, name, await workspace.reflections(runId)));
    return { file, name };
  },
});
