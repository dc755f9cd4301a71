/** A pool in an editor, changed by the test and by commands. */

import { ReflectionPools } from "../../../src/extension/reflections/pools.ts";
import type { PooledReflection, ReflectionChange } from "../../../src/protocol/engine.ts";
import { openEditor, runOf, type TestEditor } from "../prompts/support.ts";
import { own } from "../support/own.ts";
import { listed } from "../support/runRecord.ts";
import { reflection } from "./fixtures.ts";

export const three: readonly PooledReflection[] = [
  reflection("r1", { score: 2, probability: 0.1 }),
  reflection("r2", { score: 9, probability: 0.6, text: "Keep <b>music</b> varied." }),
  reflection("r3", { score: 7, probability: 0.3 }),
];

interface TestPool {
  readonly editor: TestEditor;
  readonly pools: ReflectionPools;
  /** What the engine holds of it from now on. */
  hold(pool: readonly PooledReflection[]): void;
  /** How often it was read. */
  lists(): number;
}

/** An editor whose engine holds one run with a pool that can be changed. */
export function openPool(): TestPool {
  let pool = three;
  const editor = openEditor({
    "runs/list": () => listed(runOf(editor.folder)),
    "reflections/list": () => pool,
    "reflections/change": ({ id, action }: ReflectionChange) => {
      pool = pool.map((one) => (one.id === id ? { ...one, pinned: action === "pin" } : one));
      return null;
    },
  });
  const { engine, runs, log } = editor.services;
  return {
    editor,
    pools: own(new ReflectionPools(engine, runs, log)),
    hold: (held) => {
      pool = held;
    },
    lists: () => editor.engine.paramsOf("reflections/list").length,
  };
}
