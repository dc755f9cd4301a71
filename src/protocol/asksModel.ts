/** Who answers: a model, or what is built in. */
import type * as z from "zod";
import type { criticSchema } from "./experiment/models.ts";

type Answering = Pick<z.output<typeof criticSchema>, "enabled" | "provider">;

/** Whether a language model, live or recorded, answers for the planner or the critic; its prompt is read only then. */
export const asksModel = ({ enabled, provider }: Answering): boolean => enabled && provider !== "offline";
