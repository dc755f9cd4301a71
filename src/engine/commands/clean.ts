/** `lerl clean`: what `.lerl` holds, and less of it. */

import { realpath } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import Table from "cli-table3";
import { Command, InvalidArgumentError, Option } from "commander";
import type { StoredItem } from "../../protocol/engine/storage.ts";
import {
  byKind,
  bytesOf,
  outermost,
  type StoredKind,
  storedKinds,
  withInner,
} from "../../protocol/engine/storedItems.ts";
import { visibleText } from "../../protocol/reportText.ts";
import { sizeText } from "../../protocol/sizeText.ts";
import { InputError, messageOf } from "../errors.ts";
import { exitCodes } from "../exitCodes.ts";
import { oneLine } from "../prompts/categoryWords.ts";
import { storageFolder } from "../store/storage.ts";
import { storageContents } from "../upkeep/contents.ts";
import { openRemoval } from "../upkeep/remove.ts";
import { wholeNumberOption } from "./options.ts";
import { paint, say, sayAside, status } from "./terminal.ts";

interface CleanOptions {
  readonly kind: readonly StoredKind[];
  /** Milliseconds. */
  readonly olderThan?: number;
  readonly keepLast?: number;
  readonly dryRun?: true;
  readonly yes?: true;
}

export function cleanCommand(): Command {
  return new Command("clean")
    .description("List what .lerl in the current folder holds, by kind, size and age, and remove what is chosen.")
    .argument("[what...]", "what to remove, as it is listed: runs/<id>, suites/<name>, cache/answers.jsonl")
    .addOption(
      new Option("--kind <kind...>", "all of a kind")
        .choices(storedKinds.filter((kind) => kind !== "other"))
        .default([]),
    )
    .option("--older-than <age>", "only what was last written so long ago: 12h, 30d, 8w", ageOption)
    .option("--keep-last <n>", "not the newest n of each kind", wholeNumberOption)
    .option("--dry-run", "say what would be removed, and remove nothing")
    .option("--yes", "remove without a question; needed where there is no terminal")
    .addHelpText("after", help)
    .action(clean);
}

const help = `
Without names and --kind, --older-than and --keep-last take runs and trials only, not what others were trained or paid for.
What a process works on, and what others were made from, always stays. There is no trash on the command line: what is
removed is gone for good. In the editor "LERL: Clean Up" moves it to the trash.

Examples:
  lerl clean
  lerl clean --kind runs trials --older-than 30d --keep-last 10
  lerl clean --kind cache --yes`;

async function clean(what: readonly string[], options: CleanOptions): Promise<void> {
  const now = new Date();
  status("Looking at .lerl");
  const items = await storageContents(process.cwd(), () => now);
  status("");
  const chosen = chosenOf(items, what, options, now);
  if (!chosen) {
    say(listing(items, now));
    return;
  }
  if (chosen.length === 0) {
    say("Nothing to clean up: nothing that may be removed is chosen.\n");
    return;
  }
  say(`${tableOf(chosen, now)}\n`);
  const place = await realpath(storageFolder(process.cwd()));
  const sum = `${counted(chosen.length)}, ${sizeText(bytesOf(chosen))}, in ${place}`;
  if (options.dryRun) say(`${sum} would be removed.\n`);
  else if (options.yes || (await isAgreed(`Remove ${sum}, for good? There is no trash here. [y/N] `)))
    await remove(chosen, place);
  else say("Nothing was removed.\n");
}

/** Undefined: nothing was asked for but the list. */
function chosenOf(
  items: readonly StoredItem[],
  what: readonly string[],
  { kind, olderThan, keepLast, yes }: CleanOptions,
  now: Date,
): readonly StoredItem[] | undefined {
  if (what.length === 0 && kind.length === 0 && olderThan === undefined && keepLast === undefined) {
    if (!yes) return undefined;
    throw new InputError("clean.nothing-chosen", "Say what to remove: names, --kind, --older-than or --keep-last.");
  }
  const named = what.map((name) => itemNamed(items, name));
  const kinds: readonly StoredKind[] = kind.length > 0 || named.length > 0 ? kind : ["runs", "trials"];
  const kept = new Set(keepLast === undefined ? [] : storedKinds.flatMap((each) => newest(items, each, keepLast)));
  const candidates = named.length > 0 ? named : items;
  const fits = (item: StoredItem): boolean =>
    item.stays === undefined &&
    (kinds.length === 0 || kinds.includes(item.kind)) &&
    (olderThan === undefined || now.getTime() - Date.parse(item.changedAt) >= olderThan) &&
    !kept.has(item);
  // What lies in an item goes with it, so it has to fit too.
  return withInner(
    candidates.filter((item) => withInner([item], items).every(fits)),
    items,
  );
}

