import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Episode } from "../../../src/protocol/run.ts";
import { ChatServer } from "./chatServer.ts";
import { type Finished, lerl, scratchFolder, start } from "./lerl.ts";
import { plannerPrompt, writeModelExperiment } from "./modelWorld.ts";

const scratch = scratchFolder();
const server = new ChatServer();
let file = "";
beforeAll(async () => {
  await server.open();
  file = writeModelExperiment(scratch.path, server.baseUrl);
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const KEY = "sk-test-5f1dEaD/beef+0042==";
/** A key may also leak in the forms it takes on its way. */
const forms = [KEY, encodeURIComponent(KEY), Buffer.from(KEY).toString("base64"), KEY.slice(3)];

function* filesIn(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesIn(path);
    else yield path;
  }
}

/** Command lines of every process that can be seen. */
const commandLines = (): string =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1");
      } catch {
        return "";
      }
    })
    .join("\n");

const leaks = (text: string): readonly string[] => forms.filter((form) => text.includes(form));

describe("a key in the environment", () => {
  const args = (out: string) => [
    ...["run", file, "--json", "--out", out, "--iterations", "1", "--set", "models.retries=1"],
    ...["--set", "planner.apiKeyVariable=LERL_TEST_KEY", "--set", "critic.apiKeyVariable=LERL_TEST_KEY"],
  ];

  it("reaches the server and nothing else, even where the server repeats it", async () => {
    server.echoesKey = true;
    server.fault = (n) => (n % 9 === 4 ? "500" : undefined);
    const running = start(args("keyed"), scratch.path, { LERL_TEST_KEY: KEY });
    await server.asked(10);
    if (process.platform === "linux") expect(leaks(commandLines())).toEqual([]);
    const { code, out, err } = await running.finished;
    expect(code).toBe(0);
    expect(server.journal.every(({ authorization }) => authorization === `Bearer ${KEY}`)).toBe(true);
    expect(leaks(out + err)).toEqual([]);
    const written = [...filesIn(scratch.path)].filter((path) => leaks(readFileSync(path, "latin1")).length > 0);
    expect(written).toEqual([]);
    expect([...filesIn(join(scratch.path, ".lerl"))]).not.toEqual([]);
    expect(readFileSync(join(scratch.path, "keyed", "llm.jsonl"), "utf8")).toContain("[key]");
  });

  it("stays out of the errors of a run that pauses", async () => {
    server.fault = () => "500";
    const running = start([...args("failing"), "--set", "models.cache=false"], scratch.path, { LERL_TEST_KEY: KEY });
    await running.printed('"event":"paused"');
    running.kill("SIGINT");
    const { code, out, err } = await running.finished;
    server.fault = () => undefined;
    expect(code).toBe(130);
    expect(out).toContain("trouble");
    expect(leaks(out + err)).toEqual([]);
    expect([...filesIn(scratch.path)].filter((path) => leaks(readFileSync(path, "latin1")).length > 0)).toEqual([]);
  });

  it("of OpenAI's is not sent to another server unasked", async () => {
    server.journal.length = 0;
    const { code } = await lerl(["run", file, "--quiet", "--out", "other", "--iterations", "1"], scratch.path, {
      OPENAI_API_KEY: KEY,
    });
    expect(code).toBe(0);
    expect(server.journal.map(({ authorization }) => authorization).filter((given) => given !== undefined)).toEqual([]);
  });

  it("that is named but not set is bad input", async () => {
    const { code, err } = await lerl(args("unset"), scratch.path, { LERL_TEST_KEY: "" });
    expect(code).toBe(2);
    expect(err).toContain("The environment variable LERL_TEST_KEY is not set.");
  });
});

describe("a prompt that may not be used", () => {
  const attacks: readonly (readonly [string, string, RegExp])[] = [
    ["an unknown variable", "{{ slateSise }}", /"slateSise" is not a variable of a planner prompt/],
    ["an endless loop", "{% for i in (1..100000000) %}{% for j in (1..100000000) %}x{% endfor %}{% endfor %}", /./],
    ["an include", '{% include "/etc/passwd" %}', /include/],
    ["a render", '{% render "/etc/passwd" %}', /render/],
    ["a layout", '{% layout "/etc/passwd" %}', /layout/],
    ["prototype access", "{{ categories.constructor.constructor }}", /./],
    ["a prototype's name", "{{ __proto__ }}", /./],
    ["an unclosed tag", "{% if step == 1 %}", /./],
  ];

  const ask = async (text: string, args: readonly string[]): Promise<Finished> => {
    writeFileSync(
      join(scratch.path, "bad.lerl.md"),
      plannerPrompt.replace("Choose {{ most }}", `${text}\nChoose {{ most }}`),
    );
    return lerl([...args, "--set", "planner.prompt=bad.lerl.md"], scratch.path);
  };

  it.each(attacks)("%s: an error with line and column, exit code 2, no execution", async (name, text, message) => {
    const line = plannerPrompt.split("\n").findIndex((row) => row.startsWith("Choose {{ most }}")) + 1;
    const where = new RegExp(`bad\\.lerl\\.md:${line}:\\d+: `);
    const asked = server.journal.length;
    const results = await Promise.all([
      ask(text, ["prompts", "render", file]),
      ask(text, ["run", file, "--quiet", "--out", `bad ${name}`]),
    ]);
    for (const { code, out, err } of results) {
      expect(err).toMatch(where);
      expect(err).toMatch(message);
      expect(err).not.toMatch(/\n\s+at /);
      expect(out).not.toContain("root:");
      expect(code).toBe(2);
    }
    expect(server.journal.length).toBe(asked);
  });

  it("saved as UTF-16 is told as such", async () => {
    writeFileSync(join(scratch.path, "bad.lerl.md"), `\ufeff${plannerPrompt}`, "utf16le");
    const args = ["prompts", "render", file, "--set", "planner.prompt=bad.lerl.md"];
    const { code, err } = await lerl(args, scratch.path);
    expect([code, err]).toEqual([2, expect.stringContaining("bad.lerl.md: it is saved as UTF-16. Save it as UTF-8.")]);
  });

  it("renders exactly what a run sends", async () => {
    server.journal.length = 0;
    const run = ["run", file, "--quiet", "--out", "sent", "--iterations", "1", "--set", "models.cache=false"];
    expect((await lerl(run, scratch.path)).code).toBe(0);
    // The first visit that ended began with no reflection to show. Synthetic users are called by their index.
    const [first] = readFileSync(join(scratch.path, "sent", "episodes.jsonl"), "utf8").split("\n");
    const { user }: Episode = JSON.parse(first ?? "");
    const render = ["prompts", "render", file, "--step", "0", "--user", user, "--json"];
    const { out, code } = await lerl(render, scratch.path);
    expect(code).toBe(0);
    expect(server.journal.map(({ messages }) => messages)).toContainEqual(JSON.parse(out).messages);
  });
});
