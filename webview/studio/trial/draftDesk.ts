/** The trial that is put together: its contenders and limits, until it begins. */
import { normalisedPrompt } from "../../../src/protocol/promptText.ts";
import type {
  ContenderWords,
  DraftContender,
  PromptHistoryEntry,
  StudioRequests,
  TrialDraft,
} from "../../../src/protocol/studio.ts";
import { renew } from "../loading.ts";
import type { HostActions, HostQuestions, PageWriter, StateWriter } from "../ports.ts";
import { snapshotOf } from "../state.ts";
import { draftObstacle, freshDraft, loaded, sentDraft } from "./draft.ts";
import { focusDrawn } from "./focusDrawn.ts";

type App = StateWriter & PageWriter & HostQuestions & HostActions;
/** Undefined: not given any more. */
type Change<T> = { readonly [K in keyof T]?: T[K] | undefined };
type Begin = (params: StudioRequests["tryWords"]["params"], obstacle: string | undefined) => Promise<void>;

export class DraftDesk {
  constructor(
    private readonly app: App,
    private readonly begin: Begin,
  ) {}

  /** The draft in sight. */
  get current(): TrialDraft | undefined {
    const { draft, drafting } = this.app.state.page.trial;
    return drafting ? draft : undefined;
  }

  /** Of the planner's prompt, as runs have used it; newest first. */
  get versions(): readonly PromptHistoryEntry[] {
    return loaded(this.app.state.histories.planner) ?? [];
  }

  get knowsVersions(): boolean {
    return this.app.state.histories.planner.status === "ready";
  }

  /** The newest that says something else than the prompt does now; without one, the newest. */
  get another(): PromptHistoryEntry | undefined {
    const { versions } = this;
    const now = snapshotOf(this.app.state)?.prompts.planner.text;
    return (
      versions.find(({ text }) => now === undefined || normalisedPrompt(text) !== normalisedPrompt(now)) ?? versions[0]
    );
  }

  /** As it was left, or afresh. */
  open(): void {
    const snapshot = snapshotOf(this.app.state);
    if (!snapshot) return;
    this.show({ draft: this.app.state.page.trial.draft ?? freshDraft(snapshot), drafting: true });
    focusDrawn(".draft-title");
    this.readVersions();
  }

  close(): void {
    this.show({ drafting: false });
    focusDrawn(".new-trial");
  }

  reset(): void {
    const snapshot = snapshotOf(this.app.state);
    if (snapshot) this.show({ draft: freshDraft(snapshot) });
  }

  set(patch: Change<TrialDraft>): void {
    const { current } = this;
    if (current) this.show({ draft: withoutUnset<TrialDraft>({ ...current, ...patch }) });
  }

  readVersions(): void {
    const { app } = this;
    void renew<readonly PromptHistoryEntry[]>(
      () => app.request("promptHistory", { role: "planner" }),
      (planner) => app.update(({ histories }) => ({ histories: { ...histories, planner } })),
    );
  }

  // ------------------------------------------------------------------------------------------------------ contenders

  /** @param focus the field of the new row that is to be filled */
  add(words: ContenderWords, focus?: "model" | "temperature"): void {
    const contenders = this.current?.contenders ?? [];
    this.set({ contenders: [...contenders, { words }] });
    if (focus) focusDrawn(`.contender-row:nth-child(${contenders.length + 1}) .contender-${focus}`);
  }

  async addFile(): Promise<void> {
    const chosen = await this.app.attempt("choosePrompt", {});
    if (chosen?.file !== undefined) this.add({ from: "file", file: chosen.file });
  }

  change(index: number, patch: Change<DraftContender>): void {
    const contenders = this.current?.contenders.map((contender, i) =>
      i === index ? withoutUnset<DraftContender>({ ...contender, ...patch }) : contender,
    );
    if (contenders) this.set({ contenders });
  }

  remove(index: number): void {
    this.set({ contenders: (this.current?.contenders ?? []).filter((_, i) => i !== index) });
    focusDrawn(".draft-add button");
  }

  /** The first is what all others are held against. */
  makeBaseline(index: number): void {
    const contenders = this.current?.contenders ?? [];
    const chosen = contenders[index];
    if (!chosen) return;
    this.set({ contenders: [chosen, ...contenders.filter((_, i) => i !== index)] });
    focusDrawn(".contender-row .contender-remove");
  }

  async run(): Promise<void> {
    const { current, app } = this;
    const snapshot = snapshotOf(app.state);
    if (!current || !snapshot) return;
    await this.begin({ draft: sentDraft(current, snapshot) }, draftObstacle(current, snapshot, app.state.moments));
  }

  private show(patch: { readonly draft?: TrialDraft; readonly drafting?: boolean }): void {
    this.app.patchPage({ trial: { ...this.app.state.page.trial, ...patch } });
  }
}

/** What is not given is not asked for. */
const withoutUnset = <T>(value: Change<T>): T =>
  Object.fromEntries(Object.entries(value).filter(([, given]) => given !== undefined)) as T;
