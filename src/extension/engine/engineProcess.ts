/** One life of the engine process: started, greeted, watched, asked and ended. */
import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { CancellationError, type CancellationToken, type LogOutputChannel, l10n } from "vscode";
import {
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from "vscode-jsonrpc/node";
import { ContractError, checkData, checkParams, checkResult, knows } from "../../protocol/contract.ts";
import {
  type EngineNotifications,
  type EngineRequests,
  engineNotifications,
  engineRequests,
  type HostRequests,
  hostRequests,
  protocolVersion,
} from "../../protocol/engine.ts";
import { ownEnvironment } from "../../protocol/ownEnvironment.ts";
import { messageOf } from "../platform/errors.ts";
import { EngineLostError } from "./engineErrors.ts";
import { engineError } from "./rpcErrors.ts";
import { timeoutOf } from "./timeouts.ts";

/** Requests of the engine, answered here. */
type HostHandlers = {
  readonly [M in keyof HostRequests]: (
    params: HostRequests[M]["params"],
    token: CancellationToken,
  ) => Promise<HostRequests[M]["result"]>;
};

type NotificationListener = <N extends keyof EngineNotifications>(name: N, params: EngineNotifications[N]) => void;

export interface EngineProcessOptions {
  /** The engine's bundle. */
  readonly modulePath: string;
  readonly workspaceFolder: string;
  /** Nothing is written there until the engine is told that the workspace is trusted. */
  readonly readOnly: boolean;
  readonly locale: string;
  /** Flags of Node's for the process. */
  readonly nodeArguments?: readonly string[];
  readonly log: LogOutputChannel;
  readonly host: HostHandlers;
  readonly notified: NotificationListener;
  /** A heartbeat was answered: the process has proved itself. */
  readonly alive: () => void;
  /** A ping every so often; one without an answer in time means that the process hangs. */
  readonly heartbeat?: { readonly everyMs: number; readonly timeoutMs: number };
  /** How long a process may take to end by itself, then after SIGTERM. */
  readonly patience?: { readonly shutdownMs: number; readonly terminateMs: number };
}

const defaultHeartbeat = { everyMs: 10_000, timeoutMs: 60_000 };
const defaultPatience = { shutdownMs: 4000, terminateMs: 2000 };

export class EngineProcess {
  /** Why the process ended, once it has; undefined: it was asked to. */
  readonly exited: Promise<string | undefined>;
  private stopping = false;
  private verdict: string | undefined;
  private heart: NodeJS.Timeout | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly connection: MessageConnection,
    private readonly options: EngineProcessOptions,
  ) {
    this.exited = new Promise((resolve) => {
      const end = (why: string): void => {
        clearTimeout(this.heart);
        connection.dispose();
        resolve(this.stopping ? undefined : (this.verdict ?? why));
      };
      child.once("error", (error) => end(messageOf(error)));
      child.once("exit", (code, signal) =>
        end(signal ? l10n.t("it was ended by {0}", signal) : l10n.t("it exited with code {0}", String(code))),
      );
    });
  }

  /**
   * Starts the process and exchanges versions with it.
   * @throws EngineLostError when it cannot be started or speaks another version; then nothing is left running
   */
  static async start(options: EngineProcessOptions): Promise<EngineProcess> {
    const child = fork(options.modulePath, [], {
      cwd: options.workspaceFolder,
      // The extension host's own flags (a debugger's port above all) are not the engine's.
      execArgv: [...(options.nodeArguments ?? [])],
      // Keys come over the channel, each for its server. What makes Electron's binary be Node.
      env: { ...ownEnvironment(process.env), ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    logOutput(child, options.log);
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    const engine = new EngineProcess(child, connection, options);
    engine.listen();
    try {
      await engine.greet();
    } catch (error) {
      await engine.stop();
      throw error;
    }
    engine.beat();
    return engine;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** @throws EngineInputError, EngineFailure, EngineLostError; CancellationError where nobody waits any more */
  async request<M extends keyof EngineRequests>(
    method: M,
    params: EngineRequests[M]["params"],
    token?: CancellationToken,
    timeoutMs = timeoutOf(method),
  ): Promise<EngineRequests[M]["result"]> {
    const source = new CancellationTokenSource();
    const cancelled = token?.onCancellationRequested(() => source.cancel());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        source.cancel();
        reject(new EngineLostError(l10n.t("The engine did not answer {0} within {1} s.", method, timeoutMs / 1000)));
      }, timeoutMs);
    });
    try {
      const answer: unknown = await Promise.race([this.connection.sendRequest(method, params, source.token), late]);
      return checkResult(engineRequests, method, answer);
    } catch (error) {
      const failure = error instanceof EngineLostError ? error : engineError(method, error);
      // What the engine says of work that it was told to leave is nobody's concern.
      if (token?.isCancellationRequested && !(failure instanceof EngineLostError)) throw new CancellationError();
      if (error instanceof ContractError) this.options.log.error(error.message);
      throw failure;
    } finally {
      clearTimeout(timer);
      cancelled?.dispose();
      source.dispose();
    }
  }

  /** Ends the process: by request, which keeps checkpoints; then by SIGTERM; then by SIGKILL. */
  async stop(): Promise<void> {
    const { shutdownMs, terminateMs } = this.options.patience ?? defaultPatience;
    this.stopping = true;
    clearTimeout(this.heart);
    if (this.running) {
      await this.request("engine/shutdown", {}, undefined, shutdownMs).catch((error: unknown) =>
        this.options.log.debug(messageOf(error)),
      );
      if (this.child.connected) this.child.disconnect();
      if (!(await this.endsWithin(terminateMs))) this.child.kill("SIGTERM");
      if (!(await this.endsWithin(terminateMs))) this.child.kill("SIGKILL");
    }
    await this.exited;
  }

  private get running(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  private async endsWithin(milliseconds: number): Promise<boolean> {
    const patience = new AbortController();
    const wait = delay(milliseconds, false, { signal: patience.signal }).catch(() => false);
    const ended = await Promise.race([this.exited.then(() => true), wait]);
    patience.abort();
    return ended;
  }

  private listen(): void {
    this.connection.onNotification((name, params) => this.hear(name, params));
    for (const method of Object.keys(hostRequests) as (keyof HostRequests)[]) this.answer(method);
    this.connection.onError(([error]) => this.options.log.warn(`Engine channel: ${error.message}`));
    this.connection.listen();
  }

  private hear(name: string, params: unknown): void {
    if (!knows(engineNotifications, name)) {
      this.options.log.warn(`Engine channel: there is no notification ${name}.`);
      return;
    }
    let data: EngineNotifications[typeof name];
    try {
      data = checkData(engineNotifications, name, params);
    } catch (error) {
      this.options.log.error(messageOf(error));
      return;
    }
    this.options.notified(name, data);
  }

  private answer<M extends keyof HostRequests>(method: M): void {
    this.connection.onRequest(method as string, async (params: unknown, token: CancellationToken): Promise<unknown> => {
      try {
        return await this.options.host[method](checkParams(hostRequests, method, params), token);
      } catch (error) {
        if (!(error instanceof ContractError)) throw error;
        this.options.log.error(error.message);
        throw new ResponseError(ErrorCodes.InvalidParams, error.message);
      }
    });
  }

  private async greet(): Promise<void> {
    const { workspaceFolder, locale, log, readOnly } = this.options;
    const died = this.exited.then((why) => {
      throw new EngineLostError(l10n.t("The engine could not be started: {0}.", why ?? ""));
    });
    const greeting = this.request("engine/initialize", { protocolVersion, workspaceFolder, locale, readOnly });
    // Whichever loses the race has nobody left to tell.
    died.catch(() => undefined);
    greeting.catch(() => undefined);
    const answer = await Promise.race([greeting, died]);
    if (answer.protocolVersion !== protocolVersion) {
      throw new EngineLostError(
        l10n.t(
          "The engine speaks version {0} of the protocol, this extension version {1}. Reload the window, or install the extension again.",
          answer.protocolVersion,
          protocolVersion,
        ),
      );
    }
    const { engineVersion = "of no version", backend = "no backend named" } = answer;
    log.info(`Engine ${engineVersion} runs as process ${this.pid} (${backend}).`);
  }

  /** The next ping goes out after the last was answered; a process that hangs is ended. */
  private beat(): void {
    const { everyMs, timeoutMs } = this.options.heartbeat ?? defaultHeartbeat;
    this.heart = setTimeout(() => {
      this.request("engine/ping", {}, undefined, timeoutMs).then(
        () => {
          this.options.alive();
          this.beat();
        },
        (error: unknown) => {
          if (this.stopping || !this.running) return;
          this.verdict = l10n.t("it did not answer for {0} s", timeoutMs / 1000);
          this.options.log.error(`Heartbeat: ${messageOf(error)}`);
          this.child.kill("SIGKILL");
        },
      );
    }, everyMs);
    this.heart.unref();
  }
}

function logOutput(child: ChildProcess, log: LogOutputChannel): void {
  if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => log.info(line));
  if (child.stderr) createInterface({ input: child.stderr }).on("line", (line) => log.warn(line));
}
