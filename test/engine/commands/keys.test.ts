/** Where keys may go, on the command line: real processes, and real servers that remember what they were shown. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { environmentModels } from "../../../src/engine/commands/models.ts";
import { CheckpointStore } from "../../../src/engine/store/checkpoint.ts";
import { ChatServer } from "./chatServer.ts";
import { lerl, scratchFolder } from "./lerl.ts";
import { modelExperiment, writeModelExperiment } from "./modelWorld.ts";

const KEY = "sk-secret-0123456789";
const server = new ChatServer();
const other = new ChatServer();
const scratch = scratchFolder();
const cli = resolve(import.meta.dirname, "../../../dist/cli.cjs");
/** Of a user without answers given before. */
const plain = { MODELS_KEY: KEY, AWS_SECRET_ACCESS_KEY: "aws-secret", XDG_CONFIG_HOME: join(scratch.path, "config") };
let folder = "";
const origin = () => new URL(server.baseUrl).origin;
const keysShown = (asked = server) => [...new Set(asked.journal.map(({ authorization }) => authorization))];

beforeAll(() => Promise.all([server.open(), other.open()]));
afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
  scratch.remove();
});
beforeEach(() => {
  folder = mkdtempSync(join(scratch.path, "w-"));
  for (const one of [server, other]) one.journal.length = 0;
});

