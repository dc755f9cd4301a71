import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeReport } from "../../../../src/engine/comparison/report/report.ts";
import { temporaryFolder, writeRun } from "../runFolders.ts";

const hostile = `</style></title><script>alert("1")</script><img src=x onerror='alert(2)'> | \`a\` & [b](javascript:c)\n# d`;

const model = (prompt: string) => ({
  plannerPrompt: prompt,
  settings: { planner: { provider: "openai", baseUrl: "http://127.0.0.1:9/v1" } },
});

describe("writeReport", () => {
  it("shows hostile text as text: no tag, attribute or address of it takes effect", async () => {
    const parent = await temporaryFolder();
    const runs = await Promise.all(
      [1, 2].flatMap((seed) => [
        writeRun(parent, { name: hostile, seed, sessions: [1, 2], reflections: [hostile], ...model("a\nb\nc") }),
        writeRun(parent, {
          name: `${hostile}!`,
          seed,
          sessions: [3, 4],
          categoryNames: [hostile, "<b>"],
          events: [{ type: "warning", code: "<i>", message: hostile, iteration: 1, userSteps: 1 }],
          ...model(`a\n${hostile}\nc`),
        }),
      ]),
    );
    const page = await readFile(await writeReport(runs), "utf8");
    const tags = new Set([...page.matchAll(/<\/?([a-zA-Z!][\w-]*)/g)].map(([, tag]) => tag));
    for (const tag of ["script", "img", "iframe", "link", "a", "i"]) expect(tags).not.toContain(tag);
    const written = [...page.matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""')).join("\n");
    expect(written).not.toMatch(/\s(on\w+|src|href)=/);
    expect(page.match(/<\/title>/g)).toHaveLength(1);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page).toContain("&lt;script&gt;");
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('class="added"');
  });

  it("keeps every row of the Markdown table on one line with its cells", async () => {
    const parent = await temporaryFolder();
    const runs = await Promise.all([1, 2].map((seed) => writeRun(parent, { name: hostile, seed, sessions: [1, 2] })));
    const page = await writeReport(runs);
    const summary = await readFile(join(dirname(page), "report.md"), "utf8");
    const rows = summary.split("\n").filter((line) => line.startsWith("|"));
    const cells = rows.map((row) => row.replaceAll("\\|", "").split("|").length);
    expect(new Set(cells).size).toBe(1);
    expect(summary).not.toMatch(/^# d/m);
    expect(summary).not.toMatch(/(?<!\\)</);
  });

  it("goes into the folder of a single run", async () => {
    const parent = await temporaryFolder();
    const run = await writeRun(parent, { seed: 1, sessions: [1] });
    expect(await writeReport([run])).toBe(join(run, "report.html"));
  });
});
