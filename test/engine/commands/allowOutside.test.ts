/** Files that documents name outside the current folder, on the built command line. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lerl, scratchFolder, tinyExperiment } from "./lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const workspace = join(scratch.path, "workspace");
const data = join(scratch.path, "data");
let configs = 0;
/** Settings of a person who has allowed nothing yet. */
const fresh = (): NodeJS.ProcessEnv => ({ XDG_CONFIG_HOME: join(scratch.path, `config-${configs++}`) });

const dataset = (folder: string) => ({
  kind: "csv",
  interactions: { path: join(folder, "log.csv") },
  items: { path: join(folder, "items.csv") },
});
const write = (path: string, document: object): string => {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, JSON.stringify(document));
  return path;
};

beforeAll(() => {
  mkdirSync(data);
  mkdirSync(workspace);
  writeFileSync(
    join(data, "items.csv"),
    `item,categories\n${Array.from({ length: 30 }, (_, i) => `i${i},c${i % 5}`).join("\n")}\n`,
  );
  const rows = Array.from({ length: 200 }, (_, i) => `u${i % 8},i${(i * 7) % 30},${i % 3 === 0 ? 1 : 0}`);
  writeFileSync(join(data, "log.csv"), `user,item,is_click\n${rows.join("\n")}\n`);
  write(join(workspace, "outside.lerl.json"), { ...tinyExperiment, dataset: dataset(data) });
});

