/** What an experiment has become by live changes: a run's record holds what it began with, its timeline the changes. */
import { withValue } from "./jsonPath.ts";
import { promptRoleOf } from "./promptRole.ts";
import type { TimelineEvent } from "./run.ts";

/**
 * The experiment with every setting changed so far; prompts stand beside it. Changes were checked before they came to the
 * timeline, so the document keeps its shape.
 */
export function settingsInForce<Document>(experiment: Document, events: readonly TimelineEvent[]): Document {
  return events.reduce<unknown>(
    (document, event) =>
      event.type === "change" && promptRoleOf(event.path) === undefined
        ? withValue(document, event.path, event.to)
        : document,
    experiment,
  ) as Document;
}
