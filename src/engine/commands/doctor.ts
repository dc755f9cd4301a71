import { access, constants } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { Command } from "commander";
import type { ModelServer } from "../../protocol/engine.ts";
import { completeAddress, originOf } from "../../protocol/serverAddress.ts";
import { type BoundKey, keyFor } from "../../protocol/wantedKeys.ts";
import { messageOf } from "../errors.ts";
import { detectServers, localServers, modelToTry, type ServerAddress, tryModel } from "../llm/detect.ts";
import { TensorEngine } from "../tensor/tensorEngine.ts";
import { describeTfjs } from "../tensor/tfjs/availability.ts";
import { engineVersion } from "../version.ts";
import { type KeyOptions, keyOptions, typedByHand } from "./models.ts";
import { paint, say } from "./terminal.ts";

export interface Finding {
  readonly name: string;
  readonly state: "good" | "note" | "bad";
  readonly text: string;
}

interface DoctorOptions extends KeyOptions {
  readonly server?: string;
  readonly model?: string;
  readonly json?: boolean;
}

const marks = { good: paint.good("ok  "), note: paint.quiet("–   "), bad: paint.error("bad ") } as const;

export function doctorCommand(): Command {
  return keyOptions(new Command("doctor"))
    .description("Check what this machine offers: kernels, threads, backends, folders, model servers.")
    .option("--server <address>", "look for a model server there, for example localhost:8000")
    .option("--model <name>", "try this model, also where the server has to load it")
    .option("--json", "print one JSON object")
    .action(async (options: DoctorOptions) => {
      const { server, model, json } = options;
      const addresses =
        server === undefined ? localServers : [{ name: "model server", baseUrl: completeAddress(server) }];
      const findings = [
        machine(),
        await kernels(),
        await describedTfjs(),
        await folder(),
        ...(await models(addresses, model, typedByHand(options))),
      ];
      if (json) say(`${JSON.stringify({ version: engineVersion, findings })}\n`);
      else for (const { name, state, text } of findings) say(`${marks[state]} ${name.padEnd(16)} ${text}\n`);
      if (findings.some(({ state }) => state === "bad")) process.exitCode = 1;
    });
}

function machine(): Finding {
  const memory = Math.round(totalmem() / 2 ** 30);
  const text = `LERL ${engineVersion}, Node ${process.versions.node}, ${availableParallelism()} threads, ${memory} GiB memory`;
  return { name: "machine", state: "good", text };
}

async function kernels(): Promise<Finding> {
  try {
    const engine = await TensorEngine.create({ backend: "wasm", workers: 1 });
    await engine.dispose();
    return { name: "kernels", state: "good", text: "WebAssembly SIMD kernels and worker threads run" };
  } catch (error) {
    return {
      name: "kernels",
      state: "bad",
      text: `${messageOf(error)} "policy.backend": "plain" works without them, slowly.`,
    };
  }
}

async function describedTfjs(): Promise<Finding> {
  const { available, text } = await describeTfjs();
  return { name: "TensorFlow.js", state: available ? "good" : "note", text };
}

async function folder(): Promise<Finding> {
  try {
    await access(process.cwd(), constants.W_OK);
    return { name: "folder", state: "good", text: "runs are kept in .lerl/runs of the current folder" };
  } catch {
    return {
      name: "folder",
      state: "bad",
      text: `${process.cwd()} cannot be written; give lerl run --out a folder that can.`,
    };
  }
}

/** Every server that is found answers one question of its own, where that loads no large model. */
export async function models(
  addresses: readonly ServerAddress[] = localServers,
  wanted?: string,
  keys: readonly BoundKey[] = [],
): Promise<readonly Finding[]> {
  const servers = await detectServers(addresses, undefined, keys);
  if (servers.length > 0) return Promise.all(servers.map((server) => tried(server, wanted, keys)));
  const [only, ...others] = addresses;
  // Where both are named, the model's own answer says what is wrong.
  if (only && others.length === 0 && wanted !== undefined) return [await answered(only, wanted, keys)];
  const places = addresses.map(({ name, baseUrl }) => `${name} (${new URL(baseUrl).host})`).join(", ");
  const text = `none found: ${places}; the offline planner and critic work without`;
  return [{ name: "model servers", state: "note", text }];
}

async function tried(
  { name, baseUrl, state, listed }: ModelServer,
  wanted: string | undefined,
  keys: readonly BoundKey[],
): Promise<Finding> {
  const note = (text: string): Finding => ({ name, state: "note", text: `${baseUrl} ${text}` });
  switch (state) {
    case "empty":
      return note("answers but has no model: load one (Ollama: ollama pull <name>)");
    case "loading":
      return note("is there and still loading its model: try again in a while");
    case "keyed":
      return note(
        `wants an API key: --allow-key <VARIABLE>=${originOf(baseUrl)} tries it with one; an experiment names the variable in apiKeyVariable`,
      );
    case "slow":
      return note("takes the connection and does not list its models: it may be busy loading one");
    case "ready": {
      const model = wanted ?? modelToTry(listed)?.id;
      if (model === undefined) {
        const chats = listed.filter(({ chats }) => chats).length;
        return note(
          chats === 0
            ? "has no chat model: load one that answers questions"
            : `has ${chats} chat models, none of them loaded; --model <name> loads one and tries it`,
        );
      }
      return answered({ name, baseUrl }, model, keys);
    }
  }
}

async function answered({ name, baseUrl }: ServerAddress, model: string, keys: readonly BoundKey[]): Promise<Finding> {
  const apiKey = keyFor(keys, { origin: originOf(baseUrl) });
  const { ok, late, message, structuredOutput } = await tryModel({
    baseUrl,
    model,
    ...(apiKey !== undefined && { apiKey }),
  });
  const form = ok ? ` (${structuredOutput})` : "";
  return { name, state: ok ? "good" : late ? "note" : "bad", text: `${baseUrl} ${model}: ${message}${form}` };
}
