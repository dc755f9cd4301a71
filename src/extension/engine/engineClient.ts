/**
 * The engine as the rooms of the extension see it: typed requests and notifications. The process behind them is started
 * on first use, started again when it dies, and given up after too many failures in a row.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type CancellationToken, type Disposable, type Event, EventEmitter, type LogOutputChannel, l10n } from "vscode";
import type { AllowedPaths, EngineNotifications, EngineRequests, OutsideFile } from "../../protocol/engine.ts";
import type { EngineState } from "../../protocol/studio.ts";
import type { AllowedFiles } from "../platform/allowedFiles.ts";
import { messageOf, UntrustedError } from "../platform/errors.ts";
import { EngineInputError, EngineLostError } from "./engineErrors.ts";
import type { EngineProcess, EngineProcessOptions } from "./engineProcess.ts";
import { isOf } from "./requestKinds.ts";
import { RestartPolicy } from "./restartPolicy.ts";

export interface EngineClientOptions
  extends Pick<EngineProcessOptions, "modulePath" | "locale" | "log" | "host" | "heartbeat" | "patience"> {
  /** Where the engine works. Asked at each start; may throw for the user. */
  readonly workspaceFolder: () => string;
  /** Flags of Node's for the process. Asked at each start. */
  readonly nodeArguments?: () => readonly string[];
  /** Whether the workspace is trusted; once it is, it stays so. */
  readonly isTrusted: () => boolean;
  /** Files outside the workspace: those a person has allowed, and who asks them for more. */
  readonly allowedFiles: Pick<AllowedFiles, "allowed" | "ask">;
  /** Milliseconds before the first, second, ... restart. */
  readonly restartDelays?: readonly number[];
}

export class EngineClient implements Disposable {
  private readonly stateChanged = new EventEmitter<EngineState>();
  private readonly died = new EventEmitter<string>();
  private readonly listeners = new Map<string, EventEmitter<unknown>>();
  private readonly log: LogOutputChannel;
  private current: EngineState = { state: "idle" };
  private engine: Promise<EngineProcess> | undefined;
  private policy: RestartPolicy;
  private readonly ended = new AbortController();
  private lastFailure = "";
  /** The process writes nothing yet. */
  private readOnly = false;
  /** A person has said no to files that only names stand in: not asked again until the window closes. */
  private withoutNames = false;

  readonly onDidChangeState: Event<EngineState> = this.stateChanged.event;
  /** The process died although nobody asked it to; says why. Runs it had are interrupted. */
  readonly onDidDie: Event<string> = this.died.event;

  constructor(private readonly options: EngineClientOptions) {
    this.log = options.log;
    this.policy = RestartPolicy.after(options.restartDelays);
  }

  get state(): EngineState {
    return this.current;
  }

  /** What a person has allowed outside the workspace. */
  get allowedPaths(): AllowedPaths {
    return this.options.allowedFiles.allowed;
  }

  /**
   * Asks the engine, and starts it where it does not run.
   * @throws UntrustedError, UserError without a folder, EngineInputError, EngineFailure, EngineLostError
   */
  async request<M extends keyof EngineRequests>(
    method: M,
    params: EngineRequests[M]["params"],
    token?: CancellationToken,
  ): Promise<EngineRequests[M]["result"]> {
    const isTrusted = this.options.isTrusted();
    if (!isTrusted && !isOf("looks", method)) throw new UntrustedError();
    const engine = await this.connect();
    if (isTrusted) await this.letWrite(engine);
    try {
      return await engine.request(method, params, token);
    } catch (error) {
      const outside = error instanceof EngineInputError ? error.outside : [];
      if (outside.length === 0 || !isOf("asks", method)) throw error;
      const isNames = isOf("names", method);
      if (isTrusted && !(isNames && this.withoutNames) && (await this.allows(outside)))
        return this.request(method, params, token);
      if (!isNames) throw error;
      this.withoutNames ||= isTrusted;
      return engine.request(method, { ...params, unnamed: true }, token);
    }
  }

  /** Tells a process that was started before the workspace was trusted. */
  private async letWrite(engine: EngineProcess): Promise<void> {
    if (!this.readOnly) return;
    this.readOnly = false;
    await engine.request("workspace/trust", {});
  }

