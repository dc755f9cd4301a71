/** Changes of a running experiment: checked when they arrive, in force from the next environment step on. */
import { type LiveChange, liveChangePaths } from "../../protocol/engine.ts";
import { type Experiment, experimentSchema } from "../../protocol/experiment.ts";
import { valueAt, withValue } from "../../protocol/jsonPath.ts";
import { promptRoleOf } from "../../protocol/promptRole.ts";
import type { TimelineEvent } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import type { Players } from "../serving/players.ts";
import type { Place, StepPlace } from "./place.ts";

/** The document in force, shared by everything in a run that reads a setting while it goes on. */
export interface DocumentInForce {
  experiment: Experiment;
}

/** What a change reaches. */
export interface ChangeTargets extends Pick<Players, "checkPrompt" | "changePrompt"> {
  /** A setting changed; `experiment` is the whole document as it is now. */
  readonly setting: (path: string, experiment: Experiment) => void;
  readonly event: (event: TimelineEvent) => void;
}

export type ChangeEvent = Extract<TimelineEvent, { type: "change" }>;

interface Waiting {
  /** The environment step it belongs to, by the user steps before it; 0: the next one. */
  readonly from: number;
  readonly make: (place: StepPlace) => void;
}

export class LiveChanges {
  private waiting: Waiting[] = [];
  /** The document once every waiting change is in force. */
  private coming: Experiment;

  constructor(
    private readonly document: DocumentInForce,
    private readonly place: Place,
    private readonly targets: ChangeTargets,
  ) {
    this.coming = document.experiment;
  }

  /**
   * Queues changes: all of them, or none. Limits of the models are in force at once, since a step may be waiting for
   * them.
   *
   * @throws InputError `change.not-live`, `change.invalid`, or what is wrong with a prompt
   */
  submit(changes: readonly LiveChange[]): void {
    for (const { path, value } of changes) {
      const role = promptRoleOf(path);
      if (role) this.targets.checkPrompt(role, String(value));
    }
    this.coming = changedExperiment(this.coming, changes);
    for (const change of changes) {
      const make = (place: StepPlace): void => this.record(change, place);
      if (isLimit(change.path)) make(this.place.next);
      else this.waiting.push({ from: 0, make });
    }
  }

  /** Makes a recorded change again at the step it was made for; its event stands on the timeline already. */
  repeat({ path, to, text, iteration, userSteps }: ChangeEvent): void {
    const isPrompt = promptRoleOf(path) !== undefined;
    const value = isPrompt ? text : to;
    if (!isPrompt) this.coming = changedExperiment(this.coming, [{ path, value }]);
    if (isLimit(path)) this.putInForce(path, value, iteration);
    else this.schedule(userSteps, () => this.putInForce(path, value, iteration));
  }

  /** Has something done before the environment step that comes after so many user steps. */
  schedule(userSteps: number, make: () => void): void {
    this.waiting.push({ from: userSteps, make });
  }

  /** Puts in force what waits for this step or an earlier one. */
  apply(iteration: number, userSteps: number): void {
    const due = this.waiting.filter(({ from }) => from <= userSteps);
    if (due.length === 0) return;
    this.waiting = this.waiting.filter(({ from }) => from > userSteps);
    for (const { make } of due) make({ iteration, userSteps });
  }

  /** One change in force, and on the timeline where it made a difference. */
  private record({ path, value }: LiveChange, place: StepPlace): void {
    const { from, to } = this.putInForce(path, value, place.iteration);
    if (!differs(from, to)) return;
    const text = promptRoleOf(path) ? { text: String(value) } : {};
    this.targets.event({ type: "change", path, from, to, ...text, ...place });
  }

  private putInForce(path: string, value: unknown, iteration: number): { from: unknown; to: unknown } {
    const role = promptRoleOf(path);
    if (role) return this.targets.changePrompt(role, String(value), iteration);
    const before = this.document.experiment;
    const changed = experimentSchema.parse(withValue(before, path, value));
    this.document.experiment = changed;
    const [from, to] = [valueAt(before, path), valueAt(changed, path)];
    if (differs(from, to)) this.targets.setting(path, changed);
    return { from, to };
  }
}

/**
 * The document with changes to its settings; prompts stand beside it.
 *
 * @throws InputError `change.not-live`, `change.invalid`
 */
export function changedExperiment(experiment: Experiment, changes: readonly LiveChange[]): Experiment {
  const document = changes
    .filter(({ path }) => !promptRoleOf(path))
    .reduce<unknown>((changed, { path, value }) => withValue(changed, checkedPath(path), value), experiment);
  const parsed = experimentSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(
    "change.invalid",
    `${issue?.path.join(".") ?? "The experiment"}: ${issue?.message ?? "not allowed"}. The running experiment stays as it is.`,
  );
}

const differs = (from: unknown, to: unknown): boolean => JSON.stringify(from) !== JSON.stringify(to);
const isLimit = (path: string): boolean => path.startsWith("models.");

function checkedPath(path: string): string {
  if (liveChangePaths.some((known) => path === known || path.startsWith(`${known}.`))) return path;
  throw new InputError(
    "change.not-live",
    `${path} cannot change while the experiment runs; save it to the file and run again. Live settings: ${liveChangePaths.join(", ")}.`,
  );
}
