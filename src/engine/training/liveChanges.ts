/** Changes of a running experiment: checked when they arrive, in force from the next environment step on. */
import { type LiveChange, liveChangePaths } from "../../protocol/engine.ts";
import { type Experiment, experimentSchema } from "../../protocol/experiment.ts";
import { pathSegments, valueAt } from "../../protocol/overrides.ts";
import type { TimelineEvent } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";

/** Prompts are changed by their text. */
export type PromptPath = "planner.prompt" | "critic.prompt";

export interface ChangeTargets {
  /** A setting changed; `experiment` is the whole document as it is now. */
  readonly setting: (path: string, experiment: Experiment) => void;
  /** Checks a prompt's text. @throws InputError */
  readonly checkPrompt: (path: PromptPath, text: string) => void;
  /** Puts a prompt in force; the hashes of the old and the new text. */
  readonly prompt: (
    path: PromptPath,
    text: string,
    iteration: number,
  ) => { readonly from: string; readonly to: string };
  readonly event: (event: TimelineEvent) => void;
}

export class LiveChanges {
  private readonly waiting: LiveChange[] = [];
  private current: Experiment;
  /** The document once every waiting change is in force. */
  private coming: Experiment;

  constructor(
    experiment: Experiment,
    private readonly targets: ChangeTargets,
  ) {
    this.current = experiment;
    this.coming = experiment;
  }

  /** The document in force. */
  get experiment(): Experiment {
    return this.current;
  }

  /**
   * Queues changes: all of them, or none.
   *
   * @throws InputError `change.not-live`, `change.invalid`, or what is wrong with a prompt
   */
  submit(changes: readonly LiveChange[]): void {
    let document: unknown = this.coming;
    for (const { path, value } of changes) {
      if (isPrompt(path)) this.targets.checkPrompt(path, String(value));
      else document = withValue(document, checkedPath(path), value);
    }
    const parsed = experimentSchema.safeParse(document);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new InputError(
        "change.invalid",
        `${issue?.path.join(".") ?? "The experiment"}: ${issue?.message ?? "not allowed"}. The running experiment stays as it is.`,
      );
    }
    this.coming = parsed.data;
    this.waiting.push(...changes);
  }

  /** Puts the waiting changes in force and records each on the timeline. */
  apply(iteration: number, userSteps: number): void {
    for (const { path, value } of this.waiting.splice(0)) {
      const change = isPrompt(path)
        ? this.targets.prompt(path, String(value), iteration)
        : this.applySetting(path, value);
      if (change) this.targets.event({ type: "change", path, ...change, iteration, userSteps });
    }
  }

  private applySetting(path: string, value: unknown): { from: unknown; to: unknown } | undefined {
    const from = valueAt(this.current, path);
    this.current = experimentSchema.parse(withValue(this.current, path, value));
    const to = valueAt(this.current, path);
    if (JSON.stringify(from) === JSON.stringify(to)) return undefined;
    this.targets.setting(path, this.current);
    return { from, to };
  }
}

const isPrompt = (path: string): path is PromptPath => path === "planner.prompt" || path === "critic.prompt";

function checkedPath(path: string): string {
  if (liveChangePaths.some((known) => path === known || path.startsWith(`${known}.`))) return path;
  throw new InputError(
    "change.not-live",
    `${path} cannot change while the experiment runs; save it to the file and run again. Live settings: ${liveChangePaths.join(", ")}.`,
  );
}

function withValue(document: unknown, path: string, value: unknown): unknown {
  const [head, ...rest] = pathSegments(path);
  if (head === undefined) return value;
  const branch = typeof document === "object" && document !== null ? document : {};
  return { ...branch, [head]: withValue(valueAt(branch, String(head)), rest.join("."), value) };
}
