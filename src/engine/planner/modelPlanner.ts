/** The planner that asks a language model (docs/method.md, sections 1 and 7). */
import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { CategoryIndex } from "../data/dataset.ts";
import { LerlError } from "../errors.ts";
import { askedAgain, isRetry } from "../llm/askedAgain.ts";
import { ProviderError } from "../llm/errors.ts";
import { isUnusable, type ReplyWatch, type Unusable, unusable } from "../llm/replyWatch.ts";
import type { ModelSettings } from "../llm/settings.ts";
import type { Complete, Message, ModelRequest } from "../llm/types.ts";
import { categoryEntries } from "../prompts/categoryWords.ts";
import type { Prompt, PromptContext } from "../prompts/prompt.ts";
import type { Plan, Planner, PlanRequest } from "./planner.ts";
import { mostOf, type PlannerKnowledge, plannerContext } from "./plannerContext.ts";
import type { ParsedPlan, PlanParser } from "./planParsing.ts";
import { furtherSchema, planParser, planQuestion } from "./planQuestion.ts";

export interface ModelPlannerOptions {
  readonly complete: Complete;
  readonly prompt: Prompt;
  readonly knowledge: PlannerKnowledge;
  readonly settings: ModelSettings;
  /** Plans when a model's replies cannot be used. */
  readonly fallback: Planner;
  /** Hears whether replies can be used. */
  readonly watch: ReplyWatch;
  /** Section 10. */
  readonly badReply: FidelityChoice<"badReply">;
}

/** Replies asked for before a plan falls back: the first, and one with the error shown. */
const BOUNDED_TRIES = 2;
/** The reference asks for ever; so many equal questions without an answer are reported as an error. */
const ENDLESS_TRIES = 1000;

/** A plan, or how many replies could not be used and why. */
type Outcome = Plan | (Unusable & Pick<Plan, "unknownIds" | "invalidReplies" | "callId">);

/** What came of one question. */
type Answer = ParsedPlan & { readonly reply: string; readonly again: boolean };

export class ModelPlanner implements Planner {
  private prompt: Prompt;
  private knowledge: PlannerKnowledge;
  private readonly parser: PlanParser;

  constructor(private readonly options: ModelPlannerOptions) {
    this.prompt = options.prompt;
    this.knowledge = options.knowledge;
    this.parser = planParser(options.knowledge, options.prompt);
  }

  /** What is wrong with a prompt that asks for ids where a plan is made of names. */
  get warning(): string | undefined {
    if (this.knowledge.wording !== "names" || !this.prompt.asksForIds) return undefined;
    return `${this.prompt.file} speaks of ids, and plans are made of names. Set planner.answer to "ids", or show labels in the prompt and say {{ answer }}.`;
  }

  /** Takes effect with the next plan. */
  setPrompt(prompt: Prompt): void {
    this.prompt = prompt;
    this.parser.setPrompt(prompt.text);
  }

  /** What the prompt tells of the experiment has changed; takes effect with the next plan. */
  configure(knowledge: PlannerKnowledge): void {
    this.knowledge = knowledge;
    this.parser.setCandidates(knowledge.candidates);
  }

  /** All requests are in flight together; those without a usable reply fall back together, in order. */
  async plan(requests: readonly PlanRequest[], signal: AbortSignal): Promise<readonly Plan[]> {
    const { watch, fallback } = this.options;
    const outcomes: readonly Outcome[] = await Promise.all(
      requests.map((request) => watch.judge<Plan>(() => this.planOne(request, signal), signal) as Promise<Outcome>),
    );
    const unplanned = requests.filter((_, i) => isUnusable(outcomes[i] as Outcome));
    const fallbacks = unplanned.length > 0 ? [...(await fallback.plan(unplanned, signal))] : [];
    return outcomes.map((outcome) => {
      if (!isUnusable(outcome)) return outcome;
      const { cause, reply, ...counts } = outcome;
      const { categories } = fallbacks.shift() as Plan;
      return { categories, source: "fallback", ...counts, unusable: { cause, reply } };
    });
  }

