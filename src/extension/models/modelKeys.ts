/** Which stored API key an experiment's runs get. */
import { l10n } from "vscode";
import type { Experiment } from "../../protocol/experiment.ts";
import { UserError } from "../platform/errors.ts";
import type { ApiKeys } from "../platform/secrets.ts";

/** Where the openai provider asks when the experiment names no server. */
export const OPENAI_URL = "https://api.openai.com/v1";

/** The servers an experiment asks over HTTP. */
export function serversOf({ planner, critic }: Experiment): readonly string[] {
  const asked = [planner, critic].filter(({ enabled, provider }) => enabled && provider === "openai");
  return [...new Set(asked.map(({ baseUrl = OPENAI_URL }) => baseUrl))];
}

/**
 * The key of the experiment's server; undefined where none is stored (the environment's counts then).
 * @throws UserError where planner and critic ask two servers and a key is stored: a run takes one, and no server is to
 *   see another's
 */
export async function keyFor(experiment: Experiment, keys: ApiKeys): Promise<string | undefined> {
  const servers = serversOf(experiment);
  const found = await Promise.all(servers.map((server) => keys.get(server)));
  const distinct = [...new Set(found)];
  if (distinct.length > 1) {
    throw new UserError(
      l10n.t(
        "Planner and critic ask different servers ({0}), and a run takes one stored key. Give their keys in environment variables (apiKeyVariable), or use one server.",
        servers.join(", "),
      ),
    );
  }
  return distinct[0];
}
