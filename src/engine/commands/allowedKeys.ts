/** Which environment variables may be sent as API keys, and where: as a person said it, by hand or when asked. */
import { addressProblem, originOf } from "../../protocol/serverAddress.ts";
import { isSameKey, isVariableName, type WantedKey } from "../../protocol/wantedKeys.ts";
import { InputError } from "../errors.ts";

/** A variable and the one server that its value may go to. */
export type AllowedKey = Required<WantedKey>;

/**
 * Reads `VARIABLE=origin`; of an address its scheme, host and port count.
 * @param where the text was given, for the message; the text itself may be a key in the wrong place
 * @throws InputError `cli.allow-key`
 */
export function parseAllowedKey(text: string, where: string): AllowedKey {
  const split = text.indexOf("=");
  const [variable, address] = [text.slice(0, Math.max(split, 0)).trim(), text.slice(split + 1).trim()];
  if (isVariableName(variable) && addressProblem(address) === undefined) return { variable, origin: originOf(address) };
  throw new InputError(
    "cli.allow-key",
    `${where}: expected the name of an environment variable and the server that its value may go to, for example OPENROUTER_API_KEY=https://openrouter.ai.`,
  );
}

/** Reads `VARIABLE=origin,…`. @throws InputError `cli.allow-key` */
export const parseAllowedKeys = (text: string, where: string): readonly AllowedKey[] =>
  text
    .split(",")
    .filter((pair) => pair.trim() !== "")
    .map((pair) => parseAllowedKey(pair, where));

export const formatAllowedKey = ({ variable, origin }: AllowedKey): string => `${variable}=${origin}`;

export const isAllowed = (allowed: readonly AllowedKey[], asked: AllowedKey): boolean =>
  allowed.some((one) => isSameKey(one, asked));
