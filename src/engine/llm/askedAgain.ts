import type { ModelRequest } from "./types.ts";

const RETRY = "-retry";

/**
 * The same question with what was wrong with its answer. The answer itself is not shown again: it could be copied.
 * @param form what is to be answered with
 */
export function askedAgain(asked: ModelRequest, problem: string, form: string): ModelRequest {
  const note = `\n\nYour last answer could not be used: ${problem}. ${form}`;
  const messages = asked.messages.map((m) => (m.role === "user" ? { ...m, content: m.content + note } : m));
  return { ...asked, id: `${asked.id}${RETRY}`, messages };
}

/** Runs recorded by earlier versions may not have asked again, or not in these words. */
export const isRetry = ({ id }: ModelRequest): boolean => id.endsWith(RETRY);
