/**
 * Stands where the extension stands: answers the page's requests as src/protocol/studio.ts says and sends events, all of
 * them checked by its schemas. Runs in the page, before the Studio; tests steer it through `window.fakeHost`.
 */
import { checkData, checkParams, checkResult } from "../../../src/protocol/contract.ts";
import type { RunSlice } from "../../../src/protocol/engine.ts";
import { type Experiment, experimentJsonSchema } from "../../../src/protocol/experiment.ts";
import type { Episode, RunId, RunRecord } from "../../../src/protocol/run.ts";
import {
  type DocumentState,
  type HostToStudio,
  type PromptRole,
  type PromptState,
  type StudioEvents,
  type StudioSnapshot,
  type StudioToHost,
  studioEvents,
  studioRequests,
} from "../../../src/protocol/studio.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { CRITIC_TEXT, episodes, experiment, PLANNER_TEXT } from "./fakeData.ts";
import { cursorOf, documentOf, promptOf } from "./fakeDocuments.ts";
import { fakeHandlers, type HandledHost } from "./fakeHandlers.ts";
import { recordedRuns, type Scenario } from "./fakeRuns.ts";
import { trialResult, trialSummary, trialsNews } from "./fakeTrials.ts";
import * as load from "./load.ts";

const STATE_KEY = "fake-host-state";

class FakeHost implements HandledHost {
  /** Every request as it came, for assertions. */
  readonly log: { readonly method: string; readonly params: unknown }[] = [];
  readonly saved: { readonly name: string; readonly content: string; readonly encoding: string }[] = [];
  /** Requests that are still without an answer. */
  unanswered = 0;
  /** Methods that fail, with their message. */
  readonly failing = new Map<string, string>();
  document: DocumentState;
  /** What the document read as last. */
  experiment: Experiment;
  prompts: Record<PromptRole, PromptState>;
  runs: RunRecord[];
  currentRun: RunId | undefined;
  readonly slices = new Map<RunId, RunSlice>();
  /** Rows that are given at once: the newest of a slice, all or a tenth of a range. */
  givenAtOnce = 100_000;
  sessions: Episode[] = episodes(3, 24);
  rerunProblem: string | undefined;
  trials: TrialSummary[] = [];
  fitting: { sessions: number; seconds?: number } = { sessions: 100, seconds: 15 };
  private readonly handlers = fakeHandlers(this);

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
    if (scenario === "done") this.trials = [trialSummary("decided", { result: trialResult(50) })];
  }

  snapshot(): StudioSnapshot {
    return {
      document: this.document,
      prompts: this.prompts,
      runs: this.runs,
      ...(this.currentRun !== undefined && { currentRun: this.currentRun }),
      trials: this.trials,
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

  /** What the host knows of trials from now on. */
  setTrials(trials: TrialSummary[]): void {
    this.trials = trials;
    this.emit("trials", trialsNews(trials));
  }

  emitRuns(): void {
    this.emit("runs", { runs: this.runs, ...(this.currentRun !== undefined && { currentRun: this.currentRun }) });
  }
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
