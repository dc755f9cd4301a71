/** Which stored API key an experiment's runs get. */
import { l10n } from "vscode";
import type { Experiment } from "../../protocol/experiment.ts";
import { OPENAI_URL } from "../../protocol/serverAddress.ts";
import { UserError } from "../platform/errors.ts";
import type { ApiKeys } from "../platform/secrets.ts";

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
  return keyOfAll(servers, keys, () =>
    l10n.t(
      "Planner and critic ask different servers ({0}), and a run takes one stored key. Give their keys in environment variables (apiKeyVariable), or use one server.",
      servers.join(", "),
    ),
  );
}

/**
 * The key of the servers a trial asks, likewise: the one of the words that are tried, and the one of the words in force.
 * @throws UserError where they are two and a key is stored
 */
export const keyForTrial = (servers: readonly string[], keys: ApiKeys): Promise<string | undefined> =>
  keyOfAll(servers, keys, () =>
    l10n.t(
      "The trial asks different servers ({0}), and it takes one stored key. Give their keys in environment variables (apiKeyVariable), or run the experiment with the model it names now.",
      servers.join(", "),
    ),
  );

/** The servers that planners are asked at over HTTP: a trial asks no critic. */
export function plannerServersOf(experiments: readonly Experiment[]): readonly string[] {
  const asked = experiments
    .map(({ planner }) => planner)
    .filter(({ enabled, provider }) => enabled && provider === "openai");
  return [...new Set(asked.map(({ baseUrl = OPENAI_URL }) => baseUrl))];
}

async function keyOfAll(servers: readonly string[], keys: ApiKeys, refusal: () => string): Promise<string | undefined> {
  const distinct = [...new Set(await Promise.all(servers.map((server) => keys.get(server))))];
  if (distinct.length > 1) throw new UserError(refusal());
  return distinct[0];
}
