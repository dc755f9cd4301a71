/** The questions of *New Experiment* about a person's own data: lists, chosen from by keyboard, each with a way back. */
import { l10n, type QuickPickItem, type QuickPickOptions, ThemeIcon } from "vscode";
import { askText, pickMany, pickOne } from "../platform/dialogs.ts";
import { type Click, type Column, columnOf, type OwnData, type Table } from "./ownDataset.ts";

/** An answer, one question back, or the end of all of them. */
export type Answered<T> = { readonly answer: T } | "back" | "cancel";

/** What is known so far. A question that is asked again offers what was answered before first. */
export type Draft = Partial<OwnData>;

type Row<T> = QuickPickItem & { readonly answer: T };

/** The list stays while a page or a dialog has the focus. */
export async function ask<T>(rows: readonly Row<T>[], title: string, options: QuickPickOptions): Promise<Answered<T>> {
  const back: QuickPickItem = { label: l10n.t("Back"), iconPath: new ThemeIcon("arrow-left") };
  const shown: readonly QuickPickItem[] = [...rows, back];
  const chosen = await pickOne(shown, { title, matchOnDetail: true, ignoreFocusOut: true, ...options });
  if (!chosen) return "cancel";
  const row = rows.find((one) => one === chosen);
  return row ? { answer: row.answer } : "back";
}

export const nameOf = (column: Column): string => (typeof column === "number" ? l10n.t("Column {0}", column) : column);

/** The columns of a table with the first rows of each; the likeliest first. */
function columnRows(table: Table, likeliest: Column | undefined): readonly Row<Column>[] {
  const rows = table.columns.map(({ column, cells }) => ({
    label: nameOf(column),
    ...(column === likeliest && { description: l10n.t("proposed") }),
    detail: cells.filter((cell) => cell !== "").join(" · ") || l10n.t("empty in the first rows"),
    answer: column,
  }));
  return [...rows].sort((a, b) => Number(b.answer === likeliest) - Number(a.answer === likeliest));
}

export const askUser = ({ user }: Draft, log: Table): Promise<Answered<Column>> =>
  ask(columnRows(log, user ?? log.proposal.user), l10n.t("Users"), {
    placeHolder: l10n.t("The column of the log that says who"),
  });

export const askItem = ({ item }: Draft, log: Table): Promise<Answered<Column>> =>
  ask(columnRows(log, item ?? log.proposal.item), l10n.t("Items"), {
    placeHolder: l10n.t("The column of the log that says what was shown or chosen"),
  });

export const askItemId = ({ itemId }: Draft, items: Table): Promise<Answered<Column>> =>
  ask(columnRows(items, itemId ?? items.proposal.item), l10n.t("The items' file"), {
    placeHolder: l10n.t("The column with the items' ids, as the log has them"),
  });

export const askCategories = ({ categories }: Draft, table: Table): Promise<Answered<Column>> =>
  ask(columnRows(table, categories ?? table.proposal.categories), l10n.t("Categories"), {
    placeHolder: l10n.t("The column with an item's category, or several of them"),
  });

export async function askTime(draft: Draft, log: Table): Promise<Answered<Column | undefined>> {
  const { user, item } = draft;
  const likeliest = "time" in draft ? draft.time : log.proposal.time;
  const none: Row<undefined> = {
    label: l10n.t("None"),
    detail: l10n.t("the rows are in the order in which they happened"),
    answer: undefined,
  };
  const rows = columnRows(log, likeliest).filter(({ answer }) => answer !== user && answer !== item);
  return ask<Column | undefined>(likeliest === undefined ? [none, ...rows] : [...rows, none], l10n.t("Time"), {
    placeHolder: l10n.t("The column that orders a user's rows"),
  });
}

/** Which column tells of a click, and how. */
export async function askClick({ user, item, click }: Draft, log: Table): Promise<Answered<Click>> {
  const before = click && (click.by === "row" ? undefined : click.column);
  const likeliest = click ? before : log.proposal.click;
  const everyRow: Row<undefined> = {
    label: l10n.t("Every row is a click"),
    detail: l10n.t("rows without one are drawn among the items that a user has no row with"),
    answer: undefined,
  };
  const rows = columnRows(log, likeliest).filter(
    ({ answer }) => answer !== user && answer !== item && columnOf(log, answer)?.click,
  );
  for (;;) {
    const title = l10n.t("Clicks");
    const options = { placeHolder: l10n.t("The column that tells whether a row is a click: 0 and 1, ratings, events") };
    const shown = likeliest === undefined ? [everyRow, ...rows] : [...rows, everyRow];
    const asked = await ask<Column | undefined>(shown, title, options);
    if (typeof asked === "string") return asked;
    if (asked.answer === undefined) return { answer: { by: "row" } };
    const how = await askHow(log, asked.answer, click);
    if (how !== "back") return how;
  }
}

async function askHow(log: Table, column: Column, before: Click | undefined): Promise<Answered<Click>> {
  const seen = columnOf(log, column)?.click;
  const known = before && before.by !== "row" && before.column === column ? before : undefined;
  if (seen?.by === "amount") return askAmount(column, known?.by === "amount" ? [known.from, ...seen.from] : seen.from);
  if (seen?.by !== "event") return { answer: { by: "bit", column } };
  const events = seen.events.map(({ name, isClick }) => ({
    label: name,
    picked: known?.by === "event" ? known.events.includes(name) : isClick,
  }));
  const chosen = await pickMany(events, {
    title: l10n.t("Clicks"),
    placeHolder: l10n.t("The events that count as a click; none goes back"),
    ignoreFocusOut: true,
  });
  if (chosen.length === 0) return "back";
  return { answer: { by: "event", column, events: chosen.map(({ label }) => label) } };
}

async function askAmount(column: Column, amounts: readonly number[]): Promise<Answered<Click>> {
  const rows = [...new Set(amounts)].map(
    (from, i): Row<number | undefined> => ({
      label: l10n.t("{0} or more", from),
      ...(i === 0 && { description: l10n.t("proposed") }),
      answer: from,
    }),
  );
  const other: Row<undefined> = { label: l10n.t("Another number…"), answer: undefined };
  for (;;) {
    const title = l10n.t("Clicks");
    const placeHolder = l10n.t("From which value of {0} on a row is a click", nameOf(column));
    const asked = await ask([...rows, other], title, { placeHolder });
    if (typeof asked === "string") return asked;
    const from = asked.answer ?? (await askNumber(title, placeHolder));
    if (from !== undefined) return { answer: { by: "amount", column, from } };
  }
}

async function askNumber(title: string, prompt: string): Promise<number | undefined> {
  const isNumber = (typed: string): boolean => typed.trim() !== "" && Number.isFinite(Number(typed));
  const typed = await askText({
    title,
    prompt,
    ignoreFocusOut: true,
    validateInput: (text) => (isNumber(text) ? undefined : l10n.t("A number, such as 4 or 0.5.")),
  });
  return typed === undefined ? undefined : Number(typed);
}
