/** The answers that a person gave on a terminal: allowed-keys.json among the user's settings, never in a workspace. */
import { chmod, mkdir, readFile, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import * as z from "zod";
import { addressProblem, originOf } from "../../protocol/serverAddress.ts";
import { isVariableName } from "../../protocol/wantedKeys.ts";
import { InputError, messageOf } from "../errors.ts";
import { isMissing, replaceFile, toJson } from "../store/files.ts";
import type { AllowedKey } from "./allowedKeys.ts";

const lineSchema = z.strictObject({
  variable: z.string().refine(isVariableName, "expected the name of an environment variable"),
  origin: z.string().refine((address) => addressProblem(address) === undefined, "expected an address"),
  /** Where it was asked; a line without one holds everywhere. */
  folder: z.string().optional(),
});
const fileSchema = z.strictObject({ schemaVersion: z.literal(1), allowed: z.array(lineSchema) });
type Line = z.output<typeof lineSchema>;

/** Its folder is made when something is remembered. */
export function rememberedFile({ XDG_CONFIG_HOME: given = "" }: NodeJS.ProcessEnv = process.env): string {
  return join(isAbsolute(given) ? given : join(homedir(), ".config"), "lerl", "allowed-keys.json");
}

/**
 * What is remembered for a folder.
 * @throws InputError `cli.allowed-keys` where the file cannot be read, or others could have written it
 */
export async function rememberedKeys(folder: string, file = rememberedFile()): Promise<readonly AllowedKey[]> {
  const here = await realpath(folder);
  const lines = (await readLines(file)).filter((line) => line.folder === undefined || line.folder === here);
  return lines.map(({ variable, origin }) => ({ variable, origin: originOf(origin) }));
}

/** @throws InputError `cli.allowed-keys`, `store.unwritable` */
export async function rememberKey({ variable, origin }: AllowedKey, folder: string): Promise<void> {
  const file = rememberedFile();
  const allowed = [...(await readLines(file)), { variable, origin, folder: await realpath(folder) }];
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(file, toJson({ schemaVersion: 1, allowed }));
  await chmod(file, 0o600);
}

async function readLines(file: string): Promise<readonly Line[]> {
  try {
    if (process.platform !== "win32" && ((await stat(file)).mode & 0o022) !== 0) {
      throw refused(file, "others may write it. Look at what it allows, then: chmod 600");
    }
    return fileSchema.parse(JSON.parse(await readFile(file, "utf8"))).allowed;
  } catch (error) {
    if (isMissing(error)) return [];
    if (error instanceof InputError) throw error;
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const what = issue ? `${issue.path.join(".")}: ${issue.message}` : messageOf(error);
    throw refused(file, `it cannot be read (${what}). Mend it or delete it; then you are asked again`);
  }
}

const refused = (file: string, why: string): InputError =>
  new InputError("cli.allowed-keys", `${file} says which keys may be sent, and ${why}.`);
