/** The planner that asks a language model (docs/method.md, sections 1 and 7). */
import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import { LerlError } from "../errors.ts";
import { ProviderError } from "../llm/errors.ts";
import { type ModelSettings, requestSettings } from "../llm/settings.ts";
import type { Complete, Message, ModelRequest } from "../llm/types.ts";
import type { Prompt, PromptContext } from "../prompts/prompt.ts";
import type { Plan, Planner, PlanRequest } from "./planner.ts";
import { type PlannerKnowledge, plannerContext } from "./plannerContext.ts";
import { type ParsedPlan, PlanParser, planReplySchema } from "./planParsing.ts";

export interface ModelPlannerOptions {
  readonly complete: Complete;
  readonly prompt: Prompt;
  readonly knowledge: PlannerKnowledge;
  readonly settings: ModelSettings;
  /** Plans when a model's replies cannot be used. */
  readonly fallback: Planner;
  /** Section 10. */
  readonly badReply: FidelityChoice<"badReply">;
}

/** Replies asked for before a plan falls back: the first, and one with the error shown. */
const BOUNDED_TRIES = 2;
/** The reference asks for ever; so many equal questions without an answer are reported as an error. */
const ENDLESS_TRIES = 1000;

/** A plan, or how many replies could not be used. */
type Outcome = Plan | { readonly unusable: number; readonly unknownIds: number; readonly callId: string };

export class ModelPlanner implements Planner {
  private prompt: Prompt;
  private knowledge: PlannerKnowledge;
  private readonly parser: PlanParser;

  constructor(private readonly options: ModelPlannerOptions) {
    this.prompt = options.prompt;
    this.knowledge = options.knowledge;
    this.parser = new PlanParser(options.knowledge.dataset.categories);
  }

  /** Takes effect with the next plan. */
  setPrompt(prompt: Prompt): void {
    this.prompt = prompt;
  }

  /** Steps a plan is kept for, as the prompt tells the model (planner.replanEvery). */
  setPlanSteps(planSteps: number): void {
    this.knowledge = { ...this.knowledge, planSteps };
  }

  /** All requests are in flight together; those without a usable reply fall back together, in order. */
  async plan(requests: readonly PlanRequest[], signal: AbortSignal): Promise<readonly Plan[]> {
    const outcomes = await Promise.all(requests.map((request) => this.planOne(request, signal)));
    const unusable = requests.filter((_, i) => isUnusable(outcomes[i] as Outcome));
    const fallbacks = unusable.length > 0 ? [...(await this.options.fallback.plan(unusable, signal))] : [];
    return outcomes.map((outcome) => {
      if (!isUnusable(outcome)) return outcome;
      const { categories } = fallbacks.shift() as Plan;
      const { unknownIds, unusable: invalidReplies, callId } = outcome;
      return { categories, source: "fallback", unknownIds, invalidReplies, callId };
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
    let unknownIds = 0;
    for (let unusable = 0; unusable < tries; unusable++) {
      const parsed = await this.answer(question, signal);
      unknownIds += parsed.unknownIds;
      if (!("problem" in parsed)) {
        const { categories } = parsed;
        return { categories, source: "model", unknownIds, invalidReplies: unusable, callId: question.id };
      }
      question = endless ? { ...asked, repeat: unusable + 1 } : withProblem(asked, parsed.problem);
    }
    if (!endless) return { unusable: tries, unknownIds, callId: question.id };
    throw new LerlError(
      "planner.endless",
      `The model gave ${tries} unusable replies to one and the same question, and fidelity switch badReply is "endless". Set it to "bounded", or use another model.`,
    );
  }

  private async answer(question: ModelRequest, signal: AbortSignal): Promise<ParsedPlan> {
    try {
      const { text, finish } = await this.options.complete(question, signal);
      return this.parser.parse(text, finish);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.kind === "miss") throw error;
      return { problem: "it could not be read", unknownIds: 0 };
    }
  }

  private ask(request: PlanRequest): ModelRequest {
    const { session } = request;
    return {
      id: `planner-${session.key.toString(16)}-${session.steps.length + 1}`,
      role: "planner",
      promptHash: this.prompt.hash,
      ...requestSettings("planner", this.options.settings, this.prompt.settings),
      messages: this.render(request),
      schema: planReplySchema(this.knowledge.dataset.categories),
      repeat: 0,
    };
  }
}

function isUnusable(outcome: Outcome): outcome is Extract<Outcome, { unusable: number }> {
  return "unusable" in outcome;
}

/** The same question with what was wrong. The reply itself is not shown again: small models copy it. */
function withProblem(asked: ModelRequest, problem: string): ModelRequest {
  const note = `\n\nYour last answer could not be used: ${problem}. Answer with the JSON object only.`;
  const messages = asked.messages.map((m) => (m.role === "user" ? { ...m, content: m.content + note } : m));
  return { ...asked, id: `${asked.id}-retry`, messages };
}
