/** How a model answered lately: what an estimate of time and tokens is made from. */
import { stat } from "node:fs/promises";
import { quantile } from "../metrics/statistics.ts";
import type { StoredCall } from "../serving/callLog.ts";
import { wholeLines } from "../store/jsonLines.ts";

export interface ModelPace {
  /** Medians of the last answers. */
  readonly latencyMs: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
}

/** Of a file that may be large, its end is enough. */
const TAIL_BYTES = 1 << 20;

/** By model, from the first of the files that knows it: the newest llm.jsonl first. */
export async function modelPaces(files: readonly string[]): Promise<ReadonlyMap<string, ModelPace>> {
  const paces = new Map<string, ModelPace>();
  for (const file of files) {
    for (const [model, rows] of await answersByModel(file)) {
      if (paces.has(model)) continue;
      const median = (values: readonly number[]) => quantile(Float64Array.from(values).sort(), 0.5);
      paces.set(model, {
        latencyMs: median(rows.map(({ latencyMs }) => latencyMs)),
        tokensIn: median(rows.map(({ tokensIn }) => tokensIn)),
        tokensOut: median(rows.map(({ tokensOut }) => tokensOut)),
      });
    }
  }
  return paces;
}

async function answersByModel(file: string): Promise<ReadonlyMap<string, readonly StoredCall[]>> {
  const found = await stat(file).catch(() => undefined);
  const byModel = new Map<string, StoredCall[]>();
  if (!found) return byModel;
  const end = Math.max(0, found.size - TAIL_BYTES);
  for await (const { text } of wholeLines(file, { number: 0, end })) {
    const row = parsed(text);
    if (!row || row.attempts === 0 || row.error !== undefined) continue;
    byModel.set(row.model, [...(byModel.get(row.model) ?? []), row]);
  }
  return byModel;
}

/** The first line may begin before the end that is read. */
function parsed(text: string): StoredCall | undefined {
  try {
    return JSON.parse(text) as StoredCall;
  } catch {
    return undefined;
  }
}
