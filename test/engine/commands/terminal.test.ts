import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChatServer } from "./chatServer.ts";
import { type Finished, jsonLinesOf, lerl, scratchFolder, tinyExperiment, writeExperiment } from "./lerl.ts";
import { plannerPrompt } from "./modelWorld.ts";
import { usually, writeTrialWorld } from "./wordyServer.ts";

/** A colour, a link, a title, the line begun anew, a clear screen of one character, text from right to left. */
const HOSTILE = "\x1b[31mred \x1b]8;;http://a.example\x07link\x1b]8;;\x07 \x1b]0;title\x07 \r\x9b2J\u202efdp.exe\u2066";
/** What of it may stand in a file's name. */
const HOSTILE_NAME = "evil\x1b]0;title\x07\x9b2J\u202egpj";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

/** Everything that was printed, and nothing in it steers a terminal. */
function inert({ out, err }: Finished): string {
  expect(STEERING.exec(out)).toBeNull();
  expect(STEERING.exec(err)).toBeNull();
  return out + err;
}

const scratch = scratchFolder();
const server = new ChatServer();
const here = (args: readonly string[], env?: NodeJS.ProcessEnv) => lerl(args, scratch.path, env);
const run = join(scratch.path, HOSTILE_NAME);
let experiment = "";

beforeAll(async () => {
  await server.open();
  usually(server);
  experiment = writeExperiment(scratch.path, { ...tinyExperiment, name: HOSTILE }, `${HOSTILE_NAME}.lerl.json`);
  await here(["run", experiment, "--iterations", "3", "--quiet", "--out", run]);
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

describe("on a terminal, names and texts from outside steer nothing", () => {
  it("of a run, its resumption and its evaluation", async () => {
    const shown = inert(await here(["run", experiment, "--iterations", "1", "--out", `${run}2`]));
    expect(shown).toContain("\\u001b[31mred \\u001b]8;;http://a.example\\u0007link");
    expect(shown).toContain("\\u202efdp.exe");
    inert(await here(["resume", run]));
    inert(await here(["evaluate", run, "--sessions", "2"]));
    inert(await here(["report", run]));
  });

  it("of a comparison, in each of its forms; JSON stays the same JSON", async () => {
    for (const format of ["text", "markdown", "csv"]) inert(await here(["compare", run, "--format", format]));
    const compared = await here(["compare", run, "--json"]);
    inert(compared);
    expect(JSON.parse(compared.out).rows[0].label).toContain("\u202efdp.exe");
  });

  it("of a run's JSON lines", async () => {
    const finished = await here(["run", experiment, "--iterations", "1", "--json", "--out", `${run}3`]);
    inert(finished);
    expect(jsonLinesOf(finished)[0]).toMatchObject({ folder: `${run}3`, experiment: { name: HOSTILE } });
  });

  it("of a suite, and of the table that it keeps", async () => {
    const suite = join(scratch.path, "s.suite.json");
    const variants = [{ name: HOSTILE.slice(0, 80) }, { name: "other", set: { "ppo.clip": 0.3 } }];
    const set = { "training.iterations": 1 };
    const document = { name: "S", experiment: `${HOSTILE_NAME}.lerl.json`, set, seeds: [1], sessions: 2, variants };
    writeFileSync(suite, JSON.stringify(document));
    inert(await here(["suite", "run", suite]));
    inert({ code: 0, out: readFileSync(join(scratch.path, ".lerl/suites/s/table.txt"), "utf8"), err: "" });
  });

  it("of a data set's columns and categories", async () => {
    const name = HOSTILE.replace("\r", "");
    const items = Array.from({ length: 30 }, (_, i) => `${i},${i % 2 === 0 ? name : "Drama"}`);
    const rows = items.flatMap((_, i) => [1, 2, 3].map((user) => `${user},${i},${i % 2}`));
    writeFileSync(join(scratch.path, "items.csv"), ["item,categories", ...items].join("\n"));
    writeFileSync(join(scratch.path, "log.csv"), [`user,item,${name}`, ...rows].join("\n"));
    const dataset = {
      kind: "csv",
      interactions: { path: "log.csv", feedback: [name] },
      items: { path: "items.csv" },
    };
    const file = writeExperiment(scratch.path, { ...tinyExperiment, dataset }, "csv.lerl.json");
    const described = await here(["data", "describe", file]);
    expect(inert(described)).toContain("Users");
    expect(described.code).toBe(0);
    inert(await here(["data", "describe", file, "--json"]));
  });

  it("of a prompt, a trial, its replies and its moments", async () => {
    const file = writeTrialWorld(scratch.path, server.baseUrl);
    const prompt = `${HOSTILE_NAME}.lerl.md`;
    writeFileSync(join(scratch.path, prompt), plannerPrompt.replace("You plan", `${HOSTILE} You plan`));
    const rendered = inert(await here(["prompts", "render", file, "--set", `planner.prompt=${prompt}`]));
    expect(rendered).toContain("You plan");
    server.reply = () => `I would rather not. ${HOSTILE}`;
    const trial = ["trial", file, "--prompt", prompt, "--sessions", "2"];
    for (const format of ["text", "markdown", "csv", "json", "junit"])
      inert(await here([...trial, "--format", format]));
    const [visit] = readFileSync(join(run, "episodes.jsonl"), "utf8").split("\n");
    const { id } = JSON.parse(visit ?? "");
    const moments = ["--file", `${HOSTILE_NAME}.moments.json`, "--name", HOSTILE];
    inert(await here(["moments", "keep", run, id, "1", ...moments]));
    inert(await here(["reflections", "sheet", run, "--out", `${HOSTILE_NAME}.csv`]));
  });

  it("of a server's words, and of every error", async () => {
    server.reply = () => HOSTILE;
    inert(await here(["doctor", "--server", server.baseUrl, "--model", HOSTILE]));
    inert(await here(["run", `${HOSTILE_NAME}.missing`]));
    inert(await here(["run", experiment, "--set", `${HOSTILE}=1`]));
    inert(await here(["run", experiment, `--${HOSTILE}`]));
    inert(await here(["data", "describe", HOSTILE, HOSTILE]));
    writeFileSync(join(scratch.path, "broken.lerl.json"), `{ "name": "${HOSTILE}, }`);
    inert(await here(["run", "broken.lerl.json"]));
    writeFileSync(join(scratch.path, "field.lerl.json"), JSON.stringify({ [HOSTILE]: HOSTILE, seed: HOSTILE }));
    const { err } = await here(["run", "field.lerl.json"]);
    expect(err).toContain("\\u001b]8;;");
  });

  it("keeps our own colours", async () => {
    const { err } = await here(["run", `${HOSTILE_NAME}.missing`], { NO_COLOR: "", FORCE_COLOR: "1" });
    expect(err.startsWith("\x1b[31merror\x1b[39m ")).toBe(true);
    expect(STEERING.exec(err.slice("\x1b[31merror\x1b[39m ".length))).toBeNull();
  });
});

describe("the command line's words", () => {
  it("are written in one place", () => {
    const folder = resolve(import.meta.dirname, "../../../src/engine/commands");
    const others = readdirSync(folder).filter((name) => name !== "terminal.ts");
    for (const file of ["../cli.ts", ...others]) {
      const source = readFileSync(join(folder, file), "utf8");
      expect(source, file).not.toMatch(/\b(?:stdout|stderr)\.write|\bconsole\./);
    }
  });
});