  /** Whether a person allows them now. */
  private async allows(outside: readonly OutsideFile[]): Promise<boolean> {
    const { allowedFiles } = this.options;
    if (!(await allowedFiles.ask(outside))) return false;
    const engine = await this.connect();
    await engine.request("files/allow", allowedFiles.allowed);
    return true;
  }

  on<N extends keyof EngineNotifications>(name: N, listener: (params: EngineNotifications[N]) => void): Disposable {
    let emitter = this.listeners.get(name) as EventEmitter<EngineNotifications[N]> | undefined;
    if (!emitter) {
      emitter = new EventEmitter<EngineNotifications[N]>();
      this.listeners.set(name, emitter as EventEmitter<unknown>);
    }
    return emitter.event(listener);
  }

  /** Ends the process; the next request starts a new one. */
  async stop(): Promise<void> {
    const engine = await this.engine?.catch(() => undefined);
    this.engine = undefined;
    await engine?.stop();
    this.setState({ state: "idle" });
  }

  /** Starts afresh, also after the engine was given up. */
  async restart(): Promise<void> {
    await this.stop();
    this.policy = RestartPolicy.after(this.options.restartDelays);
    await this.connect();
  }

  /** Ends everything; `stop` waits for it. */
  dispose(): void {
    this.ended.abort();
    void this.stop().catch((error: unknown) => this.log.error(messageOf(error)));
    for (const emitter of [...this.listeners.values(), this.stateChanged, this.died]) emitter.dispose();
  }

  private connect(): Promise<EngineProcess> {
    if (this.ended.signal.aborted) return Promise.reject(new EngineLostError(l10n.t("The window is closing.")));
    if (this.current.state === "unavailable") return Promise.reject(new EngineLostError(this.current.message));
    this.engine ??= this.start().catch((error: unknown) => {
      this.engine = undefined;
      throw error;
    });
    return this.engine;
  }

  private async start(): Promise<EngineProcess> {
    const workspaceFolder = this.options.workspaceFolder();
    this.setState({ state: "starting" });
    for (;;) {
      const wait = this.policy.delay;
      if (wait === undefined) throw this.giveUp();
      if (wait > 0) await delay(wait, undefined, { signal: this.ended.signal });
      try {
        return await this.launch(workspaceFolder);
      } catch (error) {
        this.policy = this.policy.failed();
        this.lastFailure = messageOf(error);
        this.log.error(this.lastFailure);
      }
    }
  }

  private async launch(workspaceFolder: string): Promise<EngineProcess> {
    // What speaks with the process loads with the first use of it, not at activation.
    const { EngineProcess } = await import("./engineProcess.ts");
    this.readOnly = !this.options.isTrusted();
    const engine = await EngineProcess.start({
      ...this.options,
      readOnly: this.readOnly,
      nodeArguments: this.options.nodeArguments?.() ?? [],
      workspaceFolder,
      notified: (name, params) => this.notified(name, params),
      alive: () => {
        this.policy = this.policy.succeeded();
      },
    });
    void engine.exited.then((why) => {
      if (why !== undefined) this.lost(why);
    });
    const { allowedPaths } = this;
    if (allowedPaths.read.length + allowedPaths.written.length > 0) await engine.request("files/allow", allowedPaths);
    this.setState({ state: "ready" });
    return engine;
  }

  private notified<N extends keyof EngineNotifications>(name: N, params: EngineNotifications[N]): void {
    if (name === "engine/log") {
      const { level, message } = params as EngineNotifications["engine/log"];
      this.log[level](message);
    }
    this.listeners.get(name)?.fire(params);
  }

  /** The process died: listeners hear of it at once, and a new one is started so that the window stays usable. */
  private lost(why: string): void {
    this.engine = undefined;
    this.policy = this.policy.failed();
    this.lastFailure = l10n.t("The engine stopped: {0}.", why);
    this.log.error(this.lastFailure);
    this.setState({ state: "idle" });
    this.died.fire(why);
    if (this.ended.signal.aborted) return;
    this.connect().catch((error: unknown) => this.log.error(messageOf(error)));
  }

  private giveUp(): EngineLostError {
    const message = l10n.t("{0} It was started again several times without success.", this.lastFailure);
    this.setState({ state: "unavailable", message });
    return new EngineLostError(message);
  }

  private setState(state: EngineState): void {
    if (this.ended.signal.aborted) return;
    this.current = state;
    this.stateChanged.fire(state);
  }
}
