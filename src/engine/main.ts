/** The background process: a JSON-RPC connection over the channel of `child_process.fork`, and the service behind it. */
import { randomInt } from "node:crypto";
import { constants, setPriority } from "node:os";
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from "vscode-jsonrpc/node";
import { ContractError, checkParams, checkResult } from "../protocol/contract.ts";
import {
  type EngineNotifications,
  type EngineRequests,
  engineRequests,
  type HostRequests,
  hostRequests,
  type OutsideFile,
  protocolVersion,
} from "../protocol/engine.ts";
import { InputError, LerlError, messageOf } from "./errors.ts";
import { ChannelReader } from "./service/channel.ts";
import type { Handlers } from "./service/handlers.ts";
import { createService, type EngineService } from "./service/service.ts";
import { OutsideFilesError } from "./serving/namedFiles.ts";
import { engineVersion } from "./version.ts";

/** JSON-RPC error codes of ours: the user can mend the first kind, the second is a defect. */
const errorCodes = { input: 1, failure: 2 } as const;

/** A run that has not stopped by then never will; its last checkpoint stands. */
const SHUTDOWN_MS = 15_000;

function main(): void {
  giveWay();
  const reader = new ChannelReader(process, () =>
    notify("engine/log", { level: "warn", message: "A message that is none was left out." }),
  );
  const connection = createMessageConnection(reader, new IPCMessageWriter(process));
  let service: EngineService | undefined;

  const shutdown = async (): Promise<void> => {
    await service?.stop();
    service = undefined;
  };

  const notify = <N extends keyof EngineNotifications>(name: N, data: EngineNotifications[N]): void =>
    void connection.sendNotification(name, data).catch(() => undefined);

  const on = <M extends keyof EngineRequests>(method: M, handler: Handlers[M]): void => {
    connection.onRequest(method as string, async (params: unknown, token: CancellationToken): Promise<unknown> => {
      const cancelled = new AbortController();
      const listening = token.onCancellationRequested(() => cancelled.abort());
      try {
        return await handler(checkParams(engineRequests, method, params), cancelled.signal);
      } catch (error) {
        if (error instanceof ContractError) notify("engine/log", { level: "error", message: error.message });
        throw rpcError(error);
      } finally {
        listening.dispose();
      }
    });
  };

  on("engine/initialize", async (params) => {
    if (params.protocolVersion === protocolVersion && !service) {
      service = createService({
        workspaceFolder: params.workspaceFolder,
        notify,
        ask: (question, signal) => askHost(connection, question, signal),
        now: () => new Date(),
        random: () => randomInt(2 ** 32) / 2 ** 32,
        readOnly: params.readOnly === true,
      });
      for (const [method, handler] of Object.entries(service.handlers)) {
        on(method as keyof EngineRequests, handler as Handlers[keyof EngineRequests]);
      }
    }
    return { protocolVersion, engineVersion, pid: process.pid, backend: "WebAssembly SIMD" };
  });

  on("engine/shutdown", async () => {
    await shutdown();
    return null;
  });

  const leave = (): void => {
    setTimeout(() => process.exit(1), SHUTDOWN_MS);
    void shutdown().finally(() => process.exit(0));
  };
  // Without its parent this process has nobody to work for: runs are kept as checkpoints.
  process.once("disconnect", leave);
  process.once("SIGTERM", leave).once("SIGHUP", leave);
  // Whoever read the log is gone: the channel says what that means.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => undefined);
  // Ctrl+C in the terminal that started the editor reaches every process; the parent decides what it means.
  process.on("SIGINT", () => undefined);

  connection.listen();
}

/** On a machine with few cores the editor stays quick while a run goes on. Threads made later are as modest. */
function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not every machine lets a process say so.
  }
}

async function askHost(
  connection: MessageConnection,
  question: HostRequests["models/ask"]["params"],
  signal: AbortSignal,
): Promise<HostRequests["models/ask"]["result"]> {
  const source = new CancellationTokenSource();
  const cancel = (): void => source.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const answer: unknown = await connection.sendRequest("models/ask", question, source.token);
    return checkResult(hostRequests, "models/ask", answer);
  } finally {
    signal.removeEventListener("abort", cancel);
    source.dispose();
  }
}

function rpcError(error: unknown): ResponseError<{ code?: string; outside?: readonly OutsideFile[] }> {
  if (error instanceof ContractError) return new ResponseError(ErrorCodes.InvalidParams, error.message, {});
  const code = error instanceof InputError ? errorCodes.input : errorCodes.failure;
  const outside = error instanceof OutsideFilesError ? { outside: error.files } : {};
  return new ResponseError(code, messageOf(error), error instanceof LerlError ? { code: error.code, ...outside } : {});
}

main();
