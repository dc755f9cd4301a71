/** The page's end of src/protocol/studio.ts: typed requests with answers, and events. */
import type { HostToStudio, StudioEvents, StudioRequests } from "../../src/protocol/studio.ts";

export type StudioMethod = keyof StudioRequests;

/** What the host offers a webview (`acquireVsCodeApi`). */
export interface HostApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** The host refused or failed; the message is for a person. */
export class HostError extends Error {
  override readonly name = "HostError";
}

/** What went wrong, for a person. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Pending {
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
  private lastId = 0;

  constructor(
    private readonly host: HostApi,
    source: EventTarget,
  ) {
    source.addEventListener("message", (event) => this.receive((event as MessageEvent).data as HostToStudio));
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
      this.pending.set(id, { resolve, reject, timer });
      this.host.postMessage({ kind: "request", id, method, params });
    });
  }

  on<E extends keyof StudioEvents>(event: E, listener: (data: StudioEvents[E]) => void): void {
    const listeners = this.listeners.get(event) ?? [];
    listeners.push(listener as (data: never) => void);
    this.listeners.set(event, listeners);
  }

  private receive(message: HostToStudio): void {
    switch (message?.kind) {
      case "event":
        for (const listener of this.listeners.get(message.event) ?? []) listener(message.data as never);
        return;
      case "response":
        this.settle(message.id, ({ resolve }) => resolve(message.result as never));
        return;
      case "failure":
        this.settle(message.id, ({ reject }) => reject(new HostError(message.message)));
        return;
    }
  }

  private settle(id: number, settle: (pending: Pending) => void): void {
    const pending = this.pending.get(id);
    if (!pending) return;
    this.pending.delete(id);
    clearTimeout(pending.timer);
    settle(pending);
  }
}