/** @throws InputError `clean.unknown`, `clean.in-use` */
function itemNamed(items: readonly StoredItem[], name: string): StoredItem {
  const path = name
    .replaceAll("\\", "/")
    .replace(/^(\.\/)?\.lerl\//, "")
    .replace(/\/+$/, "");
  const item = items.find((each) => each.path === path);
  if (!item) {
    throw new InputError(
      "clean.unknown",
      `${name}: .lerl holds nothing of this name. Names are as lerl clean lists them, for example runs/<id>.`,
    );
  }
  if (item.stays === undefined) return item;
  throw new InputError("clean.in-use", `${name}: stays, ${item.stays}. Nothing was removed.`);
}

const newest = (items: readonly StoredItem[], kind: StoredKind, n: number): readonly StoredItem[] =>
  items
    .filter((item) => item.kind === kind)
    .sort((a, b) => (a.changedAt < b.changedAt ? 1 : -1))
    .slice(0, n);

/** @throws InputError `clean.unconfirmed` where nobody can be asked, or nobody answers */
async function isAgreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new InputError("clean.unconfirmed", "There is no terminal to ask on. Look with --dry-run, then give --yes.");
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const left = new Promise<never>((_, reject) => {
    terminal.once("close", () =>
      reject(new InputError("clean.unconfirmed", "The question was left without an answer. Nothing was removed.")),
    );
  });
  try {
    return /^y(es)?$/i.test((await Promise.race([terminal.question(question), left])).trim());
  } finally {
    terminal.close();
  }
}

/** One that cannot be removed does not keep the others. */
async function remove(chosen: readonly StoredItem[], place: string): Promise<void> {
  const left: StoredItem[] = [];
  const whole = outermost(chosen);
  const removeItem = openRemoval(process.cwd(), () => new Date());
  for (const [i, item] of whole.entries()) {
    status(`Removing ${i + 1} of ${whole.length}: ${item.path}`);
    try {
      await removeItem(item);
    } catch (error) {
      left.push(...withInner([item], chosen));
      sayAside(`${paint.error("error")} ${messageOf(error)}\n`);
    }
  }
  status("");
  const gone = chosen.filter((item) => !left.includes(item));
  say(`${counted(gone.length)} removed from ${place}, ${sizeText(bytesOf(gone))} freed.\n`);
  if (left.length > 0) process.exitCode = exitCodes.failed;
}

/** Everything by kind, the kind with most first, and how much of it may go. */
function listing(items: readonly StoredItem[], now: Date): string {
  if (items.length === 0) return "Nothing to clean up: there is no .lerl here, or it is empty.\n";
  const parts = byKind(items).map(
    ({ kind, of }) => `${paint.strong(kind)}: ${counted(of.length)}, ${sizeText(bytesOf(of))}\n${tableOf(of, now)}\n\n`,
  );
  const free = items.filter(({ stays }) => stays === undefined);
  const total = `${paint.strong("All")}: ${counted(items.length)}, ${sizeText(bytesOf(items))}. `;
  const may = `${counted(free.length)} with ${sizeText(bytesOf(free))} may be removed: lerl clean <name>..., --kind, --older-than.\n`;
  return `${parts.join("")}${total}${may}`;
}

function tableOf(items: readonly StoredItem[], now: Date): string {
  const table = new Table({
    head: ["", "size", "age", ""],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right"],
  });
  for (const { path, name, bytes: size, changedAt, stays } of items) {
    const title = path.endsWith(`/${name}`) || path === name ? "" : name;
    const note = stays === undefined ? title : `stays: ${stays}`;
    const cells = [path, sizeText(size), age(now.getTime() - Date.parse(changedAt)), note];
    table.push(cells.map((cell) => visibleText(oneLine(cell))));
  }
  return table.toString();
}

const counted = (n: number): string => (n === 1 ? "1 item" : `${n} items`);

const hours = { h: 1, d: 24, w: 168 } as const;
const HOUR_MS = 3_600_000;

const age = (ms: number): string =>
  ms < 48 * HOUR_MS ? `${Math.max(0, Math.floor(ms / HOUR_MS))} h` : `${Math.floor(ms / (24 * HOUR_MS))} d`;

/** "30d" in milliseconds. */
function ageOption(text: string): number {
  const [, count, unit] = /^(\d{1,6})([hdw])$/.exec(text) ?? [];
  if (count === undefined)
    throw new InvalidArgumentError(`"${text}" is no age. Give hours, days or weeks: 12h, 30d, 8w.`);
  return Number(count) * hours[unit as keyof typeof hours] * HOUR_MS;
}
