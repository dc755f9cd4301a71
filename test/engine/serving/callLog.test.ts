/** Calls by the paragraphs of their prompts: each stands there once, whatever a process was killed in. */
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { CallRow, Message } from "../../../src/engine/llm/types.ts";
import { CallLog, type PromptText, type StoredCall, withMessages } from "../../../src/engine/serving/callLog.ts";
import { readJsonLines } from "../../../src/engine/store/jsonLines.ts";
import { bundleProgram, start, temporaryFolder } from "../store/support.ts";

let root: string;
beforeAll(async () => {
  root = await temporaryFolder();
});

const call = (id: string, ...contents: readonly string[]): CallRow => ({
  id,
  role: "planner",
  model: "m",
  promptHash: "0123456789abcdef",
  messages: contents.map((content, i): Message => ({ role: i === 0 ? "system" : "user", content })),
  key: "k",
  reply: "[1]",
  finish: "stop",
  attempts: 1,
  latencyMs: 1,
  cached: false,
  tokensIn: 1,
  tokensOut: 1,
  tokensEstimated: false,
  cost: 0,
});

async function folderOf(name: string) {
  const path = join(root, name);
  await mkdir(path);
  const files = { llm: join(path, "llm.jsonl"), prompts: join(path, "prompts.jsonl") };
  return { ...files, path, file: (kind: "llm" | "prompts") => files[kind] };
}
type Folder = Awaited<ReturnType<typeof folderOf>>;

async function kept(folder: Folder, ...calls: readonly CallRow[]): Promise<void> {
  const log = await CallLog.open(folder);
  for (const each of calls) log.append(each);
  await log.close();
}

const storedIn = ({ llm }: Folder) => readJsonLines<StoredCall>(llm);
const textsIn = ({ prompts }: Folder) => readJsonLines<PromptText>(prompts);
const readBack = async (folder: Folder) => withMessages(await storedIn(folder), folder.prompts);

const SYSTEM = "You plan.\n\nAnswer with JSON.";
const user = (step: string): string => `Candidates:\n- 1\n- 2\n\nSo far: ${step}\n\n\n\nTask: choose.`;

