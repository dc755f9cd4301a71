/** Whom a prompt instructs. */
export const promptRoles = ["planner", "critic"] as const;
export type PromptRole = (typeof promptRoles)[number];

/** The role whose prompt a path of the experiment names: `planner.prompt`, `critic.prompt`. */
export const promptRoleOf = (path: string): PromptRole | undefined =>
  promptRoles.find((role) => path === `${role}.prompt`);
