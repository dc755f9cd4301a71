/** What the page sends, checked before anything is done with it. */
import { l10n } from "vscode";
import { safeParse } from "zod/mini";
import { knows } from "../../protocol/contract.ts";
import { misfit } from "../../protocol/misfit.ts";
import { requestEnvelope, type StudioToHost, studioRequests } from "../../protocol/studio.ts";

type Incoming =
  | { readonly ok: true; readonly message: StudioToHost }
  /** Without an id nobody can be answered. */
  | { readonly ok: false; readonly id?: number; readonly reason: string };

/** Said to the page, and by it to a person. */
export const misunderstanding = (reason: string): string =>
  l10n.t(
    "The Studio page and this extension do not understand each other ({0}). Reload the window; if it stays, report it with the log.",
    reason,
  );

export function readMessage(raw: unknown): Incoming {
  const outer = safeParse(requestEnvelope, raw);
  if (!outer.success) return { ok: false, reason: "The page sent something that is no request." };
  const { id, method, params } = outer.data;
  if (!knows(studioRequests, method)) return { ok: false, id, reason: `The Studio has no request "${method}".` };
  const parsed = safeParse(studioRequests[method].params, params);
  if (parsed.success)
    return { ok: true, message: { kind: "request", id, method, params: parsed.data } as StudioToHost };
  return { ok: false, id, reason: `${method}: ${misfit("params", parsed.error.issues)}` };
}
