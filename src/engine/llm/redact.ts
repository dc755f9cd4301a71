/** Servers on one's own machine are given words such as "ollama" for a key; those are no secrets. */
const SHORTEST_SECRET = 8;

/** Removes a secret from texts that will be shown or written. */
export type Redact = (text: string) => string;

export function redactor(secret: string | undefined): Redact {
  if (!secret || secret.length < SHORTEST_SECRET) return (text) => text;
  const forms = new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  forms.add(Buffer.from(secret).toString("base64"));
  const pattern = new RegExp([...forms].map(legible).join("|"), "gi");
  return (text) => text.replace(pattern, "[key]");
}

/** However its letters are written, and with anything between them that nobody sees. */
const legible = (form: string): string =>
  [...form]
    .map((character) => character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&"))
    .join("[\u00ad\u200b-\u200d\u2060\ufeff]*");
