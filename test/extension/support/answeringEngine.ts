/** An engine without a process: it answers as the test says, in the contract's terms, and keeps what it is asked. */

import type { CancellationToken } from "vscode";
import type { EngineClient } from "../../../src/extension/engine/engineClient.ts";
import { EngineInputError } from "../../../src/extension/engine/engineErrors.ts";
import type { EngineNotifications, EngineRequests } from "../../../src/protocol/engine.ts";
import type { EngineState } from "../../../src/protocol/studio.ts";
import { listed } from "./runRecord.ts";
import { EventEmitter } from "./vscode.ts";

type Answer<M extends keyof EngineRequests> = (
  params: EngineRequests[M]["params"],
  token: CancellationToken | undefined,
) => EngineRequests[M]["result"] | Promise<EngineRequests[M]["result"]>;

export type Answers = { [M in keyof EngineRequests]?: Answer<M> };

type Sent = { [N in keyof EngineNotifications]: { readonly name: N; readonly params: EngineNotifications[N] } };

type Rooms = Pick<EngineClient, "state" | "on" | "request" | "restart" | "onDidChangeState" | "onDidDie">;

export class AnsweringEngine implements Rooms {
  readonly asked: { readonly method: keyof EngineRequests | "restart"; readonly params: unknown }[] = [];
  readonly state: EngineState = { state: "ready" };
  readonly onDidChangeState = new EventEmitter<EngineState>().event;
  readonly onDidDie = new EventEmitter<string>().event;
  private readonly sent = new EventEmitter<Sent[keyof Sent]>();
  private readonly answers: Answers;

  constructor(answers: Answers = {}) {
    this.answers = { "runs/list": () => listed(), "trials/list": () => [], ...answers };
  }

  /** Says how one request is answered from now on. */
  answer<M extends keyof EngineRequests>(method: M, answer: Answer<M>): void {
    Object.assign(this.answers, { [method]: answer });
  }

  async request<M extends keyof EngineRequests>(
    method: M,
    params: EngineRequests[M]["params"],
    token?: CancellationToken,
  ): Promise<EngineRequests[M]["result"]> {
    this.asked.push({ method, params });
    const answer: Answer<M> | undefined = this.answers[method];
    if (!answer) throw new EngineInputError(`Nothing answers ${method}.`, undefined);
    return answer(params, token);
  }

  async restart(): Promise<void> {
    this.asked.push({ method: "restart", params: {} });
  }

  on<N extends keyof EngineNotifications>(name: N, listener: (params: EngineNotifications[N]) => void) {
    return this.sent.event((sent) => {
      if (sent.name === name) listener(sent.params as EngineNotifications[N]);
    });
  }

  /** The engine says something on its own. */
  notify<N extends keyof EngineNotifications>(name: N, params: EngineNotifications[N]): void {
    this.sent.fire({ name, params } as Sent[N]);
  }

  /** What was asked of one method. */
  paramsOf(method: keyof EngineRequests): unknown[] {
    return this.asked.filter((one) => one.method === method).map(({ params }) => params);
  }

  /** For what takes the client itself; of it, it needs no more than there is here. */
  asClient(): EngineClient {
    return this as Rooms as EngineClient;
  }
}
