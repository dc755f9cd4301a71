import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AnswerFile } from "../../../src/engine/serving/answerFile.ts";
import { answerAll, journalOf, never, request, rig, startServer } from "../llm/modelServer.ts";
import { bundleProgram, start } from "../store/support.ts";
import { canMount, disk } from "../support/disks.ts";
import { swept, tell } from "../support/whole.ts";
import { answersAt } from "./answersAt.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lerl-answers-"));
  file = join(folder, "deep", "answers.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const reply = (text: string) =>
  ({ text, finish: "stop", model: "m", usage: { inputTokens: 1, outputTokens: 2 } }) as const;

/** Opens it, and hears what is said of it. */
async function heard(path = file) {
  const said: string[] = [];
  return { answers: await AnswerFile.open(path, (message) => void said.push(message)), said };
}

const keys = (): readonly (string | undefined)[] =>
  [...readFileSync(file, "utf8").matchAll(/^\{"key":"(\w+)","text":.*\}$/gm)].map(([, key]) => key);

describe("answers kept in a file", () => {
  it("are there again after another opening, the newest to a question", async () => {
    const answers = await answersAt(file);
    answers.put("k", reply("old"));
    answers.put("k", reply('multi\nline "text"'));
    answers.put("k", reply('multi\nline "text"'));
    expect(answers.get("k")).toEqual(reply('multi\nline "text"'));
    expect(keys()).toEqual(["k", "k"]);
    expect((await answersAt(file)).get("k")).toEqual(reply('multi\nline "text"'));
  });

  it("hold none that was cut by its length", async () => {
    const answers = await answersAt(file);
    answers.put("a", { ...reply("1"), finish: "length" });
    expect(answers.get("a")).toBeUndefined();
  });

  it("leave out lines that are torn or no answers, count them, and say so once", async () => {
    (await answersAt(file)).put("a", reply("1"));
    appendFileSync(file, 'garbage\n{"key":1}\n\n{"key":"b","te{"key":"c"}\n{"key":"b","te');
    const { answers, said } = await heard();
    expect(answers.size).toBe(1);
    expect(said).toEqual([expect.stringMatching(/answers.jsonl: 4 of 6 lines are torn or no answers, from line 2 on/)]);
    answers.put("d", reply("4"));
    expect(answers.get("d")).toEqual(reply("4"));
    expect((await heard()).answers.get("d")).toEqual(reply("4"));
    expect(keys()).toEqual(["a", "d"]);
    expect(said).toHaveLength(1);
  });

  it("are found where another process has kept them since, and none is mixed up", async () => {
    const [mine, others] = [await answersAt(file), await answersAt(file)];
    for (let i = 0; i < 20; i++) {
      mine.put(`m${i}`, reply(`mine ${i}`));
      others.put(`o${i}`, reply(`others ${i}`));
    }
    mine.put("last", reply("x"));
    for (let i = 0; i < 20; i++) {
      expect(mine.get(`m${i}`)?.text).toBe(`mine ${i}`);
      expect(mine.get(`o${i}`)?.text).toBe(`others ${i}`);
    }
  });

  it("are asked for again where the file was deleted, replaced or changed by hand", async () => {
    const answers = await answersAt(file);
    answers.put("a", reply("1"));
    answers.put("b", reply("2"));
    rmSync(file);
    expect(answers.get("a")).toBeUndefined();
    answers.put("a", reply("3"));
    expect(answers.get("a")?.text).toBe("3");
    expect(answers.get("b")).toBeUndefined();
    const changed = readFileSync(file, "utf8").replace('"key":"a"', '"key":"z"');
    writeFileSync(file, changed);
    expect(answers.get("a")).toBeUndefined();
  });

  it("are whole when two processes write at once", async () => {
    const program = await bundleProgram(
      folder,
      `import { AnswerFile } from "@store/../serving/answerFile.ts";
       const [, , file = "", name = ""] = process.argv;
       const answers = await AnswerFile.open(file, (message) => { throw new Error(message); });
       for (let i = 0; i < 200; i++)
         answers.put(name + i, { text: name.repeat(1 + ((i * 7919) % 20_000)), finish: "stop", model: "m" });
       console.log("end");`,
    );
    const both = ["a", "b"].map((name) => start(program, file, name));
    for (const { ended } of both) expect(await ended).toMatchObject({ code: 0, errors: "" });
    const { answers, said } = await heard();
    expect(said).toEqual([]);
    expect(answers.size).toBe(400);
    for (const name of ["a", "b"]) expect(answers.get(`${name}199`)?.text).toMatch(new RegExp(`^${name}+$`));
  });

  it("spare a later run its calls, unless the experiment says otherwise", async () => {
    const server = await startServer();
    answerAll(server, ({ messages }) => `to ${messages.at(-1)?.content}`);
    const base = `${server.url}/v1`;
    await rig(base, {}, { cache: await answersAt(file) }).scheduler.complete(request("x"), never);
    const later = rig(base, {}, { cache: await answersAt(file) });
    expect(await later.scheduler.complete(request("x"), never)).toMatchObject({
      text: "to x",
      cached: true,
      attempts: 0,
    });
    expect(later.rows).toMatchObject([{ reply: "to x", cached: true, attempts: 0, cost: 0 }]);
    expect(later.budget.spending.calls).toBe(0);
    expect(journalOf(server)).toHaveLength(1);
    await rig(base, { cache: false }, { cache: await answersAt(file) }).scheduler.complete(request("x"), never);
    expect(journalOf(server)).toHaveLength(2);
    await server.stop();
  });
});

describe("where answers cannot be kept, one sentence says why and all goes on", () => {
  const inTheWay = {
    "a folder": () => mkdirSync(file, { recursive: true }),
    "a file in the folder's place": () => writeFileSync(join(folder, "deep"), "x"),
    "a symbolic link": () => {
      mkdirSync(join(folder, "deep"));
      writeFileSync(join(folder, "target"), "");
      symlinkSync(join(folder, "target"), file);
    },
    "a named pipe": () => {
      mkdirSync(join(folder, "deep"));
      spawnSync("mkfifo", [file]);
    },
  };
  it.each(Object.entries(inTheWay))("%s", async (_, place) => {
    place();
    const { answers, said } = await heard();
    answers.put("a", reply("1"));
    answers.put("b", reply("2"));
    expect(answers.get("a")).toBeUndefined();
    expect(said).toEqual([expect.stringMatching(/^Models' answers are not kept.* paid for twice\. .*deep/)]);
  });

  it.skipIf(!canMount)("a full disk: what is kept already is used", async () => {
    file = join(disk("size=64k"), "answers.jsonl");
    const { answers, said } = await heard();
    answers.put("small", reply("1"));
    answers.put("large", reply("x".repeat(100_000)));
    answers.put("next", reply("2"));
    expect(said).toEqual([expect.stringMatching(/not kept.*no space left to write it \(ENOSPC\)/)]);
    expect(answers.get("small")).toEqual(reply("1"));
    expect((await heard()).answers.get("small")).toEqual(reply("1"));
  });

  it.skipIf(!canMount)("a disk that takes no writing", async () => {
    file = join(disk("ro"), "deep", "answers.jsonl");
    const { answers, said } = await heard();
    answers.put("a", reply("1"));
    expect(said).toEqual([expect.stringMatching(/not kept.*EROFS/)]);
  });
});

describe("a large file of answers", () => {
  /** Opens a file of so many megabytes in a process whose heap is a fraction of them. */
  async function opened(line: (index: number) => string, megabytes: number, heap: number) {
    mkdirSync(join(folder, "deep"));
    let block = "";
    let lines = 0;
    for (let written = 0; written < megabytes << 20; written += block.length) {
      block = "";
      while (block.length < 1 << 20) block += line(lines++);
      appendFileSync(file, block);
    }
    const program = await bundleProgram(
      folder,
      `import { writeFileSync } from "node:fs";
       import { AnswerFile } from "@store/../serving/answerFile.ts";
       const begin = performance.now();
       let longest = 0, last = begin;
       const watch = setInterval(() => { longest = Math.max(longest, performance.now() - last); last = performance.now(); }, 5);
       const answers = await AnswerFile.open(process.argv[2] ?? "", (message) => console.log(message));
       clearInterval(watch);
       answers.put("new", { text: "new", finish: "stop", model: "m" });
       console.log(JSON.stringify({ size: answers.size, text: answers.get("new")?.text, first: answers.get("key0")?.text.length,
         seconds: (performance.now() - begin) / 1000, longest, megabytes: process.resourceUsage().maxRSS / 1024 }));`,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [`--max-old-space-size=${heap}`, program, file], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const said = stdout.trim().split("\n");
    const measured = JSON.parse(said.at(-1) ?? "");
    tell(`answers.jsonl of ${megabytes} MB, ${lines} lines: ${said.at(-1)}`);
    return { ...measured, lines, said };
  }

  const megabytes = swept(560, 60);

  it(`is read as a stream: ${megabytes} MB of answers`, async () => {
    const text = "y".repeat(1000);
    const line = (index: number) => `${JSON.stringify({ key: `key${index}`, text, model: "m" })}\n`;
    const measured = await opened(line, megabytes, swept(192, 48));
    expect(measured).toMatchObject({ size: measured.lines + 1, text: "new", first: 1000, said: { length: 1 } });
    expect(measured.longest).toBeLessThan(3000);
  });

  it(`may have no line end at all: ${megabytes} MB`, async () => {
    const measured = await opened(() => "z".repeat(1 << 16), megabytes, swept(192, 48));
    expect(measured).toMatchObject({ size: 1, text: "new", said: { length: 2 } });
    expect(measured.said[0]).toContain("1 of 1 lines are torn or no answers");
    expect(measured.megabytes).toBeLessThan(swept(400, 300));
  });
});