/** An experiment file that names a variable for its planner's key. */
function naming(apiKeyVariable: string, more: object = {}): string {
  const file = writeModelExperiment(folder, server.baseUrl);
  const experiment = modelExperiment(server.baseUrl);
  const planner = { ...experiment.planner, apiKeyVariable };
  const text = { ...experiment, planner, critic: {}, training: { iterations: 2, checkpointEvery: 1 }, ...more };
  writeFileSync(file, JSON.stringify(text));
  return file;
}
const run = (file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
  lerl(["run", file, "--quiet", "--out", "run", ...args], folder, { ...plain, ...env });
const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
/** Answers that were given on a terminal before. */
function remembering(allowed: readonly object[], schemaVersion = 1): NodeJS.ProcessEnv {
  const home = mkdtempSync(join(scratch.path, "config-"));
  mkdirSync(join(home, "lerl"));
  writeFileSync(join(home, "lerl/allowed-keys.json"), JSON.stringify({ schemaVersion, allowed }), { mode: 0o600 });
  return { XDG_CONFIG_HOME: home };
}

describe("a variable that only a file names", () => {
  it("is sent nowhere, and nothing is written, until a person says that it may go there", async () => {
    const { code, err } = await run(naming("MODELS_KEY"));
    expect(code).toBe(2);
    expect(err).toContain(`names MODELS_KEY as the API key for ${origin()}, and nobody has said that it may go there`);
    expect(err).toContain(`--allow-key MODELS_KEY=${origin()}`);
    expect(err).not.toContain(KEY);
    expect(server.journal).toEqual([]);
    expect(readdirSync(folder).filter((name) => !name.includes(".lerl."))).toEqual([]);
  });

  it.each([
    ["--allow-key", () => [["--allow-key", `MODELS_KEY=${server.baseUrl}`], {}] as const],
    ["LERL_ALLOW_KEY", () => [[], { LERL_ALLOW_KEY: `OTHER=https://o.test,MODELS_KEY=${origin()}` }] as const],
    ["--set, which was typed", () => [["--set", "planner.apiKeyVariable=MODELS_KEY"], {}] as const],
    ["a line that is remembered", () => [[], remembering([{ variable: "MODELS_KEY", origin: origin() }])] as const],
    [
      "one for this folder",
      () => [[], remembering([{ variable: "MODELS_KEY", origin: origin(), folder: resolve(folder) }])] as const,
    ],
  ])("goes with %s", async (_, way) => {
    const [args, env] = way();
    expect((await run(naming("MODELS_KEY"), args, env)).code).toBe(0);
    expect(keysShown()).toEqual([`Bearer ${KEY}`]);
    for (const file of filesIn(folder)) expect(readFileSync(file, "utf8"), file).not.toContain(KEY);
  });

  it.each([
    ["--allow-key", () => [["--allow-key", `MODELS_KEY=${new URL(other.baseUrl).origin}`], {}] as const],
    ["LERL_ALLOW_KEY", () => [[], { LERL_ALLOW_KEY: `OTHER_KEY=${origin()}` }] as const],
    [
      "what a suite sets for its run",
      () => [["--set", "planner.apiKeyVariable=MODELS_KEY", "--sets-are-data"], {}] as const,
    ],
    ["another role's --set", () => [["--set", "critic.apiKeyVariable=MODELS_KEY"], {}] as const],
    [
      "a line for another folder",
      () => [[], remembering([{ variable: "MODELS_KEY", origin: origin(), folder: "/" }])] as const,
    ],
  ])("does not go with %s for something else", async (_, way) => {
    const [args, env] = way();
    const { code, err } = await run(naming("MODELS_KEY"), args, env);
    expect([code, err]).toEqual([2, expect.stringContaining("nobody has said")]);
    expect(server.journal).toEqual([]);
  });

  it.each(["MODELS_KEY", `=${KEY}`, `MODELS_KEY=http://me:${KEY}@h.test`, `MODELS_KEY=https://h.test?key=${KEY}`])(
    "--allow-key %s is refused without repeating it",
    async (text) => {
      const { code, err } = await run(naming("MODELS_KEY"), ["--allow-key", text]);
      expect([code, err]).toEqual([2, expect.stringContaining("--allow-key: expected the name")]);
      expect(err).not.toContain(KEY);
    },
  );

  it("is not sent by a list that others may write, or that is of another kind", async () => {
    const lines = [{ variable: "MODELS_KEY", origin: origin() }];
    const env = remembering(lines);
    chmodSync(join(env.XDG_CONFIG_HOME ?? "", "lerl/allowed-keys.json"), 0o666);
    const file = naming("MODELS_KEY");
    expect((await run(file, [], env)).err).toContain("others may write it");
    expect((await run(file, [], remembering(lines, 2))).err).toMatch(/allowed-keys\.json .*cannot be read/);
    expect((await run(file, [], remembering([{ ...lines[0], secret: KEY }]))).err).toMatch(/cannot be read/);
    const list = join(env.XDG_CONFIG_HOME ?? "", "lerl/allowed-keys.json");
    for (const other of [`API_KEY=${KEY}`, `{"key": "${KEY}"}`, `["${KEY}"]`]) {
      writeFileSync(list, other);
      chmodSync(list, 0o600);
      const { err } = await run(file, [], env);
      expect(err).toMatch(/cannot be read \((not JSON|\$.*: expected .*)\)\. Mend it or delete it/);
      expect(err).not.toContain(KEY);
    }
    rmSync(list);
    mkdirSync(list);
    expect((await run(file, [], env)).err).toContain("cannot be read (a folder, not a file). Mend it or delete it");
    rmdirSync(list);
    spawnSync("mkfifo", ["-m", "600", list]);
    expect((await run(file, [], env)).err).toContain("cannot be read (a named pipe, not a file). Mend it");
    expect(server.journal).toEqual([]);
  });

  it("is asked about once on a terminal, and the answer remembered outside the workspace", async ({ skip }) => {
    if (spawnSync("script", ["--version"]).error || process.platform !== "linux") return void skip();
    const file = naming("MODELS_KEY");
    const config = mkdtempSync(join(scratch.path, "config-"));
    const answering = async (answer: string | undefined): Promise<string> => {
      const command = `'${process.execPath}' '${cli}' run '${file}' --quiet --iterations 1`;
      const env = { ...process.env, ...plain, XDG_CONFIG_HOME: config };
      const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder, env });
      let shown = "";
      child.stdout.on("data", (text) => {
        const isAsked = !shown.includes("[y/N]");
        shown += text;
        if (!isAsked || !shown.includes("[y/N]")) return;
        if (answer === undefined) child.stdin.end();
        else child.stdin.write(answer);
      });
      await once(child, "close");
      return shown;
    };
    // Ctrl+C and the end of input are no answer.
    for (const no of ["n\n", "\n", "\u0003", undefined]) expect(await answering(no)).toContain("nobody has said");
    expect(existsSync(join(config, "lerl"))).toBe(false);
    expect(await answering("y\n")).toContain(`Send what it holds to ${origin()}, now and later from this folder?`);
    const list = join(config, "lerl/allowed-keys.json");
    const line = { variable: "MODELS_KEY", origin: origin(), folder: resolve(folder) };
    expect(JSON.parse(readFileSync(list, "utf8"))).toEqual({ schemaVersion: 1, allowed: [line] });
    expect(statSync(list).mode & 0o777).toBe(0o600);
    expect(await answering("")).not.toContain("Send what it holds");
    expect(filesIn(folder).filter((name) => name.includes("allowed-keys"))).toEqual([]);
  });
});

