/** Which API keys an experiment's models are asked with: by the server, and the environment variable that holds the key. */
import type { Experiment } from "./experiment.ts";
import { OPENAI_URL, originOf } from "./serverAddress.ts";

export interface WantedKey {
  /** Of the server that is asked. */
  readonly origin: string;
  /** The document's; OpenAI's own for its own address. Absent: the server is asked without a key, or with a stored one. */
  readonly variable?: string;
}

/** A key and the server it may go to. */
export interface BoundKey extends WantedKey {
  readonly key: string;
}

type Asking = Partial<Pick<Experiment["planner"], "enabled" | "provider" | "baseUrl" | "apiKeyVariable">>;

/** Goes to OpenAI itself without a word: whoever holds it has it from there. */
export const openAiKey = { variable: "OPENAI_API_KEY", origin: originOf(OPENAI_URL) } as const;

export function wantedKey({ baseUrl = OPENAI_URL, apiKeyVariable }: Asking): WantedKey {
  const origin = originOf(baseUrl);
  const variable = apiKeyVariable ?? (origin === openAiKey.origin ? openAiKey.variable : undefined);
  return { origin, ...(variable !== undefined && { variable }) };
}

/** Of those that ask over HTTP, each once. */
export function wantedKeys(asking: readonly Asking[]): readonly WantedKey[] {
  const asked = asking.filter(({ enabled = true, provider }) => enabled && provider === "openai").map(wantedKey);
  return asked.filter((wanted, i) => asked.findIndex((other) => isSameKey(other, wanted)) === i);
}

/** Those of a run. */
export const keysOf = ({ planner, critic }: Pick<Experiment, "planner" | "critic">): readonly WantedKey[] =>
  wantedKeys([planner, critic]);

export const isSameKey = (one: WantedKey, other: WantedKey): boolean =>
  one.origin === other.origin && one.variable === other.variable;

/** The key that may be sent where it is wanted. One without a variable was given for its server itself, and goes first. */
export function keyFor(keys: readonly BoundKey[], wanted: WantedKey): string | undefined {
  const { origin } = wanted;
  const given = keys.find((bound) => bound.origin === origin && bound.variable === undefined);
  return (given ?? keys.find((bound) => isSameKey(bound, wanted)))?.key;
}

/** Names of variables that hold something else, or a secret of somebody else's. */
const OTHERS = [
  /^(?:PATH|HOME|USER|USERNAME|LOGNAME|SHELL|PWD|OLDPWD|MAIL|LANG|LANGUAGE|TERM|DISPLAY|HOSTNAME|TZ|TMP|TEMP|TMPDIR|NETRC)$/i,
  /^(?:LC|XDG|NODE|ELECTRON|VSCODE|DBUS|SSH|GPG|SUDO|SYSTEMD|KUBE|DOCKER|VAULT)(?:_|CONFIG)/i,
  /^(?:USERPROFILE|USERDOMAIN|COMPUTERNAME|APPDATA|LOCALAPPDATA|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT)$/i,
  /^(?:.*_)?(?:HTTPS?|FTP|ALL|NO)_PROXY$/i,
  /^(?:AWS|ARM|GOOGLE_APPLICATION|CLOUDFLARE|DIGITALOCEAN|HEROKU|TERRAFORM|TF|GCP|GCLOUD|HCLOUD|LINODE|FLY|VERCEL|NETLIFY|RAILWAY|RENDER)_/i,
  /^AZURE_(?:CLIENT|TENANT|SUBSCRIPTION|STORAGE|DEVOPS)_?/i,
  /^(?:GITHUB|GH|GITLAB|BITBUCKET|GITEA|CI|ACTIONS|RUNNER|JENKINS|CIRCLE|BUILDKITE)_/i,
  /^(?:NPM|YARN|VSCE|OVSX|PYPI|TWINE|CARGO|GEM|NUGET|MAVEN|SONAR|CODECOV|SENTRY|SNYK|DATADOG|DD|GRAFANA)_/i,
  /^(?:SLACK|DISCORD|TELEGRAM|TWILIO|SENDGRID|STRIPE|PAYPAL|JIRA|NOTION)_/i,
  /^(?:(?:DATABASE|DB|POSTGRES|MYSQL|MONGO|MONGODB|REDIS)_|PG(?:PASS|USER|HOST))/i,
  /PASSW|PASSPHRASE|PRIVATE_KEY|SIGNING_KEY|COOKIE|SESSION/i,
];

/** Whether a name is no API key's: its value is sent to nobody, unless a person names it by hand. */
export const isNoKeyName = (variable: string): boolean =>
  !isVariableName(variable) || OTHERS.some((names) => names.test(variable));

/** Whether an environment can hold a variable of that name, and a line can name it. */
export const isVariableName = (variable: string): boolean => /^[A-Za-z_]\w{0,99}$/.test(variable);
