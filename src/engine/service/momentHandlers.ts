/** `moments/...`: decisions kept beside the experiment, for trials to plan anew. */
import { previewSession } from "../runs/renderPrompt.ts";
import { momentOfSession } from "../trials/momentSession.ts";
import { appendMoment, differencesOf, momentName, momentOf, momentsFileOf } from "../trials/momentsFile.ts";
import type { HandlersOf } from "./handlers.ts";
import { previewed } from "./promptHandlers.ts";
import type { Workspace } from "./workspace.ts";

export const momentHandlers = (workspace: Workspace): HandlersOf<"moments"> => ({
  "moments/keep": async ({ runId, episode: id, step }) => {
    const { experimentFile } = await workspace.reader.record(runId);
    const { episode } = await workspace.reader.episode(runId, id);
    const file = momentsFileOf(experimentFile);
    await workspace.files.access([{ setting: "experimentFile", path: file, written: true }]);
    const pool = await workspace.reflections(runId);
    const moment = momentOf(episode, step + 1, momentName(episode, step + 1), pool);
    const { name } = await appendMoment(file, moment, "number");
    return { file, name, differences: differencesOf(moment, episode, step + 1, pool) };
  },

  "moments/keepPreview": async (asked) => {
    const shown = await previewed(asked, workspace);
    const session = previewSession(shown);
    const wanted = `user ${shown.dataset.userIds[session.user]}, from the log, step ${session.steps.length + 1}`;
    const file = momentsFileOf(asked.experimentFile);
    await workspace.files.access([{ setting: "experimentFile", path: file, written: true }]);
    const moment = momentOfSession(session, shown.dataset, { name: wanted, reflections: [...shown.reflections] });
    const { name } = await appendMoment(file, moment, "number");
    return { file, name, differences: [] };
  },
});