describe("a name that is no key's", () => {
  it.each(["AWS_SECRET_ACCESS_KEY", "PATH"])(
    "%s is refused with the reason, also where --set names it",
    async (variable) => {
      const env = { [variable]: process.env[variable] ?? "something" };
      for (const args of [[], ["--set", `planner.apiKeyVariable=${variable}`]]) {
        const { code, err } = await run(naming(variable), args, env);
        expect([code, err]).toEqual([2, expect.stringContaining(`"${variable}" is not the name of an API key`)]);
      }
      expect(server.journal).toEqual([]);
    },
  );

  it("goes where it was allowed by hand", async () => {
    const { code } = await run(naming("GITHUB_TOKEN"), ["--allow-key", `GITHUB_TOKEN=${origin()}`], {
      GITHUB_TOKEN: "gh-token",
    });
    expect(code).toBe(0);
    expect(keysShown()).toEqual(["Bearer gh-token"]);
  });
});

describe("a run that goes on", () => {
  const allow = () => ["--allow-key", `MODELS_KEY=${origin()}`];
  const resume = (args: readonly string[] = []) => lerl(["resume", "run", "--quiet", ...args], folder, plain);

  /** As an interruption leaves it. */
  async function interrupted(): Promise<void> {
    expect((await run(naming("MODELS_KEY"), allow())).code).toBe(0);
    const file = join(folder, "run/run.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), state: "interrupted" }));
    server.journal.length = 0;
  }

  it("and an evaluation need the same word", async () => {
    await interrupted();
    for (const command of [
      ["resume", "run", "--quiet"],
      ["evaluate", "run", "--planner", "same"],
    ]) {
      const { code, err } = await lerl(command, folder, plain);
      expect([code, err]).toEqual([2, expect.stringContaining("nobody has said")]);
      expect((await lerl([...command, ...allow()], folder, plain)).code).toBe(0);
    }
  });

  it.each([
    ["server", { baseUrl: () => other.baseUrl }],
    ["variable", { apiKeyVariable: () => "AWS_SECRET_ACCESS_KEY" }],
  ])("from a checkpoint that names another %s asks nobody, and says what differs", async (_, change) => {
    await interrupted();
    const store = new CheckpointStore(join(folder, "run"), () => undefined);
    const checkpoint = await store.load();
    if (!checkpoint) throw new Error("no checkpoint");
    const json = checkpoint.json as { readonly experiment: { readonly planner: object } };
    const { experiment } = json;
    const [[name, value] = ["", () => ""]] = Object.entries(change);
    const planner = { ...experiment.planner, [name]: value() };
    await store.save({ ...checkpoint, json: { ...json, experiment: { ...experiment, planner } } });
    const everywhere = [...allow(), "--allow-key", `MODELS_KEY=${other.baseUrl}`];
    const commands = [
      ["resume", "run"],
      ["evaluate", "run"],
      ["trial", "run", "--prompt", "planner.lerl.md"],
    ];
    for (const command of commands) {
      const { code, err } = await lerl([...command, ...everywhere], folder, plain);
      expect(code, command[0]).toBe(2);
      expect(err).toContain(
        `by run.json the planner asks ${server.baseUrl} with the key in MODELS_KEY, by the checkpoint`,
      );
      expect(err).toContain(value());
    }
    expect(server.journal).toEqual([]);
    expect(other.journal).toEqual([]);
    expect((await resume(allow())).code).toBe(2);
  });
});

it("is asked about once, however often it is wanted", async () => {
  const wanted = [{ origin: "https://a.test", variable: "A_KEY" }];
  const models = environmentModels({ allowKey: ["A_KEY=https://a.test"] }, [], { A_KEY: "a" });
  await models.settle([...wanted, ...wanted]);
  await models.settle(wanted);
  expect(models.environmentFor(wanted).LERL_ALLOW_KEY).toBe("A_KEY=https://a.test");
});

describe("a suite", () => {
  const suite = (set: object) => {
    writeFileSync(
      join(folder, "s.suite.json"),
      JSON.stringify({
        name: "S",
        experiment: "model.lerl.json",
        seeds: [1],
        sessions: 4,
        variants: [
          { name: "with", set },
          { name: "without", set: { "planner.provider": "offline" } },
        ],
      }),
    );
    return (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
      lerl(["suite", "run", "s.suite.json", ...args], folder, { ...plain, ...env });
  };

  it("sends what a variant sets nowhere: nobody typed it", async () => {
    naming("UNUSED_KEY", { evaluation: { every: 5, sessions: 4, modelSessions: 0 } });
    const { code, err } = await suite({ "planner.apiKeyVariable": "MODELS_KEY" })([]);
    expect([code, err]).toEqual([2, expect.stringContaining("nobody has said")]);
    expect(existsSync(join(folder, ".lerl"))).toBe(false);
    expect(server.journal).toEqual([]);
  });

  it("passes to its processes the keys that were allowed", async () => {
    naming("UNUSED_KEY", { evaluation: { every: 5, sessions: 4, modelSessions: 0 } });
    const ran = await suite({ "planner.apiKeyVariable": "MODELS_KEY" })([], {
      LERL_ALLOW_KEY: `MODELS_KEY=${origin()}`,
    });
    expect([ran.code, ran.err.includes("error")]).toEqual([0, false]);
    expect(keysShown()).toEqual([`Bearer ${KEY}`]);
    // A suite that is done asks nobody, and needs no key for its table.
    expect((await suite({ "planner.apiKeyVariable": "MODELS_KEY" })([])).code).toBe(0);
  });
});

it("a trial sends a contender's key only where it may go, and leaves nothing where it may not", async () => {
  const file = naming("MODELS_KEY");
  const contender = { prompt: "planner.lerl.md", baseUrl: other.baseUrl, apiKeyVariable: "MODELS_KEY", model: "m" };
  writeFileSync(
    join(folder, "t.trial.json"),
    JSON.stringify({ name: "T", base: file, contenders: [{ plan: "round-robin" }, contender], sessions: 4 }),
  );
  const trial = (args: readonly string[]) => lerl(["trial", "t.trial.json", ...args], folder, plain);
  const refused = await trial(["--allow-key", `MODELS_KEY=${origin()}`]);
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(new URL(other.baseUrl).origin)]);
  expect(existsSync(join(folder, ".lerl/trials")) ? readdirSync(join(folder, ".lerl/trials")) : []).toEqual([]);
  expect(other.journal).toEqual([]);
  expect((await trial(["--allow-key", `MODELS_KEY=${other.baseUrl}`])).code).toBe(0);
  expect(keysShown(other)).toEqual([`Bearer ${KEY}`]);
  expect(server.journal).toEqual([]);
});