describe("data outside", () => {
  it("are refused with every path and what to add, and nothing is made", async () => {
    const { code, err } = await lerl(["run", "outside.lerl.json"], workspace, fresh());
    expect(code).toBe(2);
    expect(err).toContain(
      `dataset.interactions.path: ${join(data, "log.csv")}; dataset.items.path: ${join(data, "items.csv")}`,
    );
    expect(err).toContain("add --allow-outside");
    expect(existsSync(join(workspace, ".lerl"))).toBe(false);
  });

  it("are read where that is said, and from then on in this folder", async () => {
    const env = fresh();
    const describeData = ["data", "describe", "outside.lerl.json", "--json"];
    expect((await lerl([...describeData, "--allow-outside"], workspace, env)).code).toBe(0);
    expect((await lerl(describeData, workspace, env)).code).toBe(0);
    const elsewhere = join(scratch.path, "elsewhere");
    cpSync(workspace, elsewhere, { recursive: true });
    expect((await lerl(describeData, elsewhere, env)).code).toBe(2);
    expect((await lerl(describeData, workspace, fresh())).code).toBe(2);
  });

  it("are remembered among the person's settings, where no workspace can bring its own and nobody else may write", async () => {
    const home = join(scratch.path, "home");
    const env = { HOME: home, XDG_CONFIG_HOME: "config" };
    const describeData = ["data", "describe", "outside.lerl.json", "--json"];
    expect((await lerl([...describeData, "--allow-outside"], workspace, env)).code).toBe(0);
    expect(existsSync(join(workspace, "config"))).toBe(false);
    const memory = join(home, ".config", "lerl", "allowed-files.json");
    expect((await lerl(describeData, workspace, env)).code).toBe(0);
    if (process.platform === "win32") return;
    expect(statSync(memory).mode & 0o777).toBe(0o600);
    chmodSync(memory, 0o666);
    const { code, err } = await lerl(describeData, workspace, env);
    expect([code, err]).toEqual([2, expect.stringMatching(/allowed-files\.json .*others may write it.*chmod 600/)]);
  });

  it("are read where they were typed, or lie beside the file that was", async () => {
    const typed = [
      "--set",
      `dataset.interactions.path=${join(data, "log.csv")}`,
      "--set",
      `dataset.items.path=${join(data, "items.csv")}`,
    ];
    expect((await lerl(["data", "describe", "outside.lerl.json", ...typed], workspace, fresh())).code).toBe(0);
    const beside = write(join(data, "beside.lerl.json"), { ...tinyExperiment, dataset: dataset(".") });
    expect((await lerl(["data", "describe", beside], workspace, fresh())).code).toBe(0);
  });

  describe("of a suite", () => {
    const suite = {
      name: "Outside",
      experiment: "outside.lerl.json",
      seeds: [1],
      sessions: 4,
      set: { "training.iterations": 1, "simulator.responseModel": { kind: "trained", epochs: 1 } },
      variants: [{ name: "a", set: { "policy.kind": "random" } }],
    };
    const args = ["suite", "run", "outside.suite.json", "--jobs", "1", "--json"];
    const runs = join(workspace, ".lerl", "suites", "outside", "runs");

    beforeEach(() => {
      write(join(workspace, "outside.suite.json"), suite);
      rmSync(join(workspace, ".lerl"), { recursive: true, force: true });
    });

    it("are read by it and its runs once that is said for the suite", async () => {
      const refused = await lerl(args, workspace, fresh());
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("add --allow-outside")]);
      const done = await lerl([...args, "--allow-outside"], workspace, fresh());
      expect([done.code, done.err]).toEqual([0, ""]);
    });

    it("are read by its runs also where the answer cannot be remembered", async () => {
      const settings = join(scratch.path, "no-settings");
      mkdirSync(join(settings, "lerl", "allowed-files.json"), { recursive: true });
      const { code, err } = await lerl([...args, "--allow-outside"], workspace, { XDG_CONFIG_HOME: settings });
      expect([code, err]).toEqual([0, expect.stringContaining("could not be remembered")]);
    });

    it("are read where the editor hands on what it has asked for, and nothing else is", async () => {
      const files = ["log.csv", "items.csv"].map((name) => join(data, name));
      const handing = (paths: readonly string[]) => ({ ...fresh(), LERL_ALLOWED_FILES: JSON.stringify(paths) });
      expect((await lerl(args, workspace, handing(files))).code).toBe(0);
      const { code, err } = await lerl(args, workspace, handing(files.slice(1)));
      expect([code, err]).toEqual([2, expect.stringContaining(join(data, "log.csv"))]);
    });

    it("are not read on the word of what a variant sets, and are once that is said", async () => {
      const paths = {
        "dataset.interactions.path": join(data, "log.csv"),
        "dataset.items.path": join(data, "items.csv"),
      };
      const sets = Object.entries(paths).flatMap(([path, value]) => ["--set", `${path}=${value}`]);
      write(join(workspace, "inside.lerl.json"), { ...tinyExperiment, dataset: dataset(".") });
      const asData = await lerl(["run", "inside.lerl.json", ...sets, "--sets-are-data"], workspace, fresh());
      expect([asData.code, asData.err]).toEqual([2, expect.stringContaining(join(data, "log.csv"))]);
      const variants = [{ name: "a", set: { "policy.kind": "random", ...paths } }];
      write(join(workspace, "outside.suite.json"), { ...suite, experiment: "inside.lerl.json", variants });
      const done = await lerl([...args, "--allow-outside"], workspace, fresh());
      expect([done.code, done.err]).toEqual([0, ""]);
    });

    it("are not read for a run that somebody has put among its runs", async () => {
      const env = fresh();
      expect((await lerl([...args, "--allow-outside"], workspace, env)).code).toBe(0);
      const other = join(scratch.path, "other");
      cpSync(data, other, { recursive: true });
      write(join(workspace, "planted.lerl.json"), { ...tinyExperiment, dataset: dataset(other) });
      const run = join(runs, readdirSync(runs)[0] ?? "");
      rmSync(run, { recursive: true });
      const set = ["policy.kind=random", "simulator.responseModel.kind=trained", "simulator.responseModel.epochs=1"];
      const planted = ["run", "planted.lerl.json", ...set.flatMap((each) => ["--set", each]), "--iterations", "1"];
      await lerl([...planted, "--allow-outside", "--out", run, "--quiet"], workspace, fresh());
      for (const state of ["done", "interrupted"]) {
        const record = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
        writeFileSync(join(run, "run.json"), JSON.stringify({ ...record, state }));
        const { code, err } = await lerl([...args, "--allow-outside"], workspace, env);
        expect([code, err]).toEqual([1, expect.stringContaining(join(other, "log.csv"))]);
        const memory = readFileSync(join(env.XDG_CONFIG_HOME ?? "", "lerl", "allowed-files.json"), "utf8");
        expect(memory).not.toContain(other);
      }
    });
  });
});

