/** Counts who answered for the planner and the critic, where models are asked. */
import type { PromptRole } from "../../protocol/promptRole.ts";
import type { Answered } from "../../protocol/run/answered.ts";

export class AnswerTally {
  counts: Answered = {};

  add(role: PromptRole, { source }: { readonly source: "offline" | "model" | "fallback" }): void {
    if (source === "offline") return;
    const { model, standIn } = this.counts[role] ?? { model: 0, standIn: 0 };
    const counted = source === "model" ? { model: model + 1, standIn } : { model, standIn: standIn + 1 };
    this.counts = { ...this.counts, [role]: counted };
  }

  restore(counts: Answered): void {
    this.counts = counts;
  }
}
