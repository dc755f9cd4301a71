/** Addresses of model servers: as people type them, and as they may be shown and stored. */
import { completeAddress, isServerAddress, secretInAddress } from "../../../protocol/serverAddress.ts";
import { InputError } from "../../errors.ts";

export interface ServerUrl {
  /** What is asked and shown: without a query, without a slash at the end. */
  readonly baseUrl: string;
  /** Azure's version of the interface, where the address names one; then the key goes into the header `api-key`. */
  readonly apiVersion?: string;
}

/**
 * @throws InputError where it is no address of a server, or holds a user name, a password or a key: addresses stand in
 *   files, keys never do
 */
export function serverUrl(address: string): ServerUrl {
  if (!isServerAddress(address)) {
    throw new InputError(
      "models.address",
      "The address of the model server cannot be read. Give one such as http://127.0.0.1:11434/v1.",
    );
  }
  const url = new URL(completeAddress(address));
  const secret = secretInAddress(address);
  if (secret !== undefined) {
    throw new InputError(
      "models.credentials-in-address",
      `The address of the model server ${url.host} holds ${secret}. Remove it; a key is named by its environment variable, in apiKeyVariable.`,
    );
  }
  const apiVersion = url.searchParams.get("api-version");
  const baseUrl = `${url.origin}${url.pathname}`.replace(/\/+$/, "");
  return { baseUrl, ...(apiVersion !== null && { apiVersion }) };
}

/** A server on this machine: asked directly, whatever proxy the environment names. */
export const isThisMachine = ({ hostname }: URL): boolean =>
  /^(?:(?:.+\.)?localhost|\[::1?\]|0\.0\.0\.0|127\..+)$/.test(hostname);

/**
 * The key as it is sent.
 * @throws InputError where it holds what no key can: a typographic quote from a web page, a line break
 */
export function usableKey(key: string): string {
  const trimmed = key.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  const quotes = /[“”‘’„«»]/.test(trimmed) ? "a typographic quotation mark, as pasted from a web page" : "";
  const what = quotes || (/\s/.test(trimmed) ? "a blank or a line break" : "a character that no key has");
  throw new InputError("models.key-characters", `The API key holds ${what}. Copy the key alone, and set it again.`);
}
