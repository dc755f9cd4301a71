/**
 * Stands where the extension stands: answers the page's requests as src/protocol/studio.ts says and sends events, all of
 * them checked by its schemas. Runs in the page, before the Studio; tests steer it through `window.fakeHost`.
 */
import { checkData, checkParams, checkResult } from "../../../src/protocol/contract.ts";
import type { RunSlice } from "../../../src/protocol/engine.ts";
import { type Experiment, experimentJsonSchema, experimentSchema } from "../../../src/protocol/experiment.ts";
import type { Episode, RunId, RunRecord } from "../../../src/protocol/run.ts";
import {
  type DocumentState,
  type HostToStudio,
  type PromptRole,
  type PromptState,
  type StudioEvents,
  type StudioRequests,
  type StudioSnapshot,
  type StudioToHost,
  studioEvents,
  studioRequests,
} from "../../../src/protocol/studio.ts";
import {
  CRITIC_TEXT,
  callsOf,
  categoryNames,
  comparison,
  EDITED_PLANNER_TEXT,
  episodes,
  experiment,
  fullSlice,
  PLANNER_TEXT,
  runRecord,
  summaryOf,
} from "./fakeData.ts";
import { cursorOf, documentOf, promptOf, sliceFrom, withChange } from "./fakeDocuments.ts";
import { knownRuns, recordedRuns, type Scenario } from "./fakeRuns.ts";
import * as load from "./load.ts";

type Handlers = {
  [M in keyof StudioRequests]: (
    params: StudioRequests[M]["params"],
  ) => StudioRequests[M]["result"] | Promise<StudioRequests[M]["result"]>;
};

const STATE_KEY = "fake-host-state";

class FakeHost {
  /** Every request as it came, for assertions. */
  readonly log: { readonly method: string; readonly params: unknown }[] = [];
  readonly saved: { readonly name: string; readonly content: string; readonly encoding: string }[] = [];
  /** Requests that are still without an answer. */
  unanswered = 0;
  /** Methods that fail, with their message. */
  readonly failing = new Map<string, string>();
  document: DocumentState;
  /** What the document read as last. */
  private experiment: Experiment;
  prompts: Record<PromptRole, PromptState>;
  runs: RunRecord[];
  currentRun: RunId | undefined;
  readonly slices = new Map<RunId, RunSlice>();
  sessions: Episode[] = episodes(3, 24);

  constructor(readonly scenario: Scenario) {
    const provider: Experiment["planner"]["provider"] = scenario === "fresh" ? "offline" : "openai";
    const planner = { ...experiment.planner, provider, ...(provider === "openai" && { model: "llama3.1:8b" }) };
    this.experiment = { ...experiment, planner };
    this.document = documentOf(this.experiment, 1);
    if (scenario === "invalid") {
      const { experiment: _unreadable, ...others } = this.document;
      this.document = {
        ...others,
        problems: [
          {
            line: 11,
            column: 20,
            severity: "error",
            message: "simulator.slateSize is 0; expected a whole number from 1 to 50.",
          },
        ],
      };
    }
    const exists = scenario !== "missingPrompt";
    this.prompts = {
      planner: { ...promptOf("planner", exists ? PLANNER_TEXT : ""), exists },
      critic: promptOf("critic", CRITIC_TEXT),
    };
    const recorded = recordedRuns(scenario, this.experiment);
    this.runs = recorded.map(({ record }) => record);
    this.currentRun = recorded[0]?.record.id;
    for (const { record, slice } of recorded) this.slices.set(record.id, slice);
    if (scenario === "empty") this.sessions = [];
  }

  snapshot(): StudioSnapshot {
    return {
      document: this.document,
      prompts: this.prompts,
      runs: this.runs,
      ...(this.currentRun !== undefined && { currentRun: this.currentRun }),
      trusted: this.scenario !== "untrusted",
      engine:
        this.scenario === "noEngine"
          ? { state: "unavailable", message: "It stopped three times in a row. The output channel LERL says why." }
          : { state: "ready" },
      schema: experimentJsonSchema(),
    };
  }

