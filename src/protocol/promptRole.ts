/** Whom a prompt instructs. */
export const promptRoles = ["planner", "critic"] as const;
export type PromptRole = (typeof promptRoles)[number];
