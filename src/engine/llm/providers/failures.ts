/** A server's failure, by what is to be done about it, in words that say so. */
import { messageOf } from "../../errors.ts";
import { ProviderError, type ProviderErrorKind } from "../errors.ts";
import { shortLine } from "../excerpt.ts";
import type { ModelRequest } from "../types.ts";
import { isThisMachine } from "./address.ts";
import { plainNumbers, type ServerWords } from "./serverWords.ts";
import { HttpFailure, isProxy, RedirectRefused } from "./transport.ts";
import { askedWait } from "./waits.ts";

export interface Failure {
  readonly baseUrl: string;
  readonly request: ModelRequest;
  readonly status: number;
  readonly headers: Headers;
  readonly words: ServerWords;
}

/** Statuses of a request that is wrong in itself; 200 is one with an error inside. */
const MAY_NAME_FIELDS = new Set([200, 400, 413, 422, 501]);

/** Characters of a server's words that are shown. */
const LONGEST = 240;

/** What the words are about; the first that fits. */
const NO_CREDIT =
  /insufficient_quota|exceeded your current quota|insufficient (?:balance|funds|credit|quota)|credit balance|(?:no|more|out of) credits?\b(?! card| of)|payment required|billing_(?:hard|not)|余额不足|欠费/i;
const BAD_KEY =
  /api[ _-]?key|invalid_api_key|API_KEY_INVALID|unauthori[sz]ed|authenticat|subscription key|access token|permission/i;
