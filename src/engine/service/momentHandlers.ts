/** `moments/...`: decisions kept beside the experiment, for trials to plan anew. */
import { previewSession } from "../runs/renderPrompt.ts";
import { momentOfSession } from "../trials/momentSession.ts";
import { appendMoment, momentName, momentOf, momentsFileOf } from "../trials/momentsFile.ts";
import type { HandlersOf } from "./handlers.ts";
import { previewed } from "./promptHandlers.ts";
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

  "moments/keepPreview": async (asked) => {
    const shown = await previewed(asked, workspace);
    const session = previewSession(shown);
    const name = `user ${shown.dataset.userIds[session.user]}, from the log, step ${session.steps.length + 1}`;
    const reflections = shown.reflections.map(({ id, text, score }) => ({ id, text, score }));
    const file = momentsFileOf(asked.experimentFile);
    await appendMoment(file, momentOfSession(session, shown.dataset, { name, reflections }));
    return { file, name };
  },
});
