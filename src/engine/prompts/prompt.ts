/**
 * Prompt files, `*.lerl.md`: YAML front matter, a `# system` and a `# user` section, Liquid inside. Both sections are
 * required: whoever writes one decides what each role is told.
 */
import { createHash } from "node:crypto";
import type { PromptRole } from "../../protocol/promptRole.ts";
import { normalisedPrompt, readPromptText, type SectionRole } from "../../protocol/promptText.ts";
import { exampleContext, type PromptValue, variablesOf } from "../../protocol/promptVariables.ts";
import { InputError } from "../errors.ts";
import type { Problem, PromptDiagnostic } from "./diagnostics.ts";
import { checkFrontMatter, type FrontMatter } from "./frontMatter.ts";
import { RenderLimits } from "./renderLimits.ts";
import { checkSections } from "./sections.ts";
import { PromptTemplate, TemplateError } from "./template.ts";
import { LineIndex } from "./textPositions.ts";

/** Characters of a prompt file. */
const LONGEST = 500_000;

export interface PromptMessage {
  readonly role: SectionRole;
  readonly content: string;
}

export type PromptContext = { readonly [name: string]: PromptValue };

interface TemplateSection {
  readonly role: SectionRole;
  /** Offset of its template in the text. */
  readonly offset: number;
  readonly template: PromptTemplate;
}

/** A prompt file that has been checked. */
export class Prompt {
  readonly hash: string;
  private readonly index: LineIndex;

  constructor(
    readonly file: string,
    readonly text: string,
    readonly settings: FrontMatter,
    private readonly sections: readonly TemplateSection[],
  ) {
    this.hash = promptHash(text);
    this.index = new LineIndex(text);
  }

  /** Whether its text depends on what the run fills in under this name. */
  uses(variable: string): boolean {
    if (Object.hasOwn(this.settings.variables, variable)) return false;
    return this.sections.some(({ template }) => template.variables().some(({ name }) => name === variable));
  }

  /** Whether it asks for ids whatever plans are made of. */
  get asksForIds(): boolean {
    return this.role === "planner" && speaksOfIds(this.sections);
  }

  get role(): PromptRole {
    return this.settings.role;
  }

  /**
   * The messages of one request, system first. Each section is rendered alone.
   * @throws InputError with file, line and column
   */
  render(context: PromptContext): readonly PromptMessage[] {
    const values = { ...context, ...this.settings.variables };
    const limits = new RenderLimits();
    return this.sections.map(({ role, offset, template }) => {
      try {
        return { role, content: tidy(template.render(values, limits)) };
      } catch (error) {
        if (error instanceof TemplateError) throw inputError(this.file, this.index, fromTemplate(error, offset));
        throw error;
      }
    });
  }

  /** The current value of every variable the prompt may use, as the text it shows as. */
  liveVariables(context: PromptContext): Readonly<Record<string, string>> {
    const values = { ...context, ...this.settings.variables };
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shown(value)]));
  }
}

/** @throws InputError for the first error, with file, line and column */
export function parsePrompt(file: string, source: string): Prompt {
  const text = normalisedPrompt(source);
  const examined = examine(text);
  if ("settings" in examined) return new Prompt(file, text, examined.settings, examined.sections);
  throw inputError(file, new LineIndex(text), examined.error);
}

/** Every problem of a prompt's text, in the order of the text. An empty list: it can be used. */
export function diagnose(source: string): readonly PromptDiagnostic[] {
  const text = normalisedPrompt(source);
  const index = new LineIndex(text);
  return [...examine(text).problems]
    .sort((a, b) => a.begin - b.begin)
    .map(({ severity, code, message, begin, end }) => ({ severity, code, message, range: index.range(begin, end) }));
}

/** Tells versions of a prompt apart; line ends do not count. */
export function promptHash(text: string): string {
  return createHash("sha256").update(normalisedPrompt(text)).digest("hex").slice(0, 16);
}

type Examined = { readonly problems: readonly Problem[] } & (
  | { readonly settings: FrontMatter; readonly sections: readonly TemplateSection[] }
  | { readonly error: Problem }
);