it("doctor tries a server with the key that is allowed to go there", async () => {
  const doctor = (...args: string[]) => lerl(["doctor", "--server", server.baseUrl, ...args], folder, plain);
  await doctor("--allow-key", `MODELS_KEY=${other.baseUrl}`);
  expect(keysShown()).toEqual([undefined]);
  server.journal.length = 0;
  await doctor("--allow-key", `MODELS_KEY=${server.baseUrl}`);
  expect(keysShown()).toEqual([`Bearer ${KEY}`]);
});

it("OpenAI's own variables change nothing: no header, no server, no log", async () => {
  const env = {
    OPENAI_BASE_URL: other.baseUrl,
    OPENAI_CUSTOM_HEADERS: `Authorization: Bearer ${KEY}\nX-Secret: ${KEY}`,
    OPENAI_ORG_ID: KEY,
    OPENAI_PROJECT_ID: KEY,
    OPENAI_ADMIN_KEY: KEY,
    OPENAI_API_KEY: KEY,
    OPENAI_WEBHOOK_SECRET: KEY,
    OPENAI_LOG: "debug",
  };
  const headers: string[] = [];
  const file = writeModelExperiment(folder, server.baseUrl);
  server.heard = (sent) => headers.push(JSON.stringify(sent));
  const { code, out, err } = await run(file, ["--iterations", "1"], env);
  server.heard = undefined;
  expect(code).toBe(0);
  expect(headers.length).toBeGreaterThan(0);
  for (const text of [...headers, out, err]) expect(text).not.toContain(KEY);
  expect(other.journal).toEqual([]);
});

it("threads see nothing of the environment", async () => {
  const file = naming("MODELS_KEY", { planner: {}, policy: { layers: 1, hidden: [8], workers: 2 } });
  const spy = join(folder, "spy.mjs");
  writeFileSync(
    spy,
    `import { appendFileSync } from "node:fs";
    import { isMainThread } from "node:worker_threads";
    if (!isMainThread) appendFileSync(new URL("threads", import.meta.url), JSON.stringify(process.env) + "\\n");`,
  );
  const args = ["--import", spy, cli, "run", file, "--quiet", "--iterations", "1"];
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...plain } });
  expect(await once(child, "close")).toEqual([0, null]);
  const threads = readFileSync(join(folder, "threads"), "utf8").trim().split("\n");
  expect(threads.length).toBeGreaterThan(0);
  expect(new Set(threads)).toEqual(new Set(["{}"]));
});
