/** A run's record says what it is, its checkpoint what it goes on with: both must ask the same servers. */
import type { Experiment } from "../../protocol/experiment.ts";
import { promptRoles } from "../../protocol/promptRole.ts";
import { InputError } from "../errors.ts";

type Asked = Pick<Experiment["planner"], "enabled" | "provider" | "baseUrl" | "apiKeyVariable">;

/**
 * Live changes never name another server or key, so that a difference means that one of the files is not this run's, or
 * was changed by hand. Nothing is asked then.
 * @throws InputError `checkpoint.other-server`
 */
export function requireSameServers(recorded: Experiment, inCheckpoint: Experiment, folder: string): void {
  for (const role of promptRoles) {
    const [record, checkpoint] = [told(recorded[role]), told(inCheckpoint[role])];
    if (record === checkpoint) continue;
    throw new InputError(
      "checkpoint.other-server",
      `${folder}: by run.json the ${role} asks ${record}, by the checkpoint ${checkpoint}. One of them is not this run's, so nothing is asked. Put back the files as the run left them, or start the run anew.`,
    );
  }
}

function told({ enabled, provider, baseUrl = "OpenAI", apiKeyVariable }: Asked): string {
  if (!enabled) return "nobody";
  if (provider !== "openai") return `the provider ${provider}`;
  return `${baseUrl} with ${apiKeyVariable === undefined ? "no key's variable" : `the key in ${apiKeyVariable}`}`;
}
