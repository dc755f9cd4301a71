import { InputError } from "../errors.ts";

/** Servers on one's own machine are given words such as "ollama" for a key; those are no secrets. */
const SHORTEST_SECRET = 8;

/** Removes a secret from texts that will be shown or written. */
export type Redact = (text: string) => string;

export function redactor(secret: string | undefined): Redact {
  if (!secret || secret.length < SHORTEST_SECRET) return (text) => text;
  const forms = new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  forms.add(Buffer.from(secret).toString("base64"));
  return (text) => [...forms].reduce((shown, form) => shown.replaceAll(form, "[key]"), text);
}

/**
 * An address as it may be shown and stored.
 * @throws InputError when it holds a user name or a password: addresses stand in files, keys never do
 */
export function publicAddress(address: string): string {
  const url = new URL(address);
  if (url.username === "" && url.password === "") return address.replace(/\/+$/, "");
  throw new InputError(
    "models.credentials-in-address",
    `The address of the model server ${url.host} holds a user name or password. Remove it and name an environment variable in apiKeyVariable instead.`,
  );
}