describe("a run that was allowed its data", () => {
  const answered = fresh();
  const out = join(workspace, "run");

  beforeAll(async () => {
    const short = ["--iterations", "2", "--set", 'policy.kind="random"', "--set", "simulator.responseModel.epochs=1"];
    const model = ["--set", 'simulator.responseModel.kind="trained"'];
    const { code, err } = await lerl(
      ["run", "outside.lerl.json", ...model, ...short, "--allow-outside", "--out", out, "--quiet"],
      workspace,
      answered,
    );
    // The log is short, which is told; of the files there is nothing to say.
    expect([code, err.replaceAll(/^warning The user model.*\n/gm, "")]).toEqual([0, ""]);
  });

  it("is evaluated without another question", async () => {
    const { code } = await lerl(["evaluate", out, "--sessions", "4", "--json"], workspace, answered);
    expect(code).toBe(0);
  });

  it("is no answer for a record that somebody has written: it stands among the person's own settings", async () => {
    const forged = join(workspace, "forged");
    cpSync(out, forged, { recursive: true });
    const record = JSON.parse(readFileSync(join(forged, "run.json"), "utf8"));
    writeFileSync(join(forged, "run.json"), JSON.stringify({ ...record, state: "interrupted" }));
    const state = join(forged, "checkpoint", "state.json");
    expect(readFileSync(state, "utf8")).toContain(data);
    const { code, err } = await lerl(["evaluate", forged, "--sessions", "4"], workspace, fresh());
    expect([code, err]).toEqual([2, expect.stringContaining(join(data, "log.csv"))]);
    const resumed = await lerl(["resume", forged], workspace, fresh());
    expect([resumed.code, resumed.err]).toEqual([2, expect.stringContaining(join(data, "log.csv"))]);
  });
});

describe("a hostile document", () => {
  it("gets no prompt and no recording of answers from outside or from what is hidden", async () => {
    const env = fresh();
    writeFileSync(join(workspace, ".env"), "KEY=secret\n");
    for (const planner of [{ prompt: ".env" }, { prompt: "/etc/passwd" }, { provider: "replay", replayFrom: "/var" }]) {
      write(join(workspace, "hostile.lerl.json"), { ...tinyExperiment, planner });
      for (const args of [
        ["run", "hostile.lerl.json"],
        ["prompts", "render", "hostile.lerl.json"],
        ["trial", "hostile.lerl.json", "--plan", "round-robin"],
      ]) {
        const { code, err, out } = await lerl(args, workspace, env);
        expect([code, err]).toEqual([2, expect.stringContaining("lie outside")]);
        expect(`${out}${err}`).not.toMatch(/secret|root:/);
      }
    }
  });

  it("names no base, moments or prompts of a trial outside", async () => {
    const trial = {
      name: "Hostile",
      base: "/etc/x.lerl.json",
      moments: "/etc/passwd",
      contenders: [{ prompt: "/etc/shadow" }, { plan: "round-robin" }],
    };
    write(join(workspace, "hostile.trial.json"), trial);
    const { code, err } = await lerl(["trial", "hostile.trial.json"], workspace, fresh());
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/base: \/etc\/x.*moments: \/etc\/passwd.*contenders.prompt: \/etc\/shadow/),
    ]);
  });

  it.skipIf(process.platform === "win32")("is refused as a named pipe, and so are its prompts", async () => {
    const pipes = join(scratch.path, "pipes");
    mkdirSync(pipes);
    spawnSync("mkfifo", [
      join(pipes, "pipe.lerl.json"),
      join(pipes, "planner.lerl.md"),
      join(pipes, "pipe.suite.json"),
    ]);
    const env = fresh();
    for (const args of [
      ["run", "pipe.lerl.json"],
      ["suite", "run", "pipe.suite.json"],
      ["data", "describe", "pipe.lerl.json"],
    ]) {
      const { code, err } = await lerl(args, pipes, env);
      expect([code, err]).toEqual([2, expect.stringContaining("a named pipe")]);
    }
    write(join(pipes, "piped.lerl.json"), { ...tinyExperiment });
    const { code, err } = await lerl(["prompts", "render", "piped.lerl.json"], pipes, env);
    expect([code, err]).toEqual([2, expect.stringContaining("a named pipe")]);
  });

  it("is asked about again where the answer cannot be remembered, which is said", async () => {
    const locked = join(scratch.path, "locked");
    writeFileSync(locked, "");
    chmodSync(locked, 0o400);
    const env = { XDG_CONFIG_HOME: locked };
    const { code, err } = await lerl(["data", "describe", "outside.lerl.json", "--allow-outside"], workspace, env);
    expect([code, err]).toEqual([0, expect.stringContaining("could not be remembered")]);
  });
});
