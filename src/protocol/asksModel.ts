/** Who answers: a model, or what is built in. */
import type * as z from "zod";
import type { criticSchema, plannerSchema } from "./experiment/models.ts";

type Answering = Pick<z.output<typeof criticSchema>, "enabled" | "provider">;

/** Whether a language model, live or recorded, answers for the planner or the critic; its prompt is read only then. */
export const asksModel = ({ enabled, provider }: Answering): boolean => enabled && provider !== "offline";

type Planning = Pick<z.output<typeof plannerSchema>, "enabled" | "provider" | "strategy">;

/** Whether reflections make a difference to the plans. */
export const readsReflections = (planner: Planning): boolean =>
  asksModel(planner) || (planner.enabled && planner.strategy === "lessons");
