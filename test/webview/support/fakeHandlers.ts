/** What the stand-in host answers to the page's requests. */
import type { RunSlice } from "../../../src/protocol/engine.ts";
import { type Experiment, experimentSchema } from "../../../src/protocol/experiment.ts";
import type { RunId, RunRecord } from "../../../src/protocol/run.ts";
import type { DocumentState, StudioSnapshot } from "../../../src/protocol/studio.ts";
import {
  CRITIC_TEXT,
  callsOf,
  categoryNames,
  comparison,
  EDITED_PLANNER_TEXT,
  fullSlice,
  PLANNER_TEXT,
  runRecord,
  summaryOf,
} from "./fakeData.ts";
import { documentOf, promptOf, rangeOf, sliceFrom, withChange } from "./fakeDocuments.ts";
import { knownRuns } from "./fakeRuns.ts";
import { type TrialsHost, trialHandlers } from "./fakeTrials.ts";
import type { Handlers } from "./handlers.ts";

/** The host, as its answers need it. */
export interface HandledHost extends TrialsHost {
  readonly saved: { readonly name: string; readonly content: string; readonly encoding: string }[];
  document: DocumentState;
  /** What the document read as last. */
  experiment: Experiment;
  runs: RunRecord[];
  currentRun: RunId | undefined;
  readonly slices: Map<RunId, RunSlice>;
  readonly givenAtOnce: number;
  /** Why the reply to a step's re-run is no plan. */
  readonly rerunProblem: string | undefined;
  snapshot(): StudioSnapshot;
  emitRuns(): void;
  setRun(runId: RunId, patch: Partial<RunRecord>): void;
  append(runId: RunId, added: Omit<RunSlice, "cursor" | "runId">): void;
}

