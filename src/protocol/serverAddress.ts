/** Addresses of model servers, as people type them. */

/** Where the openai provider asks when the experiment names no server. */
export const OPENAI_URL = "https://api.openai.com/v1";

const LOCAL =
  /^(?:(?:127(?:\.\d+){3}|0\.0\.0\.0|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|[^.:/?]+)(?=[:/?]|$)|\[?::1)/i;

/** `127.0.0.1:11434` and `//localhost:8000/v1` are addresses too; a server elsewhere is asked over https. */
export function completeAddress(typed: string): string {
  const text = typed.trim().replace(/\/(?:chat\/)?completions\/?(?=\?|$)/, "");
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return text;
  const bare = text.replace(/^\/\//, "");
  return `${LOCAL.test(bare) ? "http" : "https"}://${bare}`;
}

/** Whether it is the address of a server once it is complete. */
export function isServerAddress(typed: string): boolean {
  const complete = completeAddress(typed);
  return typed.trim() !== "" && URL.canParse(complete) && /^https?:$/.test(new URL(complete).protocol);
}

/** Scheme, host and port: paths of one server share its key. What is no address stays as it is. */
export function originOf(address: string): string {
  const complete = completeAddress(address);
  return URL.canParse(complete) ? new URL(complete).origin : address;
}

const AZURE_QUERY = "api-version";
/** What Azure has for versions: a day, or a word. */
const AZURE_VERSION = /^(?:[\d.-]{1,20}(?:preview)?|v\d+|preview|latest)$/;

/**
 * What an address holds that may be a secret: addresses stand in files, keys never do.
 * @returns in words without it; undefined: nothing, or it is no address
 */
export function secretInAddress(typed: string): string | undefined {
  if (!isServerAddress(typed)) return undefined;
  const url = new URL(completeAddress(typed));
  if (url.username !== "" || url.password !== "") return "a user name or password";
  const [other] = [...url.searchParams].filter(([name, value]) => name !== AZURE_QUERY || !AZURE_VERSION.test(value));
  if (other) return `${queryOf(other)}; only Azure's ?${AZURE_QUERY}= with a version is taken`;
  return url.hash === "" ? undefined : 'a part after "#"';
}

/** A name without a value may be the secret itself. */
const queryOf = ([name, value]: readonly [string, string]): string =>
  value !== "" && /^[a-z_-]{1,20}$/i.test(name) ? `a query ("?${name}=…")` : "a query";

/** Why a text cannot be the address of a model server; undefined: it can. The text is no part of it. */
export function addressProblem(typed: string): string | undefined {
  if (!isServerAddress(typed)) return "expected an address such as http://127.0.0.1:11434/v1";
  const secret = secretInAddress(typed);
  return secret && `the address holds ${secret}. Remove it, and name the key's environment variable in apiKeyVariable`;
}