describe("the prompts of calls", () => {
  it("come back as they were sent, and every paragraph stands there once", async () => {
    const folder = await folderOf("once");
    const calls = [
      call("a", SYSTEM, user("nothing")),
      call("b", SYSTEM, user("1/3")),
      call("b", SYSTEM, `${user("1/3")}\n\nThat was no JSON.`),
      call("c", "", "\n\n\n", `\ud800 lone, ${"\n".repeat(5)}`),
    ];
    await kept(folder, ...calls);
    expect(await readBack(folder)).toEqual(calls);
    const texts = (await textsIn(folder)).map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.filter((text) => text.startsWith("Candidates"))).toHaveLength(1);
    expect(JSON.stringify(await storedIn(folder))).not.toContain("Candidates");
  });

  it("are not written again by whoever goes on, also where a line is damaged", async () => {
    const folder = await folderOf("again");
    await kept(folder, call("a", SYSTEM, user("nothing")));
    const before = await readFile(folder.prompts, "utf8");
    await kept(folder, call("b", SYSTEM, user("nothing")));
    expect(await readFile(folder.prompts, "utf8")).toBe(before);

    const [first = "", ...others] = before.split("\n");
    await writeFile(folder.prompts, [first.slice(0, -9), "null", "[]", '{"hash":1}', ...others].join("\n"));
    await kept(folder, call("c", SYSTEM, user("nothing")));
    expect((await readBack(folder)).map(({ messages }) => messages[0]?.content)).toEqual([SYSTEM, SYSTEM, SYSTEM]);
    expect((await readFile(folder.prompts, "utf8")).split("\n").at(-2)).toBe(first);
  });

  it("are read from the rows of earlier versions too, which hold them", async () => {
    const folder = await folderOf("old");
    const old = call("old", SYSTEM, user("nothing"));
    await writeFile(folder.llm, `${JSON.stringify(old)}\n`);
    expect(await readBack(folder)).toEqual([old]);
    await kept(folder, call("new", SYSTEM, user("1/3")));
    expect(await readBack(folder)).toEqual([old, call("new", SYSTEM, user("1/3"))]);
  });

  it("are kept with their calls while nothing can be written, and written once there is room", async () => {
    const folder = await folderOf("full");
    let isFull = false;
    const assertOwned = (): void => {
      if (isFull) throw new Error("full");
    };
    const log = await CallLog.open({ ...folder, assertOwned });
    isFull = true;
    // Each longer than what a file is written in one go.
    const calls = ["a", "b", "c"].map((id) => call(id, SYSTEM, user("nothing"), `${id} `.repeat(40_000)));
    for (const each of calls) expect(() => log.append(each)).toThrow("full");
    expect(await storedIn(folder)).toEqual([]);
    isFull = false;
    const last = call("d", SYSTEM, user("1/3"));
    log.append(last);
    await log.close();
    expect(await readBack(folder)).toEqual([...calls, last]);
    const hashes = (await textsIn(folder)).map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("say what is missing in its place", async () => {
    const folder = await folderOf("missing");
    await kept(folder, call("a", "One.\n\nTwo."));
    const [one] = await textsIn(folder);
    await writeFile(folder.prompts, `${JSON.stringify(one)}\n`);
    const content = async () => (await readBack(folder))[0]?.messages[0]?.content;
    expect(await content()).toMatch(/^One\.\n\n\[.*missing from prompts\.jsonl.*\]/);
    await rm(folder.prompts);
    expect(await content()).not.toContain("One.");
    await appendFile(folder.prompts, "no JSON\n");
    expect(await content()).toMatch(/missing.*missing/s);
  });
});

/** Keeps calls, each with a text of its own and one of all, one with a long reply, and is killed at its n-th write, before or in the middle of it. */
const program = () => `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  import { CallLog } from "${join(process.cwd(), "src/engine/serving/callLog.ts")}";
  import { readJsonLines } from "@store/jsonLines.ts";

  const [folder, calls, killAt, half] = [process.argv[2] ?? "", ...process.argv.slice(3).map(Number)];
  const { writeSync } = fs;
  let writes = 0;
  fs.writeSync = (descriptor, content, offset) => {
    if (writes++ === killAt) {
      if (half) writeSync(descriptor, content, 0, Math.floor(content.length / 2));
      process.kill(process.pid, "SIGKILL");
    }
    return writeSync(descriptor, content, offset);
  };
  syncBuiltinESMExports();
  const log = await CallLog.open({ file: (name) => folder + "/" + name + ".jsonl" });
  const made = await readJsonLines(folder + "/llm.jsonl");
  for (let i = made.length; i < calls; i++) {
    log.append({ ...${JSON.stringify(call(""))}, id: String(i), reply: "x".repeat(i === 1 ? 70_000 : 1), messages: [{ role: "user", content: "Shared.\\n\\nOf call " + i + "." }] });
  }
  await log.close();
`;

describe("kill -9 at every write, whole and half written", () => {
  it("leaves no row without its texts, and the next process writes none twice", async () => {
    const file = await bundleProgram(root, program());
    const CALLS = 3;
    const whole = await folderOf("whole");
    expect((await start(file, whole.path, String(CALLS), "-1", "0").ended).code).toBe(0);
    const files = async (folder: Folder) => Promise.all([folder.llm, folder.prompts].map((f) => readFile(f, "utf8")));
    for (let write = 0; write < 2 * CALLS; write++) {
      for (const half of ["0", "1"]) {
        const folder = await folderOf(`killed-${write}-${half}`);
        expect((await start(file, folder.path, String(CALLS), String(write), half).ended).code).toBeNull();
        expect(JSON.stringify(await readBack(folder))).not.toContain("missing");
        expect((await start(file, folder.path, String(CALLS), "-1", "0").ended).code).toBe(0);
        expect(await files(folder)).toEqual(await files(whole));
      }
    }
  });
});
