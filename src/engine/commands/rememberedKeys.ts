/** The answers about keys that a person gave on a terminal: allowed-keys.json. */
import { realpath } from "node:fs/promises";
import * as z from "zod";
import { misfit } from "../../protocol/misfit.ts";
import { addressProblem, originOf } from "../../protocol/serverAddress.ts";
import { isVariableName } from "../../protocol/wantedKeys.ts";
import { reasonOf } from "../regularFile.ts";
import type { AllowedKey } from "./allowedKeys.ts";
import { type Memory, MemoryError, readMemory, writeMemory } from "./memory.ts";

const lineSchema = z.strictObject({
  variable: z.string().refine(isVariableName, "expected the name of an environment variable"),
  origin: z.string().refine((address) => addressProblem(address) === undefined, "expected an address"),
  /** Where it was asked; a line without one holds everywhere. */
  folder: z.string().optional(),
});
const fileSchema = z.strictObject({ schemaVersion: z.literal(1), allowed: z.array(lineSchema) });
type Line = z.output<typeof lineSchema>;

const memory: Memory<typeof fileSchema> = {
  name: "allowed-keys",
  schema: fileSchema,
  says: "which keys may be sent",
};

/**
 * What is remembered for a folder.
 * @throws InputError `cli.allowed-keys` where the file cannot be read, or others could have written it
 */
export async function rememberedKeys(folder: string): Promise<readonly AllowedKey[]> {
  const here = await realpath(folder);
  const lines = (await readLines()).filter((line) => line.folder === undefined || line.folder === here);
  return lines.map(({ variable, origin }) => ({ variable, origin: originOf(origin) }));
}

/** @throws InputError `cli.allowed-keys`, `store.unwritable` */
export async function rememberKey({ variable, origin }: AllowedKey, folder: string): Promise<void> {
  const allowed = [...(await readLines()), { variable, origin, folder: await realpath(folder) }];
  await writeMemory(memory, { schemaVersion: 1, allowed });
}

async function readLines(): Promise<readonly Line[]> {
  try {
    return (await readMemory(memory))?.allowed ?? [];
  } catch (error) {
    if (error instanceof MemoryError) throw error;
    // Nothing of it is quoted: it may be a file of another kind.
    const what = error instanceof z.ZodError ? misfit("$", error.issues) : reasonOf(error);
    throw new MemoryError(memory, `it cannot be read (${what}). Mend it or delete it; then you are asked again`);
  }
}
