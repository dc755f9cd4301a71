/** Removes a secret from texts that will be shown or written. */
export type Redact = (text: string) => string;

export function redactor(secret: string | undefined): Redact {
  if (!secret) return (text) => text;
  const forms = new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  forms.add(Buffer.from(secret).toString("base64"));
  return (text) => [...forms].reduce((shown, form) => shown.replaceAll(form, "[key]"), text);
}

/** An address without user name and password. */
export function publicAddress(address: string): string {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  return url.href.replace(/\/+$/, "");
}
