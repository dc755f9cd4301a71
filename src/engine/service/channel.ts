/** The channel of `child_process.fork`, as the engine reads it. */
import { type DataCallback, type Disposable, IPCMessageReader, type Message } from "vscode-jsonrpc/node";

/**
 * Lets through what the library behind it can take: it throws, past everybody who could catch it, at a cancellation that does
 * not say of what.
 */
export class ChannelReader extends IPCMessageReader {
  constructor(
    process: NodeJS.Process,
    private readonly dropped: () => void,
  ) {
    super(process);
  }

  override listen(callback: DataCallback): Disposable {
    return super.listen((message: unknown) => (isMessage(message) ? callback(message) : this.dropped()));
  }
}

function isMessage(message: unknown): message is Message {
  if (!isObject(message) || Array.isArray(message)) return false;
  const { jsonrpc, method, params } = message;
  if (jsonrpc !== "2.0" || (method !== undefined && typeof method !== "string")) return false;
  if (method?.startsWith("$/")) return method === "$/cancelRequest" && isObject(params) && isId(params.id);
  return params === undefined || isObject(params);
}

const isId = (id: unknown): boolean => typeof id === "string" || typeof id === "number";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
