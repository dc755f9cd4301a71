/** Models as the command line reaches them: keys come from the environment, and go where a person lets them go. */
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Override } from "../../protocol/overrides.ts";
import { ownEnvironment } from "../../protocol/ownEnvironment.ts";
import { promptRoles } from "../../protocol/promptRole.ts";
import { type BoundKey, isNoKeyName, openAiKey, type WantedKey, wantedKeys } from "../../protocol/wantedKeys.ts";
import { InputError } from "../errors.ts";
import type { ModelAccess } from "../serving/modelPool.ts";
import { shellWord } from "../shellWord.ts";
import { type AllowedKey, formatAllowedKey, isAllowed, parseAllowedKey, parseAllowedKeys } from "./allowedKeys.ts";
import { signals } from "./interruption.ts";
import { collect } from "./options.ts";
import { rememberedKeys, rememberKey } from "./rememberedKeys.ts";
import { sayAside } from "./terminal.ts";

/** CI and workers say here what may go where. */
const ALLOW_KEY = "LERL_ALLOW_KEY";
const OPTION = "--allow-key";

export interface KeyOptions {
  readonly allowKey: readonly string[];
}

/** Of every command that may ask a model. */
export const keyOptions = (command: Command): Command =>
  command.option(
    `${OPTION} <VAR=origin>`,
    `let a variable's value go to a server as its API key, for example ${OPTION}\nOPENROUTER_API_KEY=https://openrouter.ai; may be given again, and stand in ${ALLOW_KEY}`,
    collect,
    [],
  );

export interface EnvironmentModels extends ModelAccess {
  readonly settle: NonNullable<ModelAccess["settle"]>;
  /** Of a process that will ask with these keys, which are settled, and with no others. */
  readonly environmentFor: (wanted: readonly WantedKey[]) => NodeJS.ProcessEnv;
}

/**
 * @param typed keys whose variable was named by `--set`: that is an answer in itself
 * @throws InputError `cli.allow-key`
 */
export function environmentModels(
  options: KeyOptions,
  typed: readonly WantedKey[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): EnvironmentModels {
  const named = [openAiKey, ...namedByHand(options, environment)];
  const settled: AllowedKey[] = [];
  const settle = async (wanted: readonly WantedKey[]): Promise<void> => {
    const byHand = [...named, ...(await rememberedKeys(process.cwd()))];
    const allowed = [...byHand, ...typed.filter(namesVariable)];
    for (const asked of wanted.filter(namesVariable)) {
      if (isAllowed(settled, asked)) continue;
      if (isNoKeyName(asked.variable) && !isAllowed(byHand, asked)) throw noKey(asked);
      // Nobody need be asked for what is not there.
      heldBy(asked, environment);
      if (!isAllowed(allowed, asked)) await ask(asked);
      settled.push(asked);
    }
  };
  return {
    settle,
    apiKey: (wanted) => {
      if (!namesVariable(wanted)) return undefined;
      if (!isAllowed(settled, wanted)) throw notAllowed(wanted);
      return heldBy(wanted, environment);
    },
    environmentFor: (wanted) => ({
      ...ownEnvironment(environment, ["NODE_OPTIONS", ...wanted.flatMap(({ variable }) => variable ?? [])]),
      [ALLOW_KEY]: settled.map(formatAllowedKey).join(),
    }),
  };
}

const namesVariable = (wanted: WantedKey): wanted is AllowedKey => wanted.variable !== undefined;

/** The keys of experiments whose variable `--set` has named. */
export function typedKeys(experiments: readonly Experiment[], sets: readonly Override[]): readonly WantedKey[] {
  const roles = promptRoles.filter((role) =>
    sets.some(
      ({ path, value }) =>
        path === `${role}.apiKeyVariable` ||
        (path === role && typeof value === "object" && value !== null && "apiKeyVariable" in value),
    ),
  );
  return wantedKeys(experiments.flatMap((experiment) => roles.map((role) => experiment[role])));
}

/** The keys of `--allow-key`, for a question without a document that names one. */
export const typedByHand = ({ allowKey }: KeyOptions, environment = process.env): readonly BoundKey[] =>
  allowKey
    .map((text) => parseAllowedKey(text, OPTION))
    .map((asked) => ({ origin: asked.origin, key: heldBy(asked, environment) }));

const namedByHand = ({ allowKey }: KeyOptions, environment: NodeJS.ProcessEnv): readonly AllowedKey[] => [
  ...allowKey.map((text) => parseAllowedKey(text, OPTION)),
  ...parseAllowedKeys(environment[ALLOW_KEY] ?? "", ALLOW_KEY),
];

function heldBy({ variable }: AllowedKey, environment: NodeJS.ProcessEnv): string {
  const key = Object.hasOwn(environment, variable) ? environment[variable] : undefined;
  if (key) return key;
  throw new InputError(
    "models.key-missing",
    `The environment variable ${variable} is not set. Set it to the API key, or name another one in apiKeyVariable; a server of your own needs none.`,
  );
}

/** Asks on a terminal, and remembers a yes. @throws InputError where nobody can be asked, or the answer is no */
async function ask(asked: AllowedKey): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw notAllowed(asked);
  sayAside(
    `A file names ${asked.variable} as an API key. Send what it holds to ${asked.origin}, now and later from this folder? [y/N] `,
  );
  const lines = createInterface({ input: process.stdin, terminal: false });
  const answered = new AbortController();
  // The terminal may be closed instead, or the process asked to end.
  const ends = [once(lines, "close", answered), ...signals.map((name) => once(process, name, answered))].map((end) =>
    end.then(() => ""),
  );
  try {
    const answer = await Promise.race([lines.question(""), ...ends]);
    if (!/^y(?:es)?$/i.test(answer.trim())) throw notAllowed(asked);
  } finally {
    answered.abort();
    lines.close();
  }
  await rememberKey(asked, process.cwd());
}

const notAllowed = (asked: AllowedKey): InputError =>
  new InputError(
    "models.key-not-allowed",
    `A file names ${asked.variable} as the API key for ${asked.origin}, and nobody has said that it may go there. If it may: --allow-key ${shellWord(formatAllowedKey(asked))}, or the same in ${ALLOW_KEY}.`,
  );

const noKey = (asked: AllowedKey): InputError =>
  new InputError(
    "models.no-key-name",
    `${JSON.stringify(asked.variable.slice(0, 60))} is not the name of an API key, so it is not sent to ${asked.origin}: such variables hold other things, or somebody else's secrets. Correct apiKeyVariable; where it is the server's key after all: --allow-key <VARIABLE>=${asked.origin}.`,
  );