function examine(text: string): Examined {
  if (text.length > LONGEST) {
    const message = `the prompt is longer than ${LONGEST} characters`;
    const error: Problem = { severity: "error", code: "prompt.limit", message, begin: 0, end: text.indexOf("\n") };
    return { problems: [error], error };
  }
  const parts = readPromptText(text);
  const front = checkFrontMatter(parts);
  const body = checkSections(parts);
  const problems: Problem[] = [...front.problems, ...body.problems];
  const sections: TemplateSection[] = [];
  for (const { role, template } of body.sections) {
    const { begin: offset, end } = template;
    try {
      sections.push({ role, offset, template: new PromptTemplate(text.slice(offset, end)) });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      problems.push(fromTemplate(error, offset));
    }
  }
  const settings = front.value;
  if (settings) {
    for (const section of sections) problems.push(...unknownVariables(section, settings));
    if (problems.length === 0)
      problems.push(...triedOut(sections, settings), ...plannerWarnings(sections, settings, text));
  }
  const error = problems.find(({ severity }) => severity === "error");
  if (error) return { problems, error };
  if (!settings) throw new Error("front matter without a value and without a problem");
  return { problems, settings, sections: sections.sort((a, b) => (a.role < b.role ? -1 : 1)) };
}

/** Hold the candidates. */
const candidateLists: readonly string[] = ["categories", "global"];
const LIQUID = /\{\{.*?\}\}|\{%.*?%\}/gs;

/** A planner that is not shown the candidates can only guess; one that is told of ids is asked for names all the same. */
function plannerWarnings(
  sections: readonly TemplateSection[],
  { role, variables }: FrontMatter,
  text: string,
): readonly Problem[] {
  if (role !== "planner") return [];
  const warning = (code: Problem["code"], message: string): readonly Problem[] => [
    { severity: "warning", code, message, begin: 0, end: text.indexOf("\n") },
  ];
  const lists = candidateLists.filter((name) => !Object.hasOwn(variables, name));
  if (!sections.some(({ template }) => template.variables().some(({ name }) => lists.includes(name)))) {
    return warning(
      "prompt.unseen-categories",
      'the prompt shows neither "categories" nor "global", so the model cannot know which categories it may choose',
    );
  }
  if (!speaksOfIds(sections)) return [];
  return warning(
    "prompt.speaks-of-ids",
    'the prompt speaks of ids, and plans are made of names unless planner.answer is "ids"; show labels, and say {{ answer }} instead',
  );
}

/** A prompt that says `{{ answer }}` says what it is asked for. */
function speaksOfIds(sections: readonly TemplateSection[]): boolean {
  const source = sections.map(({ template }) => template.source).join("\n");
  const tags = (source.match(LIQUID) ?? []).join(" ");
  if (/\banswer\b/.test(tags)) return false;
  const isShown = /\bid\b/.test(tags) && !/\b(?:label|name|json)\b/.test(tags);
  return isShown || /\bids?\b/i.test(source.replace(LIQUID, " "));
}

function unknownVariables(section: TemplateSection, { role, variables }: FrontMatter): readonly Problem[] {
  const known = new Set([...variablesOf(role).keys(), ...Object.keys(variables)]);
  const index = new LineIndex(section.template.source);
  return section.template
    .variables()
    .filter(({ name }) => !known.has(name))
    .map(({ name, line, column }) => {
      const begin = section.offset + index.offset(line, column);
      const message = `"${name}" is not a variable of a ${role} prompt; there are ${[...known].join(", ")}`;
      return { severity: "error", code: "prompt.unknown-variable", message, begin, end: begin + name.length };
    });
}

/**
 * Renders with example values, and again with empty lists as at a session's start: finds wrong fields, prototype access
 * and loops that do not end.
 */
function triedOut(sections: readonly TemplateSection[], settings: FrontMatter): readonly Problem[] {
  const context = exampleContext(settings.role);
  const example = { ...context, ...settings.variables };
  const beginning = {
    ...context,
    profile: [],
    slates: [],
    interests: [],
    leaveOut: [],
    reflections: [],
    ...settings.variables,
  };
  const limits = new RenderLimits();
  return sections.flatMap(({ template, offset }) => {
    for (const context of [example, beginning]) {
      try {
        template.render(context, limits);
      } catch (error) {
        if (error instanceof TemplateError) return [fromTemplate(error, offset)];
        throw error;
      }
    }
    return [];
  });
}

function fromTemplate({ code, message, begin, end }: TemplateError, offset: number): Problem {
  return { severity: "error", code, message, begin: offset + begin, end: offset + end };
}

function inputError(file: string, index: LineIndex, problem: Problem): InputError {
  const { line, character } = index.position(problem.begin);
  return new InputError(problem.code, `${file}:${line + 1}:${character + 1}: ${problem.message}.`);
}

/** No trailing blanks, one empty line at most: equal contents give equal requests. */
function tidy(text: string): string {
  return text
    .replace(/(?<![ \t])[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function shown(value: PromptValue): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
