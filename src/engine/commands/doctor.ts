import { access, constants } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { Command } from "commander";
import { messageOf } from "../errors.ts";
import { detectServers, localServers, type ServerAddress, testModel } from "../llm/detect.ts";
import { TensorEngine } from "../tensor/tensorEngine.ts";
import { describeTfjs } from "../tensor/tfjs/availability.ts";
import { engineVersion } from "../version.ts";
import { paint } from "./terminal.ts";

export interface Finding {
  readonly name: string;
  readonly state: "good" | "note" | "bad";
  readonly text: string;
}

const marks = { good: paint.good("ok  "), note: paint.quiet("–   "), bad: paint.error("bad ") } as const;

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Check what this machine offers: kernels, threads, backends, folders, model servers.")
    .option("--json", "print one JSON object")
    .action(async ({ json }: { json?: boolean }) => {
      const findings = [machine(), await kernels(), await describedTfjs(), await folder(), ...(await models())];
      if (json) process.stdout.write(`${JSON.stringify({ version: engineVersion, findings })}\n`);
      else
        for (const { name, state, text } of findings)
          process.stdout.write(`${marks[state]} ${name.padEnd(16)} ${text}\n`);
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

/** Every local server with a model answers one structured question. */
export async function models(addresses: readonly ServerAddress[] = localServers): Promise<readonly Finding[]> {
  const servers = await detectServers(addresses);
  if (servers.length === 0) {
    const text =
      "none found on Ollama's, llama.cpp's and LM Studio's ports; the offline planner and critic work without";
    return [{ name: "model servers", state: "note", text }];
  }
  return Promise.all(
    servers.map(async ({ name, baseUrl, models: [model] }): Promise<Finding> => {
      if (model === undefined) return { name, state: "note", text: `${baseUrl} answers but has no model; load one` };
      const { ok, message, structuredOutput } = await testModel({ baseUrl, model });
      return { name, state: ok ? "good" : "bad", text: `${baseUrl} ${model}: ${message} (${structuredOutput})` };
    }),
  );
}
