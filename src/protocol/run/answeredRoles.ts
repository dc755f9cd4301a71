import { type PromptRole, promptRoles } from "../promptRole.ts";
import type { Answered } from "./answered.ts";

/** Plans or lessons of a run that asks a model. */
export interface AnsweredRole {
  readonly role: PromptRole;
  readonly model: number;
  readonly total: number;
}

/** Roles that have answered at all. */
export const answeredRoles = (answered: Answered = {}): readonly AnsweredRole[] =>
  promptRoles.flatMap((role) => {
    const { model = 0, standIn = 0 } = answered[role] ?? {};
    return model + standIn === 0 ? [] : [{ role, model, total: model + standIn }];
  });

/** More than half of a role's answers were the stand-in's: what came out is not the model's work. */
export const isMostlyStandIn = ({ model, total }: AnsweredRole): boolean => model < total / 2;