export const fakeHandlers = (host: HandledHost): Handlers => ({
  ready: () => host.snapshot(),
  editDocument: ({ changes }) => {
    const edited = changes.reduce(withChange, structuredClone(host.document.experiment));
    host.experiment = experimentSchema.parse(edited);
    host.document = { ...documentOf(host.experiment, host.document.version + 1), dirty: true };
    host.emit("document", host.document);
    return null;
  },
  editPrompt: ({ role, text, version }) => {
    const prompt = host.prompts[role];
    if (version !== prompt.version) return { accepted: false, version: prompt.version };
    host.prompts[role] = { ...prompt, text, version: version + 1, dirty: true };
    host.emit("prompt", host.prompts[role]);
    return { accepted: true, version: version + 1 };
  },
  openPrompt: () => null,
  createPrompt: ({ role }) => {
    host.prompts[role] = { ...promptOf(role, PLANNER_TEXT), version: host.prompts[role].version + 1 };
    host.emit("prompt", host.prompts[role]);
    return null;
  },
  openText: () => null,
  promptHistory: () =>
    host.runs.length === 0
      ? []
      : [
          {
            hash: "c90ffe12ab",
            runId: knownRuns.current,
            runName: "Wording 7",
            since: 34,
            text: EDITED_PLANNER_TEXT,
            rCum: 9.4,
          },
          {
            hash: "a41c09be77",
            runId: knownRuns.current,
            runName: "Wording 7",
            since: 0,
            text: PLANNER_TEXT,
            rCum: 8.1,
          },
          {
            hash: "5501d0a9e3",
            runId: knownRuns.baseline,
            runName: "Baseline",
            since: 0,
            text: CRITIC_TEXT,
            rCum: 8.7,
          },
        ],
  diffPrompt: () => null,
  restorePrompt: () => null,
  renderPrompt: ({ role }) => ({
    messages: [
      { role: "system", content: "You plan the next slate of a short-video feed." },
      { role: "user", content: host.prompts[role].text.replace("{{ count }}", "5") },
    ],
    tokensEstimate: Math.round(host.prompts[role].text.length / 3.1),
    variables: {
      categories: Object.entries(categoryNames)
        .map(([id, name]) => `${id} ${name}`)
        .join("\n"),
      history: "slate 1: Comedy (clicked), Music, Food (clicked), Pets, Film, News\nslate 2: Travel (clicked), Sports",
      reflections: "9.8: Alternate music with travel; a third slate of comedy in a row ends sessions early.",
      count: "5",
      step: "7",
      user: "4211",
    },
  }),
  run: ({ seed }) => {
    const record = runRecord(`run-${host.runs.length}`, {
      name: `Wording ${host.runs.length + 5}`,
      experiment: host.experiment,
      state: "running",
      iteration: 0,
      seed: seed ?? 1,
    });
    host.runs = [record, ...host.runs];
    host.currentRun = record.id;
    host.slices.set(record.id, {
      ...fullSlice(record.id, 7, 0, 120),
      events: [],
      cursor: { metrics: 0, timing: 0, events: 0 },
    });
    host.emitRuns();
    return record;
  },
  pause: ({ runId }) => {
    host.setRun(runId, { state: "paused", reason: "Paused by you." });
    return null;
  },
  resume: ({ runId }) => {
    host.setRun(runId, { state: "running" });
    return null;
  },
  stop: ({ runId }) => {
    host.setRun(runId, { state: "stopped" });
    return null;
  },
  apply: ({ runId, changes }) => {
    const record = host.runs.find(({ id }) => id === runId);
    const iteration = host.slices.get(runId)?.metrics.at(-1)?.iteration ?? 0;
    host.append(runId, {
      metrics: [],
      timing: [],
      references: [],
      events: changes.map(({ path, value }) => ({
        type: "change",
        path,
        from: path.split(".").reduce((at: unknown, key) => (at as Record<string, unknown>)[key], record?.experiment),
        to: value,
        iteration,
        userSteps: iteration * 240,
      })),
    });
    return null;
  },
  connectModel: () => null,
  slice: ({ runId, cursor }) => sliceFrom(host.slices.get(runId), runId, cursor, host.givenAtOnce),
  range: (query) => rangeOf(host.slices.get(query.runId), query, host.givenAtOnce),
  follow: () => null,
  episodes: ({ order, user, limit }) => {
    const found = host.sessions.filter((session) => user === undefined || session.user === user).map(summaryOf);
    if (order !== "latest") found.sort((a, b) => (order === "best" ? b.rCum - a.rCum : a.rCum - b.rCum));
    return found.slice(0, limit);
  },
  episode: ({ episode }) => {
    const found = host.sessions.find(({ id }) => id === episode);
    if (!found) throw new Error(`Session ${episode} is not recorded.`);
    return { episode: found, calls: callsOf(found), categoryNames };
  },
  keepMoment: ({ episode, step }) => ({
    file: "/work/quickstart.moments.json",
    name: `user 7, visit ${episode}, step ${step + 1}`,
    differences: ["r-3: edited since, or before; the moment holds the text as it is now."],
  }),
  keepPreview: () => ({ file: "/work/quickstart.moments.json", name: "user 7, from the log, step 4", differences: [] }),
  rerunStep: ({ episode, step, fresh }) => {
    const recorded = host.sessions.find(({ id }) => id === episode)?.steps[step]?.plan.categories ?? [];
    const after = [...recorded.slice(0, 3), 17, 19];
    return {
      before: { categories: recorded, reply: `{"categories": [${recorded.join(", ")}]}` },
      after: {
        categories: after,
        reply: `{"categories": [${after.join(", ")}]}`,
        latencyMs: 512,
        messages: [{ role: "user", content: host.prompts.planner.text }],
        cached: fresh !== true,
        ...(host.rerunProblem === undefined && { about: "5 different · 1 from the last slate: Dance" }),
        ...(host.rerunProblem !== undefined && { problem: host.rerunProblem }),
      },
      categoryNames,
    };
  },
  ...trialHandlers(host),
  compare: ({ runIds }) => comparison(runIds.flatMap((id) => host.runs.find((run) => run.id === id) ?? [])),
  diffRuns: () => null,
  openReport: () => null,
  saveFile: (file) => {
    host.saved.push(file);
    return { saved: true };
  },
  restartEngine: () => null,
  manageTrust: () => null,
  openSettings: () => null,
});
