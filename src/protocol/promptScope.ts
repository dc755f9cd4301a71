/** Which names a template gives a meaning, and where that holds: loops, `assign` and `capture`. */
import type { Placeholder } from "./promptPlaceholders.ts";
import { type PromptWord, wordsIn } from "./promptWords.ts";

/** A name that a tag gives something. */
export interface Declaration {
  readonly name: string;
  readonly placeholder: Placeholder;
}

export interface Outside<T> {
  /** What the run and the prompt's head give. */
  readonly given: ReadonlyMap<string, T>;
  /** What `forloop` stands for inside a loop. */
  readonly forloop: T;
  /** What a declared name stands for. */
  readonly declare: (declaration: Declaration, scope: TemplateScope<T>) => T;
}

interface Loop<T> {
  readonly name: string | undefined;
  readonly entry: T | undefined;
}

const BRANCHING = new Set(["if", "unless", "case"]);
const BRANCHES = new Set(["elsif", "when"]);

/**
 * The names in scope while a template is gone through, each with what it stands for: a loop's inside the loop, then what
 * was assigned so far, then what comes from outside.
 */
export class TemplateScope<T> {
  private readonly loops: Loop<T>[] = [];
  /** The loops by their entry's name, the innermost last. */
  private readonly entries = new Map<string, Loop<T>[]>();
  private readonly assigned = new Map<string, { readonly meaning: T; readonly place: number }>();
  /** How many names were assigned before each block of branches that is open. */
  private readonly blocks: number[] = [];

  constructor(
    private readonly text: string,
    private readonly outside: Outside<T>,
  ) {}

  /** Goes on behind a placeholder. */
  pass(placeholder: Placeholder): void {
    const { tag = "" } = placeholder;
    if (BRANCHING.has(tag)) this.blocks.push(this.assigned.size);
    else if (BRANCHING.has(tag.replace(/^end/, ""))) this.blocks.pop();
    else if (tag === "endfor") this.leaveLoop();
    else if (tag === "for" || tag === "assign" || tag === "capture") this.declare(placeholder);
  }

  private declare(placeholder: Placeholder): void {
    const name = wordsIn(this.text, placeholder).find(({ kind }) => kind === "declared")?.text;
    const meaning = name === undefined ? undefined : this.outside.declare({ name, placeholder }, this);
    if (placeholder.tag === "for") this.enterLoop({ name, entry: meaning });
    else if (name !== undefined && meaning !== undefined) {
      this.assigned.set(name, { meaning, place: this.assigned.get(name)?.place ?? this.assigned.size });
    }
  }

  private enterLoop(loop: Loop<T>): void {
    this.loops.push(loop);
    if (loop.name === undefined) return;
    const sameName = this.entries.get(loop.name);
    if (sameName) sameName.push(loop);
    else this.entries.set(loop.name, [loop]);
  }

  private leaveLoop(): void {
    const { name } = this.loops.pop() ?? {};
    if (name !== undefined) this.entries.get(name)?.pop();
  }

  /** @param reader the placeholder the name stands in: a branch is chosen before any branch has assigned something */
  get(name: string, reader?: Placeholder): T | undefined {
    const loop = this.entries.get(name)?.at(-1);
    if (loop) return loop.entry;
    if (name === "forloop" && this.loops.length > 0) return this.outside.forloop;
    const assigned = this.assigned.get(name);
    const chosen = BRANCHES.has(reader?.tag ?? "") ? this.blocks.at(-1) : undefined;
    const isSet = assigned && (chosen === undefined || assigned.place < chosen);
    return isSet ? assigned.meaning : this.outside.given.get(name);
  }

  /** Everything that can be named, the innermost first. */
  names(reader?: Placeholder): ReadonlyMap<string, T> {
    const names = [
      ...this.outside.given.keys(),
      ...this.assigned.keys(),
      ...this.loops.flatMap(({ name }) => ["forloop", ...(name === undefined ? [] : [name])]),
    ];
    const meanings = names.reverse().map((name) => [name, this.get(name, reader)] as const);
    return new Map(meanings.flatMap(([name, meaning]) => (meaning === undefined ? [] : [[name, meaning]])));
  }
}

/** Every place of a template where a variable from outside is read. */
export function variablesIn(text: string, placeholders: readonly Placeholder[]): readonly PromptWord[] {
  const scope = new TemplateScope<true>(text, { given: new Map(), forloop: true, declare: () => true });
  return placeholders.flatMap((placeholder) => {
    const read = wordsIn(text, placeholder).filter(({ kind }) => kind === "variable");
    const fromOutside = read.filter((word) => !scope.get(word.text, placeholder));
    scope.pass(placeholder);
    return fromOutside;
  });
}
