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
