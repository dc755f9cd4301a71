import { describe, expect, it } from "vitest";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { ownEnvironment } from "../../../src/protocol/ownEnvironment.ts";
import { isNoKeyName, keyFor, keysOf } from "../../../src/protocol/wantedKeys.ts";

describe("the keys that an experiment wants", () => {
  const wanted = (document: object) => keysOf(experimentSchema.parse(document));
  const local = { provider: "openai", baseUrl: "127.0.0.1:1/v1" };

  it("are those of the roles that ask over HTTP, each once, by the server's origin", () => {
    expect(wanted({})).toEqual([]);
    expect(wanted({ planner: local, critic: { ...local, baseUrl: "http://127.0.0.1:1/other" } })).toEqual([
      { origin: "http://127.0.0.1:1" },
    ]);
    const named = { ...local, apiKeyVariable: "A" };
    expect(wanted({ planner: named, critic: local })).toHaveLength(2);
    expect(wanted({ planner: { ...named, enabled: false }, critic: { ...named, provider: "offline" } })).toEqual([]);
  });

  it("name OPENAI_API_KEY by themselves for OpenAI's own address only", () => {
    const openAi = [{ origin: "https://api.openai.com", variable: "OPENAI_API_KEY" }];
    expect(wanted({ planner: { provider: "openai" } })).toEqual(openAi);
    expect(wanted({ planner: { provider: "openai", baseUrl: "https://api.openai.com/v1" } })).toEqual(openAi);
    for (const baseUrl of [
      "http://api.openai.com/v1",
      "https://api.openai.com.test/v1",
      "https://api.openai.com:8443/v1",
    ])
      expect(wanted({ planner: { provider: "openai", baseUrl } })[0]).not.toHaveProperty("variable");
  });

  it("are given by origin and variable alone", () => {
    const keys = [
      { origin: "https://a.test", variable: "A", key: "a" },
      { origin: "https://b.test", key: "b" },
    ];
    expect(keyFor(keys, { origin: "https://a.test", variable: "A" })).toBe("a");
    expect(keyFor(keys, { origin: "https://a.test", variable: "B" })).toBeUndefined();
    expect(keyFor(keys, { origin: "https://a.test" })).toBeUndefined();
    expect(keyFor(keys, { origin: "http://a.test", variable: "A" })).toBeUndefined();
    expect(keyFor(keys, { origin: "https://b.test", variable: "B" })).toBe("b");
  });
});

const OTHERS =
  "PATH Path HOME USER LOGNAME SHELL AWS_SECRET_ACCESS_KEY aws_session_token AWS_BEARER_TOKEN_BEDROCK GITHUB_TOKEN GH_TOKEN GITLAB_TOKEN CI_JOB_TOKEN ACTIONS_RUNTIME_TOKEN NPM_TOKEN NODE_AUTH_TOKEN NODE_OPTIONS SSH_AUTH_SOCK GPG_KEY KUBECONFIG DOCKER_AUTH_CONFIG VAULT_TOKEN AZURE_CLIENT_SECRET ARM_CLIENT_SECRET GOOGLE_APPLICATION_CREDENTIALS DATABASE_URL PGPASSWORD MYSQL_PWD DB_PASSWORD SIGNING_KEY HTTPS_PROXY http_proxy XDG_RUNTIME_DIR VSCODE_IPC_HOOK USERPROFILE STRIPE_SECRET_KEY";
const KEYS =
  "OPENAI_API_KEY AZURE_OPENAI_API_KEY OPENROUTER_API_KEY ANTHROPIC_API_KEY GEMINI_API_KEY GOOGLE_API_KEY GROQ_API_KEY MISTRAL_API_KEY DEEPSEEK_API_KEY HF_TOKEN DATABRICKS_TOKEN LITELLM_KEY WIRE_KEY VLLM_API_KEY MY_KEY";

it.each(OTHERS.split(" "))("%s is the name of no API key", (name) => expect(isNoKeyName(name)).toBe(true));
it.each(KEYS.split(" "))("%s may be one", (name) => expect(isNoKeyName(name)).toBe(false));
it.each(["", "A B", "A=B", "A,B", "1A", "A\n", "Ä", "A".repeat(101)])("%j is the name of no variable", (name) =>
  expect(isNoKeyName(name)).toBe(true),
);

it("a process of ours gets what Node, the system and the way to a server need, and no secrets", () => {
  const needed = {
    PATH: "/bin",
    Path: "C:/bin",
    HOME: "/home/me",
    TMPDIR: "/tmp",
    LANG: "C",
    LC_ALL: "C",
    XDG_CONFIG_HOME: "/c",
    SystemRoot: "C:/Windows",
    "ProgramFiles(x86)": "C:/p",
    HTTPS_PROXY: "http://p",
    https_proxy: "http://p",
    NO_PROXY: "h",
    NODE_EXTRA_CA_CERTS: "/ca.pem",
    LD_LIBRARY_PATH: "/lib",
  };
  const secrets = Object.fromEntries(`${OTHERS} ${KEYS}`.split(" ").map((name) => [name, "secret"]));
  const own = ownEnvironment({ ...secrets, OPENAI_CUSTOM_HEADERS: "X: secret", LERL_START: "secret", ...needed });
  const rest = Object.entries(own).filter(([name]) => !(name in needed));
  expect(own).toMatchObject(needed);
  expect(rest.map(([name]) => name).sort()).toEqual(
    ["LOGNAME", "SHELL", "USER", "USERPROFILE", "XDG_RUNTIME_DIR", "http_proxy"].sort(),
  );
  expect(ownEnvironment({ A: "1", B: "2" }, ["B"])).toEqual({ B: "2" });
});
