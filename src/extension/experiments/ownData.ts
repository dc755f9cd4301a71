/**
 * *New Experiment* for a person's own data: files, columns as they are proposed, a page of what is understood with them.
 * Nothing is written before that page was seen.
 */
import { CancellationError, type LogOutputChannel, l10n, window } from "vscode";
import type { DataDescription, ProposeColumns } from "../../protocol/engine.ts";
import type { EngineClient } from "../engine/engineClient.ts";
import { EngineInputError } from "../engine/engineErrors.ts";
import { messageOf, showError, UserError } from "../platform/errors.ts";
import { inProgress } from "../platform/progress.ts";
import {
  type Answered,
  ask,
  askCategories,
  askClick,
  askItem,
  askItemId,
  askTime,
  askUser,
  type Draft,
} from "./ownDataQuestions.ts";
import type { OwnData, Table } from "./ownDataset.ts";

export interface OwnDataRoom {
  readonly engine: Pick<EngineClient, "request">;
  readonly log: LogOutputChannel;
  /** Shows what is understood of the data. @throws as the engine does, CancellationError */
  readonly look: (data: OwnData) => Promise<DataDescription>;
}

/** What comes of all questions: the data, or the wish to name the files in the document instead. */
export type Told = OwnData | "later";

/** A question, with what its answer adds to what is known. */
type Question = (draft: Draft) => Promise<Answered<Draft | "later" | "columns" | "done">>;

/** @returns "back" from the first question */
export async function askOwnData(room: OwnDataRoom): Promise<Told | "back" | "cancel"> {
  const columns = columnQuestions();
  const questions: readonly Question[] = [
    () => askLog(room),
    (draft) => askItems(room, draft.log as Table, draft),
    ...columns,
    (draft) => review(room, draft as OwnData),
  ];
  const firstOfColumns = questions.length - 1 - columns.length;
  let draft: Draft = {};
  const asked: number[] = [];
  for (let place = 0; ; ) {
    const outcome = await (questions[place] as Question)(draft);
    if (outcome === "cancel") return outcome;
    if (outcome === "back") {
      const before = asked.pop();
      if (before === undefined) return outcome;
      place = before;
      continue;
    }
    const { answer } = outcome;
    if (answer === "later") return answer;
    if (answer === "done") return draft as OwnData;
    if (answer === "columns") {
      place = firstOfColumns;
      asked.length = place;
      continue;
    }
    // One that was not asked is not gone back to.
    if (answer !== draft) asked.push(place);
    draft = answer;
    place++;
  }
}

const adding =
  <T>(question: (draft: Draft) => Promise<Answered<T>>, add: (answer: T) => Draft): Question =>
  async (draft) => {
    const asked = await question(draft);
    return typeof asked === "string" ? asked : { answer: { ...draft, ...add(asked.answer) } };
  };

function columnQuestions(): readonly Question[] {
  const log = (draft: Draft): Table => draft.log as Table;
  const itemId = adding(
    (draft) => askItemId(draft, draft.items as Table),
    (itemId) => ({ itemId }),
  );
  return [
    adding(
      (draft) => askUser(draft, log(draft)),
      (user) => ({ user }),
    ),
    adding(
      (draft) => askItem(draft, log(draft)),
      (item) => ({ item }),
    ),
    adding(
      (draft) => askClick(draft, log(draft)),
      (click) => ({ click }),
    ),
    adding(
      (draft) => askTime(draft, log(draft)),
      (time) => ({ time }),
    ),
    // The log's items are its own.
    (draft) => (draft.items ? itemId(draft) : Promise.resolve({ answer: draft })),
    adding(
      (draft) => askCategories(draft, draft.items ?? log(draft)),
      (categories) => ({ categories }),
    ),
  ];
}

async function askLog(room: OwnDataRoom): Promise<Answered<Draft | "later">> {
  const title = l10n.t("The log: a row for everything that was shown or chosen");
  for (;;) {
    const rows = [
      {
        label: l10n.t("Choose the file…"),
        detail: l10n.t("CSV or another table, JSON lines; also as .gz"),
        answer: "file",
      },
      { label: l10n.t("Later: write the path into the file"), answer: "later" },
    ] as const;
    const asked = await ask<"file" | "later">(rows, title, {});
    if (typeof asked === "string") return asked;
    if (asked.answer === "later") return { answer: "later" };
    const log = await chooseTable(room, title, "interactions");
    if (log) return { answer: { log } };
  }
}

