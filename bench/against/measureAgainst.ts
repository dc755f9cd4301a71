/** The rows of the working tree beside those of another commit. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { preparing, sideHere } from "../alone.ts";
import type { Row } from "../rows.ts";
import type { Side } from "../side.ts";
import { chanceNote, comparisonHead, comparisonLine, otherWork, rowTitle } from "../table.ts";
import type { Task } from "../task.ts";
import { buildCommit, type Work } from "./checkout.ts";
import { type Compared, type Comparison, compare, prepare, type Sides } from "./comparing.ts";
import { kernelsOf } from "./kernels.ts";
import { type Commit, findCommit, uncommittedFiles } from "./repository.ts";

export async function measureAgainst(task: Task, commit: Commit, work: Work): Promise<object> {
  const { root, rows, rounds, progress } = task;
  const { signal } = work;
  const here = await findCommit("HEAD", { cwd: root, signal });
  const uncommitted = await uncommittedFiles({ cwd: root, signal });
  console.log(`old  ${shortened(commit.text)}\nnew  ${shortened(here.text)}`);
  if (uncommitted > 0) console.log(`     and what is not committed: ${counted(uncommitted, "file")}`);
  console.log(`${counted(rounds, "round")}, old and new in turn; ratio: new / old`);
  const sides = await bothSides(task, commit, work);
  progress.end();

  console.log(`\n${comparisonHead()}`);
  const results: object[] = [];
  const judged: Comparison[] = [];
  for (const row of rows) {
    const result = await measured(row, sides, task, signal);
    results.push({ row: row.name, ...result });
    if ("notMeasured" in result) {
      console.log(`${rowTitle(row)}\n  not measured on the old side: ${result.notMeasured}\n`);
      continue;
    }
    const { comparisons } = result;
    judged.push(...comparisons.filter(({ sameWork }) => sameWork));
    const lines = [rowTitle(row), ...comparisons.map(comparisonLine), otherWork(comparisons)];
    console.log(`${lines.filter((line) => line !== undefined).join("\n")}\n`);
  }
  if (judged[0] !== undefined) console.log(chanceNote(judged[0].missed, judged.length));
  return { old: commit, new: { ...here, uncommitted }, rows: results };
}

/** The row on both sides, prepared. */
async function measured(row: Row, sides: Sides, { rounds, progress }: Task, signal: AbortSignal): Promise<Compared> {
  if (row.prepare) progress.say(preparing(row));
  const refused = await prepare(row, sides, signal);
  if (refused !== undefined) return { notMeasured: refused };
  progress.begin(row.name, row.seconds * rounds * 2);
  try {
    return await compare(row, sides, rounds, signal, () => progress.measured(row.seconds));
  } finally {
    progress.end();
  }
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A subject on one line. */
const shortened = (text: string): string => (text.length > 90 ? `${text.slice(0, 89)}…` : text);

async function bothSides({ root, scratch, rows }: Task, commit: Commit, work: Work): Promise<Sides> {
  const checkout = join(scratch, "old");
  await buildCommit(root, commit, checkout, work);
  const here = await sideHere(root, scratch, work);
  const workspace = join(scratch, "old-workspace");
  await mkdir(workspace, { recursive: true });
  const there: Side = { dist: join(checkout, "dist"), workspace, kernels: undefined };
  if (!rows.some(({ name }) => name === "kernels")) return { old: there, new: here };
  return { old: { ...there, kernels: await kernelsOf(root, checkout, here, there, work.signal) }, new: here };
}
