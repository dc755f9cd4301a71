/** Addresses of model servers: as people type them, and as they may be shown and stored. */
import { completeAddress, isServerAddress } from "../../../protocol/serverAddress.ts";
import { InputError } from "../../errors.ts";

export interface ServerUrl {
  /** What is asked and shown: without a query, without a slash at the end. */
  readonly baseUrl: string;
  /** Azure's version of the interface, where the address names one; then the key goes into the header `api-key`. */
  readonly apiVersion?: string;
}

const AZURE_QUERY = "api-version";
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
  if (url.username !== "" || url.password !== "") throw secretInside(url.host, "a user name or password");
  const [other] = [...url.searchParams.keys()].filter((name) => name !== AZURE_QUERY);
  if (other !== undefined || url.hash !== "") {
    const what = other === undefined ? 'a part after "#"' : `a query ("?${other}=…")`;
    throw secretInside(url.host, `${what}; only Azure's ?api-version= is taken`);
  }
  const apiVersion = url.searchParams.get(AZURE_QUERY);
  const baseUrl = `${url.origin}${url.pathname}`.replace(/\/+$/, "");
  return { baseUrl, ...(apiVersion !== null && { apiVersion }) };
}

const secretInside = (host: string, what: string): InputError =>
  new InputError(
    "models.credentials-in-address",
    `The address of the model server ${host} holds ${what}. Remove it; a key is named by its environment variable, in apiKeyVariable.`,
  );

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
