/** Addresses of model servers, as people type them. */

/** Where the openai provider asks when the experiment names no server. */
export const OPENAI_URL = "https://api.openai.com/v1";

const LOCAL =
  /^(?:(?:127(?:\.\d+){3}|0\.0\.0\.0|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|[^.:/?]+)(?=[:/?]|$)|\[?::1)/i;

/** `127.0.0.1:11434` and `localhost:8000/v1` are addresses too; a server elsewhere is asked over https. */
export function completeAddress(typed: string): string {
  const text = typed.trim().replace(/\/(?:chat\/)?completions\/?(?=\?|$)/, "");
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return text;
  return `${LOCAL.test(text) ? "http" : "https"}://${text}`;
}

/** Whether it is the address of a server once it is complete. */
export function isServerAddress(typed: string): boolean {
  const complete = completeAddress(typed);
  return typed.trim() !== "" && URL.canParse(complete) && /^https?:$/.test(new URL(complete).protocol);
}
