/** Which API keys a run, a trial or a question gets: each with the one server that it may go to. */
import { l10n } from "vscode";
import { type BoundKey, isNoKeyName, openAiKey, type WantedKey } from "../../protocol/wantedKeys.ts";
import type { AllowedVariables } from "../platform/allowedVariables.ts";
import { showWarningMessage } from "../platform/dialogs.ts";
import { UserError } from "../platform/errors.ts";
import type { ApiKeys } from "../platform/secrets.ts";

/** As requests of the engine hold them: absent where there are none. */
export interface KeysGiven {
  readonly keys?: BoundKey[];
}

type FromEnvironment = Required<WantedKey>;

export class ModelKeys {
  constructor(
    private readonly stored: Pick<ApiKeys, "get">,
    private readonly allowed: AllowedVariables,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  /**
   * For each server its stored key; without one what its variable holds, where the user lets it go there.
   * @param isAttended a user is there, and can be asked
   * @throws UserError where a variable is no key's, or may not be sent
   */
  async given(wanted: readonly WantedKey[], isAttended = true): Promise<KeysGiven> {
    const keys: BoundKey[] = [];
    for (const { origin, variable } of wanted) {
      const stored = await this.stored.get(origin);
      if (stored !== undefined) keys.push({ origin, key: stored });
      else if (variable !== undefined) keys.push(...(await this.fromEnvironment({ origin, variable }, isAttended)));
    }
    return keys.length === 0 ? {} : { keys };
  }

  /** None where the environment has none: the engine says what is missing. */
  private async fromEnvironment(asked: FromEnvironment, isAttended: boolean): Promise<readonly BoundKey[]> {
    const { origin, variable } = asked;
    const isOpenAi = origin === openAiKey.origin && variable === openAiKey.variable;
    if (!isOpenAi && isNoKeyName(variable)) throw noKey(asked);
    const key = Object.hasOwn(this.environment, variable) ? this.environment[variable] : undefined;
    if (!key) return [];
    if (!isOpenAi && !this.allowed.has(asked)) {
      if (!isAttended || !(await isSentTo(asked))) throw notAllowed(asked);
      await this.allowed.allow(asked);
    }
    return [{ ...asked, key }];
  }
}

async function isSentTo({ origin, variable }: FromEnvironment): Promise<boolean> {
  const send = l10n.t("Send It");
  const question = l10n.t("Send the environment variable {0} to {1} as an API key?", variable, origin);
  const detail = l10n.t(
    "A file of this workspace names it. Whoever answers at that address reads what the variable holds. It is asked once for this workspace, variable and address; LERL: Forget Stored API Keys takes it back.",
  );
  return (await showWarningMessage(question, { modal: true, detail }, send)) === send;
}

const noKey = ({ origin, variable }: FromEnvironment): UserError =>
  new UserError(
    l10n.t(
      "{0} is not the name of an API key, so it is not sent to {1}: such variables hold other things, or somebody else's secrets. Correct apiKeyVariable, or keep the server's key with LERL: Connect a Model.",
      JSON.stringify(variable.slice(0, 60)),
      origin,
    ),
  );

const notAllowed = ({ origin, variable }: FromEnvironment): UserError =>
  new UserError(
    l10n.t(
      "Nothing was asked: {0} was not allowed to go to {1}. Start or resume it by hand to be asked again, or keep the server's key with LERL: Connect a Model.",
      variable,
      origin,
    ),
  );