  /** The variables of the prompt for one request. */
  context(request: PlanRequest): PromptContext {
    return plannerContext(this.knowledge, request);
  }

  /** Exactly the messages that are sent. */
  render(request: PlanRequest): readonly Message[] {
    return this.prompt.render(this.context(request));
  }

  state(): unknown {
    return this.options.fallback.state();
  }

  restore(state: unknown): void {
    this.options.fallback.restore(state);
  }

  private async planOne(request: PlanRequest, signal: AbortSignal): Promise<Outcome> {
    const asked = this.ask(request);
    const endless = this.options.badReply === "endless";
    const tries = endless ? ENDLESS_TRIES : BOUNDED_TRIES;
    let question = asked;
    let named: CategoryIndex | undefined;
    let unknownIds = 0;
    for (let invalidReplies = 1; ; invalidReplies++) {
      const answer = await this.answer(question, signal, named);
      unknownIds += answer.unknownIds;
      if (!("problem" in answer)) {
        const { categories } = answer;
        return { categories, source: "model", unknownIds, invalidReplies: invalidReplies - 1, callId: question.id };
      }
      const { problem, reply, again } = answer;
      if (!endless && (invalidReplies === tries || !again)) {
        return { ...unusable(problem, reply), unknownIds, invalidReplies, callId: question.id };
      }
      if (invalidReplies === tries) throw endlessReplies(tries);
      // Names go on from the names before; ids are asked for as they always were.
      if (!endless && this.knowledge.wording === "names") named = answer.found;
      question = endless
        ? { ...asked, repeat: invalidReplies }
        : named !== undefined
          ? this.askOthers(request, asked, named)
          : askedAgain(asked, problem, "Answer with the JSON object only.");
    }
  }

  /** A reply may name one category over and over: what else the model chooses completes the plan. */
  private askOthers({ session }: PlanRequest, asked: ModelRequest, named: CategoryIndex): ModelRequest {
    const name = categoryEntries(this.knowledge.dataset, this.knowledge.wording)[named]?.label;
    const problem = `it names only ${name}, and a plan needs several categories`;
    return {
      ...askedAgain(asked, problem, `Answer with the JSON object only, and name categories other than ${name}.`),
      schema: furtherSchema(this.knowledge, this.prompt, named, mostOf(this.knowledge, session)),
      isUsable: ({ text, finish, thought }) => !("problem" in this.parser.parse(text, finish, thought, named)),
    };
  }

  private async answer(question: ModelRequest, signal: AbortSignal, named?: CategoryIndex): Promise<Answer> {
    try {
      const { text, finish, thought } = await this.options.complete(question, signal);
      // A reply that was cut has had its second chance, with more room.
      return { ...this.parser.parse(text, finish, thought, named), reply: text, again: finish !== "length" };
    } catch (error) {
      if (!(error instanceof ProviderError) || (error.kind === "miss" && !isRetry(question))) throw error;
      return { problem: error.message, unknownIds: 0, reply: "", again: false };
    }
  }

  private ask(request: PlanRequest): ModelRequest {
    const { session } = request;
    return {
      id: `planner-${session.key.toString(16)}-${session.steps.length + 1}`,
      ...planQuestion(this.knowledge, this.prompt, this.options.settings, mostOf(this.knowledge, session)),
      messages: this.render(request),
      isUsable: ({ text, finish, thought }) => !("problem" in this.parser.parse(text, finish, thought)),
      repeat: 0,
    };
  }
}

const endlessReplies = (tries: number): LerlError =>
  new LerlError(
    "planner.endless",
    `The model gave ${tries} unusable replies to one and the same question, and fidelity switch badReply is "endless". Set it to "bounded", or use another model.`,
  );