async function askItems(
  room: OwnDataRoom,
  log: Table,
  { itemId: _, categories: __, ...draft }: Draft,
): Promise<Answered<Draft>> {
  const title = l10n.t("The items: which categories each has");
  for (;;) {
    const file = {
      label: l10n.t("Choose the file…"),
      detail: l10n.t("a row for each item, with its categories"),
      answer: "file",
    } as const;
    const inLog = { label: l10n.t("The categories are in the log"), answer: "log" } as const;
    const rows = log.proposal.categories === undefined ? [file, inLog] : [inLog, file];
    const asked = await ask<"file" | "log">(rows, title, {});
    if (typeof asked === "string") return asked;
    if (asked.answer === "log") return { answer: { ...draft, items: undefined } };
    const items = await chooseTable(room, title, "items");
    if (items) return { answer: { ...draft, items } };
  }
}

/** Undefined where none was chosen, or it is no table, which is said. */
async function chooseTable(
  room: OwnDataRoom,
  title: string,
  table: ProposeColumns["table"],
): Promise<Table | undefined> {
  const [file] = (await window.showOpenDialog({ title, canSelectFiles: true, canSelectFolders: false })) ?? [];
  if (!file) return undefined;
  const { fsPath: path } = file;
  let encoding: string | undefined;
  for (;;) {
    try {
      const proposed = await inProgress(l10n.t("Looking at the file's first rows"), () =>
        room.engine.request("data/propose", { file: path, table, ...(encoding !== undefined && { encoding }) }),
      );
      return { ...proposed, path };
    } catch (error) {
      if (!(error instanceof EngineInputError && error.code === "data.encoding")) {
        tell(room, error);
        return undefined;
      }
      const asked = await askEncoding(encoding);
      if (typeof asked === "string") return undefined;
      encoding = asked.answer;
    }
  }
}

async function askEncoding(tried: string | undefined): Promise<Answered<string>> {
  const { encodings } = await import("../../protocol/experiment/tables.ts");
  const rows = encodings.filter((name) => name !== "auto" && name !== (tried ?? "utf-8"));
  return ask(
    rows.map((name) => ({ label: name, answer: name })),
    l10n.t("The file's encoding"),
    { placeHolder: l10n.t("The file is not written in {0}: which encoding is it?", tried ?? "UTF-8") },
  );
}

async function review(room: OwnDataRoom, data: OwnData): Promise<Answered<"columns" | "done">> {
  const { warnings, fault } = await room.look(data).then(
    ({ warnings }) => ({ warnings, fault: undefined }),
    (error: unknown) => {
      tell(room, error);
      const isLeft = error instanceof CancellationError;
      return { warnings: [], fault: isLeft ? l10n.t("The data were not looked at.") : firstLine(messageOf(error)) };
    },
  );
  const create = {
    label: l10n.t("Create the experiment"),
    // The list may hide the page's first lines.
    ...(warnings.length > 0 && { detail: warnings.join(" ") }),
    answer: "done",
  } as const;
  const change = { label: l10n.t("Change the columns"), answer: "columns" } as const;
  const cancel = { label: l10n.t("Cancel"), answer: "cancel" } as const;
  const asked = await ask<"columns" | "done" | "cancel">(
    fault === undefined ? [create, change, cancel] : [change, create, cancel],
    l10n.t("Is this your data?"),
    { placeHolder: fault ?? l10n.t("The page beside shows what was understood") },
  );
  if (typeof asked === "string") return asked;
  return asked.answer === "cancel" ? "cancel" : { answer: asked.answer };
}

const firstLine = (text: string): string => text.split("\n")[0] as string;

/** Says what is wrong with the data, and goes on. @throws what is not wrong with them */
function tell({ log }: OwnDataRoom, error: unknown): void {
  if (!(error instanceof UserError || error instanceof CancellationError)) throw error;
  showError(log, error).catch((failure: unknown) => log.error(messageOf(failure)));
}