  emit<E extends keyof StudioEvents>(event: E, data: StudioEvents[E]): void {
    checkData(studioEvents, event, data);
    this.post({ kind: "event", event, data } as HostToStudio);
  }

  /** An edit from outside: the text editor, a checkout. */
  changePrompt(role: PromptRole, text: string): void {
    this.prompts[role] = { ...this.prompts[role], text, version: this.prompts[role].version + 1, dirty: true };
    this.emit("prompt", this.prompts[role]);
  }

  /** Adds rows to a run as the engine would. */
  append(runId: RunId, added: Omit<RunSlice, "cursor" | "runId">): void {
    const slice = this.slices.get(runId);
    if (!slice) return;
    (slice.metrics as unknown[]).push(...added.metrics);
    (slice.timing as unknown[]).push(...added.timing);
    (slice.events as unknown[]).push(...added.events);
    const cursor = cursorOf(slice);
    this.slices.set(runId, { ...slice, cursor });
    this.emit("appended", { runId, ...added, cursor });
  }

  /** Rows that only the events carry: nothing is kept here, so that memory measured is the page's. */
  appendUnkept(runId: RunId, metrics: RunSlice["metrics"]): void {
    const slice = this.slices.get(runId);
    if (!slice) return;
    const cursor = { ...slice.cursor, metrics: slice.cursor.metrics + metrics.length };
    this.slices.set(runId, { ...slice, cursor });
    this.emit("appended", { runId, metrics, timing: [], events: [], references: [], cursor });
  }

  receive(message: StudioToHost): void {
    this.log.push({ method: message.method, params: message.params });
    const failure = this.failing.get(message.method);
    this.unanswered++;
    setTimeout(async () => {
      try {
        if (failure !== undefined) throw new Error(failure);
        const handler = this.handlers[message.method] as (params: unknown) => unknown;
        const result = await handler(checkParams(studioRequests, message.method, message.params));
        checkResult(studioRequests, message.method, result);
        this.post({ kind: "response", id: message.id, result });
      } catch (error) {
        this.post({ kind: "failure", id: message.id, message: (error as Error).message });
      } finally {
        this.unanswered--;
      }
    }, 5);
  }

  private post(message: HostToStudio): void {
    window.dispatchEvent(new MessageEvent("message", { data: structuredClone(message) }));
  }

  setRun(runId: RunId, patch: Partial<RunRecord>): void {
    this.runs = this.runs.map((run) => (run.id === runId ? { ...run, ...patch } : run));
    this.emitRuns();
  }

  private emitRuns(): void {
    this.emit("runs", { runs: this.runs, ...(this.currentRun !== undefined && { currentRun: this.currentRun }) });
  }

