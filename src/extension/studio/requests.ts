/** The page's requests (src/protocol/studio.ts) -> documents, runs and the engine. What they throw the page shows. */
import { commands, l10n, type TextDocument } from "vscode";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import type { PromptRole, StudioHandlers, StudioSnapshot } from "../../protocol/studio.ts";
import { editExperiment } from "../experiments/experimentEdits.ts";
import { executeCommand } from "../platform/commands.ts";
import { UserError } from "../platform/errors.ts";
import type { PageFeed } from "./pageFeed.ts";
import type { PagePrompt } from "./pagePrompt.ts";
import { promptRequests } from "./promptRequests.ts";
import { saveFile } from "./saveFile.ts";
import type { StudioServices } from "./services.ts";
import { trialRequests } from "./trialRequests.ts";

/** The page that asks, as its requests need it. */
interface AskingPage {
  readonly document: TextDocument;
  readonly prompts: Readonly<Record<PromptRole, PagePrompt>>;
  readonly feed: PageFeed;
  /** The run in sight. */
  readonly currentRun: RunRecord | undefined;
  snapshot(): Promise<StudioSnapshot>;
}

export function requestHandlers(page: AskingPage, services: StudioServices): StudioHandlers {
  const { document, prompts, feed } = page;
  const { engine, runs, launcher } = services;

  const recordOf = (runId: RunId): RunRecord => {
    const record = runs.get(runId);
    if (record) return record;
    throw new UserError(l10n.t("There is no run {0} in this workspace; it may have been deleted.", runId));
  };

  return {
    ready: () => page.snapshot(),

    // The file. A running experiment does not notice.
    editDocument: ({ changes }) => editExperiment(document, changes),
    // The running experiment. The file does not change.
    apply: ({ runId, changes }) => engine.request("runs/change", { runId, changes }),

    ...promptRequests({ services, document, prompts, recordOf }),

    run: ({ seed }) => launcher.start(document.uri, seed),
    pause: ({ runId }) => launcher.pause(runId).then(none),
    resume: ({ runId }) => launcher.resume(runId).then(none),
    stop: ({ runId }) => launcher.stop(runId).then(none),

    slice: ({ runId, cursor }) => feed.slice(runId, cursor),
    range: (query) => runs.range(query),
    follow: async ({ runIds }) => {
      feed.follow(runIds);
      return null;
    },

    episodes: (query) => engine.request("runs/episodes", query),
    episode: (params) => engine.request("runs/episode", params),
    rerunStep: async ({ runId, episode, step, promptText, fresh }) => {
      const keys = await launcher.keysOf(recordOf(runId).experiment);
      return engine.request("runs/rerunStep", {
        runId,
        episode,
        step,
        promptText: promptText ?? prompts.planner.state.text,
        ...(fresh !== undefined && { fresh }),
        ...keys,
      });
    },

    ...trialRequests({ services, document, prompts, currentRun: () => page.currentRun }),

    keepMoment: (params) => engine.request("moments/keep", params),
    keepPreview: (params) =>
      engine.request("moments/keepPreview", {
        experimentFile: document.uri.fsPath,
        experimentText: document.getText(),
        ...params,
      }),

    compare: (params) => engine.request("runs/compare", params),
    openReport: async ({ runIds }) => {
      const targets = runIds.map((runId) => ({ runId }));
      await executeCommand("lerl.openReport", targets[0], targets);
      return null;
    },
    saveFile: (file) => saveFile(document.uri, file),

    openText: async () => {
      await executeCommand("lerl.openAsText", document.uri);
      return null;
    },
    connectModel: async () => {
      await executeCommand("lerl.connectModel", document.uri);
      return null;
    },
    restartEngine: () => engine.restart().then(none),
    manageTrust: () => showCommand("workbench.trust.manage"),
    openSettings: ({ query }) => showCommand("workbench.action.openSettings", query),
  };
}

const none = (): null => null;

async function showCommand(command: string, ...args: readonly unknown[]): Promise<null> {
  await commands.executeCommand(command, ...args);
  return null;
}
