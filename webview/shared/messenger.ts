/** The page's end of src/protocol/studio.ts: typed requests with answers, and events, checked as they come in. */
import { safeParse } from "zod/mini";
import { ContractError, checkData, checkResult, knows } from "../../src/protocol/contract.ts";
import { misfit } from "../../src/protocol/misfit.ts";
import {
  hostEnvelope,
  type StudioEvents,
  type StudioRequests,
  studioEvents,
  studioRequests,
} from "../../src/protocol/studio.ts";

export type StudioMethod = keyof StudioRequests;

/** What the host offers a webview (`acquireVsCodeApi`). */
export interface HostApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** The host refused or failed; the message is for a person. */
class HostError extends Error {
  override readonly name = "HostError";
}

/** What went wrong, for a person. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Pending {
  readonly method: StudioMethod;
  readonly resolve: (result: never) => void;
  readonly reject: (error: HostError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Requests that may rightly take long: a dialog is open, or a model or a simulation works. */
const patienceMs: Partial<Record<StudioMethod, number>> = {
  run: 120_000,
  resume: 120_000,
  renderPrompt: 60_000,
  rerunStep: 180_000,
  tryWords: 120_000,
  choosePrompt: 3_600_000,
  goOnTrial: 120_000,
  trialVisit: 60_000,
  compare: 120_000,
  openReport: 120_000,
  connectModel: 3_600_000,
  manageTrust: 3_600_000,
  saveFile: 3_600_000,
};
const USUAL_PATIENCE_MS = 20_000;

export class Messenger {
  private readonly pending = new Map<number, Pending>();
  private readonly listeners = new Map<string, ((data: never) => void)[]>();
  private misfits: (event: keyof StudioEvents) => void = () => undefined;
  private lastId = 0;

  constructor(
    private readonly host: HostApi,
    source: EventTarget,
  ) {
    source.addEventListener("message", (event) => this.receive((event as MessageEvent).data));
  }

  /** Rejects with a HostError when the host fails or does not answer in time. */
  request<M extends StudioMethod>(
    method: M,
    params: StudioRequests[M]["params"],
  ): Promise<StudioRequests[M]["result"]> {
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      const milliseconds = patienceMs[method] ?? USUAL_PATIENCE_MS;
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new HostError(`No answer to "${method}" within ${milliseconds / 1000} s. Try again.`));
      }, milliseconds);
      this.pending.set(id, { method, resolve, reject, timer });
      this.host.postMessage({ kind: "request", id, method, params });
    });
  }

  on<E extends keyof StudioEvents>(event: E, listener: (data: StudioEvents[E]) => void): void {
    const listeners = this.listeners.get(event) ?? [];
    listeners.push(listener as (data: never) => void);
    this.listeners.set(event, listeners);
  }

  /** Hears the names of the events that could not be understood: what the page shows of them is out of date. */
  onMisfit(listener: (event: keyof StudioEvents) => void): void {
    this.misfits = listener;
  }

  /** Messages of others may come the same way; they are left alone. */
  private receive(raw: unknown): void {
    const { data: message, error } = safeParse(hostEnvelope, raw);
    const place = error?.issues[0]?.path[0];
    if (error && place !== undefined && place !== "kind") console.error(`host: ${misfit("message", error.issues)}`);
    switch (message?.kind) {
      case "event":
        this.tell(message.event, message.data);
        return;
      case "response":
        this.settle(message.id, (pending) => this.answer(pending, message.result));
        return;
      case "failure":
        this.settle(message.id, ({ reject }) => reject(new HostError(message.message)));
        return;
    }
  }

  /** An event that does not fit reaches no listener of it; one that is not known was meant for a newer page. */
  private tell(event: string, raw: unknown): void {
    if (!knows(studioEvents, event)) return;
    const data = fitting(() => checkData(studioEvents, event, raw));
    if (data instanceof ContractError) {
      this.misfits(event);
      return;
    }
    for (const listener of this.listeners.get(event) ?? []) listener(data as never);
  }

  private answer({ method, resolve, reject }: Pending, raw: unknown): void {
    const result = fitting(() => checkResult(studioRequests, method, raw));
    if (result instanceof ContractError) reject(new HostError(misunderstanding(result)));
    else resolve(result as never);
  }

  private settle(id: number, settle: (pending: Pending) => void): void {
    const pending = this.pending.get(id);
    if (!pending) return;
    this.pending.delete(id);
    clearTimeout(pending.timer);
    settle(pending);
  }
}

const misunderstanding = ({ message }: ContractError): string =>
  `This page and the extension do not understand each other (${message}). Reload the window; if it stays, report it with the log.`;

/** What does not fit the contract is a defect: said where defects are looked for, and handed back. */
function fitting<T>(check: () => T): T | ContractError {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    console.error(error.message);
    return error;
  }
}