  private readonly handlers: Handlers = {
    ready: () => this.snapshot(),
    editDocument: ({ changes }) => {
      const edited = changes.reduce(withChange, structuredClone(this.document.experiment));
      this.experiment = experimentSchema.parse(edited);
      this.document = { ...documentOf(this.experiment, this.document.version + 1), dirty: true };
      this.emit("document", this.document);
      return null;
    },
    editPrompt: ({ role, text, version }) => {
      const prompt = this.prompts[role];
      if (version !== prompt.version) return { accepted: false, version: prompt.version };
      this.prompts[role] = { ...prompt, text, version: version + 1, dirty: true };
      this.emit("prompt", this.prompts[role]);
      return { accepted: true, version: version + 1 };
    },
    openPrompt: () => null,
    createPrompt: ({ role }) => {
      this.prompts[role] = { ...promptOf(role, PLANNER_TEXT), version: this.prompts[role].version + 1 };
      this.emit("prompt", this.prompts[role]);
      return null;
    },
    openText: () => null,
    promptHistory: () =>
      this.runs.length === 0
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
        { role: "user", content: this.prompts[role].text.replace("{{ count }}", "5") },
      ],
      tokensEstimate: Math.round(this.prompts[role].text.length / 3.1),
      variables: {
        categories: Object.entries(categoryNames)
          .map(([id, name]) => `${id} ${name}`)
          .join("\n"),
        history:
          "slate 1: Comedy (clicked), Music, Food (clicked), Pets, Film, News\nslate 2: Travel (clicked), Sports",
        reflections: "9.8: Alternate music with travel; a third slate of comedy in a row ends sessions early.",
        count: "5",
        step: "7",
        user: "4211",
      },
    }),
    run: ({ seed }) => {
      const record = runRecord(`run-${this.runs.length}`, {
        name: `Wording ${this.runs.length + 5}`,
        experiment: this.experiment,
        state: "running",
        iteration: 0,
        seed: seed ?? 1,
      });
      this.runs = [record, ...this.runs];
      this.currentRun = record.id;
      this.slices.set(record.id, {
        ...fullSlice(record.id, 7, 0, 120),
        events: [],
        cursor: { metrics: 0, timing: 0, events: 0 },
      });
      this.emitRuns();
      return record;
    },
    pause: ({ runId }) => {
      this.setRun(runId, { state: "paused", reason: "Paused by you." });
      return null;
    },
    resume: ({ runId }) => {
      this.setRun(runId, { state: "running" });
      return null;
    },
    stop: ({ runId }) => {
      this.setRun(runId, { state: "stopped" });
      return null;
    },
    apply: ({ runId, changes }) => {
      const record = this.runs.find(({ id }) => id === runId);
      const iteration = this.slices.get(runId)?.metrics.at(-1)?.iteration ?? 0;
      this.append(runId, {
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
    slice: ({ runId, cursor }) => sliceFrom(this.slices.get(runId), runId, cursor),
    follow: () => null,
    episodes: ({ order, user, limit }) => {
      const found = this.sessions.filter((session) => user === undefined || session.user === user).map(summaryOf);
      if (order !== "latest") found.sort((a, b) => (order === "best" ? b.rCum - a.rCum : a.rCum - b.rCum));
      return found.slice(0, limit);
    },
    episode: ({ episode }) => {
      const found = this.sessions.find(({ id }) => id === episode);
      if (!found) throw new Error(`Session ${episode} is not recorded.`);
      return { episode: found, calls: callsOf(found), categoryNames };
    },
    rerunStep: ({ episode, step }) => {
      const recorded = this.sessions.find(({ id }) => id === episode)?.steps[step]?.plan.categories ?? [];
      const after = [...recorded.slice(0, 3), 17, 19];
      return {
        before: { categories: recorded, reply: `{"categories": [${recorded.join(", ")}]}` },
        after: {
          categories: after,
          reply: `{"categories": [${after.join(", ")}]}`,
          latencyMs: 512,
          messages: [{ role: "user", content: this.prompts.planner.text }],
        },
        categoryNames,
      };
    },
    compare: ({ runIds }) => comparison(runIds.flatMap((id) => this.runs.find((run) => run.id === id) ?? [])),
    diffRuns: () => null,
    openReport: () => null,
    saveFile: (file) => {
      this.saved.push(file);
      return { saved: true };
    },
    restartEngine: () => null,
    manageTrust: () => null,
    openSettings: () => null,
  };
}

declare global {
  interface Window {
    fakeHost: FakeHost;
    policyViolations: string[];
    load: typeof load;
    acquireVsCodeApi: () => unknown;
  }
}

window.policyViolations = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
  // The schema library tries out whether it may generate code; it belongs to this stand-in, not to the page.
  if (sourceFile.endsWith("fakeHost.js")) return;
  window.policyViolations.push(`${violatedDirective}: ${blockedURI} ${sourceFile}:${lineNumber}`);
});
window.load = load;
const scenario = new URLSearchParams(location.search).get("scenario") ?? "running";
window.fakeHost = new FakeHost(scenario as Scenario);
window.acquireVsCodeApi = () => ({
  postMessage: (message: StudioToHost) => window.fakeHost.receive(structuredClone(message)),
  getState: () => JSON.parse(sessionStorage.getItem(STATE_KEY) ?? "null"),
  setState: (state: unknown) => sessionStorage.setItem(STATE_KEY, JSON.stringify(state)),
});