const NO_MODEL =
  /model[^.]{0,60}(?:not (?:found|exist|available|supported|installed|deployed)|does not exist|unknown|isn't)|(?:unknown|invalid|no such|unsupported) model|invalid_model|model_not_found|no models? (?:is )?loaded|try pulling/i;
const NO_CHAT = /not (?:a |an )?(?:chat|llm|language model)|does not support (?:chat|generat|completion)|embedding/i;
const TOO_LONG =
  /context[ _-]?(?:length|window|size)|maximum context|exceed_context|prompt is too long|too many tokens|input (?:is )?too long|request too large|longer than the max\w* (?:model|context|input)|reduce (?:your message|the length)|string_above_max_length/i;
/** The same where a server calls it a failure of its own. */
const BEYOND_CONTEXT =
  /exceed_context|exceeds? the (?:available |maximum |model.s )*context|context (?:size|length|window) (?:has been |was |is )?exceeded/i;
/** One request is beyond a limit: waiting does not help. */
const BEYOND_LIMIT = /request too large|must be reduced/i;
/** A limit of tokens in a minute or a day, which no larger context lifts. */
const PER_TIME = /tokens per (?:minute|hour|day)|\bTP[MD]\b/i;
const NO_ROOM = /could not finish the message|output limit was reached/i;
const FAILED_JSON = /json_validate_failed|failed to generate (?:valid )?json|failed_generation/i;
const HELD_BACK = /content[ _-]?(?:filter|policy|management)|responsibleai|safety|flagged|moderation/i;
const MODERATED = /moderation|content[ _-]?(?:filter|policy)/i;
const LIMITED = /rate.?limit|too many requests|slow down|overloaded|try again in/i;
const WRONG_PATH =
  /unexpected endpoint|not found|no route|cannot post|unknown (?:url|path|endpoint)|unknown request url/i;

/** @param learn takes out of the dialect what the words name; whether the request is worth sending again */
export function explained(failure: Failure, learn: () => boolean): ProviderError {
  const { baseUrl, status, words, headers } = failure;
  const kind = judged(failure, learn);
  const wait = askedWait(headers, words.text, Date.now());
  const said =
    words.text === ""
      ? `answered with status ${status} and no words`
      : `answered ${status}: ${shortLine(withoutStatus(words.text, status), LONGEST)}`;
  const hint = hintFor(kind, failure);
  return new ProviderError(kind, `${baseUrl} ${stopped(said)}${hint === "" ? "" : ` ${hint}`}`, wait);
}

const withoutStatus = (text: string, status: number): string =>
  text.replace(new RegExp(`^${status}\\b[\\s:,-]*`), "") || text;

const stopped = (sentence: string): string => (/[.!?…。！？]$/.test(sentence) ? sentence : `${sentence}.`);

function judged({ status, words, headers }: Failure, learn: () => boolean): ProviderErrorKind {
  // What a server says of its own trouble can hold any word.
  const told = status >= 500 ? words.codes : `${words.text} ${words.codes}`;
  const waits = askedWait(headers, words.text, Date.now()) !== undefined;
  if (NO_ROOM.test(told)) return "cut";
  if (FAILED_JSON.test(told)) return "generation";
  if (status === 402 || (NO_CREDIT.test(told) && !(status === 429 && waits))) return "refused";
  if (status === 429) return BEYOND_LIMIT.test(told) ? "too-long" : "rate-limit";
  if (status === 403 && MODERATED.test(told)) return "request";
  if (status === 401 || status === 403 || status === 407) return "refused";
  if ((MAY_NAME_FIELDS.has(status) || isAboutFormat(words)) && learn()) return "format";
  if (status === 413 || TOO_LONG.test(told) || BEYOND_CONTEXT.test(words.text)) {
    return isAboutFormat(words) ? "rejected" : "too-long";
  }
  if (status === 404 || status === 405 || status === 410) return "refused";
  if (status === 408 || status === 409 || status === 425 || status >= 500)
    return waits && LIMITED.test(words.text) ? "rate-limit" : "server";
  if (NO_MODEL.test(told) || NO_CHAT.test(told)) return "refused";
  if (isAboutFormat(words) || words.fields.length > 0) return "rejected";
  if (BAD_KEY.test(told)) return "refused";
  if (HELD_BACK.test(told)) return "request";
  if (status === 200) return LIMITED.test(told) ? "rate-limit" : WRONG_PATH.test(told) ? "refused" : "server";
  return "rejected";
}

const isAboutFormat = ({ text, fields }: ServerWords): boolean =>
  /response_format|json_schema|json_object|grammar|\bschema\b/i.test(`${text} ${fields.join(" ")}`);

function hintFor(kind: ProviderErrorKind, { baseUrl, request, status, words }: Failure): string {
  const told = `${words.text} ${words.codes}`;
  if (kind === "too-long") return contextHint(request, words);
  if (kind === "cut") return `Raise maxTokens (${request.maxTokens ?? "not set"} now), or lower reasoningEffort.`;
  if (kind !== "refused") return "";
  if (status === 402 || NO_CREDIT.test(told)) return "Add credit where the model is paid for, or use another model.";
  if (NO_CHAT.test(told)) return `"${request.model}" is no chat model: choose another one.`;
  if (NO_MODEL.test(told)) return `Check the model name "${request.model}"; with Ollama: ollama pull ${request.model}.`;
  if (status === 407) return "The proxy wants a name and a password: put them into HTTPS_PROXY or HTTP_PROXY.";
  if (status === 401 || status === 403 || BAD_KEY.test(told)) return "Check the key, and that it may use this model.";
  const versioned = /\/v\d+\w*(?:\/|$)|\/openai\b/.test(new URL(baseUrl).pathname);
  if (!versioned) return `The address has no /v1 at its end: try ${baseUrl}/v1.`;
  return `Check the address and the model name "${request.model}".`;
}

/** Tokens that prompt and answer need together, from the server's counts where it gives some. */
function contextHint({ messages, maxTokens = 0 }: ModelRequest, words: ServerWords): string {
  if (PER_TIME.test(words.text))
    return "Shorten the prompt, lower maxTokens, or raise the limit where the model is paid for.";
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  const counts = [...plainNumbers(words.text).matchAll(/\b\d{2,7}\b/g)].map(Number);
  const prompt = Math.max(words.promptTokens ?? 0, Math.ceil(characters / 3), ...counts);
  const needed = Math.ceil((prompt + maxTokens) / 256) * 256;
  return `Give the model a context of at least ${needed} tokens (Ollama: num_ctx, llama.cpp: --ctx-size, vLLM: --max-model-len), or shorten the prompt.`;
}

/** A web page where an answer was expected. */
export function pageInstead(baseUrl: string, words: ServerWords): ProviderError {
  return new ProviderError(
    "refused",
    `${baseUrl} answered with ${shortLine(words.text, LONGEST)} (HTML), not as a model server does. Check the address: it usually ends in /v1; a proxy or a sign-in page may stand between.`,
  );
}

/** Errors below HTTP. @param redact removes the key */
export function unconnected(error: unknown, baseUrl: string, redact: (text: string) => string): ProviderError {
  const root = rootOf(error);
  if (root instanceof RedirectRefused) {
    const target = shortLine(redact(root.target.replace(/\/(?:chat\/)?completions$/, "")), 200);
    return new ProviderError(
      "refused",
      `${baseUrl} sends requests on to another server, ${target}. Neither prompt nor key was sent there: if it is the right one, put it into the address.`,
    );
  }
  const { code = "" } = root as { code?: string };
  const what = shortLine(redact(messageOf(root)), 200);
  const told = `${code} ${what}`;
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|certificate/i.test(told)) {
    const message = `The certificate of ${baseUrl} is not trusted: ${what}. ${certificateHint(code)}`;
    return new ProviderError("refused", message);
  }
  if (/wrong version number|EPROTO|packet length too long/i.test(told)) {
    return new ProviderError("refused", `${baseUrl} does not speak TLS: ${what}. Use http:// in the address.`);
  }
  if (what === "bad port") {
    const message = `${baseUrl}: programs that speak HTTP connect to no such port, which is kept for another service. Give the port that the model server listens on.`;
    return new ProviderError("refused", message);
  }
  if (/HPE_|Parse Error|Expected HTTP/i.test(told)) {
    return new ProviderError(
      "refused",
      `${baseUrl} does not answer in HTTP: ${what}. Check the port, and whether the address needs https://.`,
    );
  }
  if (/proxy/i.test(told) || (!isThisMachine(new URL(baseUrl)) && isProxy(root as object))) {
    return new ProviderError(
      "unreachable",
      `No connection to ${baseUrl} through the proxy: ${what}. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.`,
    );
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(told)) {
    return new ProviderError(
      "unreachable",
      `No server is known by the name in ${baseUrl} (${what}). Check the address and the network.`,
    );
  }
  return new ProviderError(
    "unreachable",
    `No connection to ${baseUrl}: ${what}. Is the model server running, and on this port?`,
  );
}

function certificateHint(code: string): string {
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return "The server needs a new one; or this machine's clock is wrong.";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "Use a name of the server's that its certificate holds.";
  return "If the server is yours, set NODE_EXTRA_CA_CERTS to the file of its certificate (PEM) and start again.";
}

export function isHttpFailure(error: unknown): HttpFailure | undefined {
  const root = rootOf(error);
  return root instanceof HttpFailure ? root : undefined;
}

/** The innermost cause says what happened. */
export function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  if (root instanceof AggregateError) return root.errors.at(-1) ?? root;
  return root;
}
