/** The background process: a JSON-RPC connection over the channel of `child_process.fork`, and the service behind it. */
import { randomInt } from "node:crypto";
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from "vscode-jsonrpc/node";
import { type EngineRequests, protocolVersion } from "../protocol/engine.ts";
import { InputError, LerlError, messageOf } from "./errors.ts";
import type { Handlers } from "./service/handlers.ts";
import { createService, type EngineService } from "./service/service.ts";
import { engineVersion } from "./version.ts";

/** JSON-RPC error codes of ours: the user can mend the first kind, the second is a defect. */
const errorCodes = { input: 1, failure: 2 } as const;

/** A run that has not stopped by then never will; its last checkpoint stands. */
const SHUTDOWN_MS = 15_000;

function main(): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  let service: EngineService | undefined;

  const shutdown = async (): Promise<void> => {
    await service?.stop();
    service = undefined;
  };

  const on = <M extends keyof EngineRequests>(method: M, handler: Handlers[M]): void => {
    connection.onRequest(method as string, async (params: unknown): Promise<unknown> => {
      try {
        return await handler(params as EngineRequests[M]["params"]);
      } catch (error) {
        throw rpcError(error);
      }
    });
  };

  on("engine/initialize", async (params) => {
    if (params.protocolVersion === protocolVersion && !service) {
      service = createService({
        workspaceFolder: params.workspaceFolder,
        notify: (name, data) => void connection.sendNotification(name, data).catch(() => undefined),
        ask: (question, signal) => askHost(connection, question, signal),
        now: () => new Date(),
        random: () => randomInt(2 ** 32) / 2 ** 32,
        environment: process.env,
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
  process.once("SIGTERM", leave);
  // Ctrl+C in the terminal that started the editor reaches every process; the parent decides what it means.
  process.on("SIGINT", () => undefined);

  connection.listen();
}

async function askHost(
  connection: MessageConnection,
  question: {
    readonly model: string;
    readonly messages: readonly { readonly role: "system" | "user"; readonly content: string }[];
  },
  signal: AbortSignal,
): Promise<{ text: string; model: string }> {
  const source = new CancellationTokenSource();
  const cancel = (): void => source.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await connection.sendRequest("models/ask", question, source.token);
  } finally {
    signal.removeEventListener("abort", cancel);
    source.dispose();
  }
}

function rpcError(error: unknown): ResponseError<{ code?: string }> {
  const code = error instanceof InputError ? errorCodes.input : errorCodes.failure;
  return new ResponseError(code, messageOf(error), error instanceof LerlError ? { code: error.code } : {});
}

main();
