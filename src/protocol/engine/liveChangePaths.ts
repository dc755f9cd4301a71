/** What may change while a run works. Apart from the messages, so that what only names the paths loads no schemas. */

/** The JSON paths a running experiment accepts, besides `planner.prompt` and `critic.prompt` (the prompts' texts). */
export const liveChangePaths = [
  "simulator.quit",
  "reflections.k",
  "reflections.alpha",
  "reflections.capacity",
  "reflections.shuffle",
  "reflections.sampling",
  "reflections.show",
  "planner.replanEvery",
  "planner.categoriesPerPlan",
  "ppo.learningRates.action",
  "ppo.learningRates.value",
  "ppo.learningRates.encoder",
  "ppo.learningRates.std",
  "models.concurrency",
  "models.requestsPerMinute",
  "models.tokensPerMinute",
  "models.timeoutSeconds",
  "models.retries",
  "models.unusableShare",
  "models.maxCalls",
  "models.maxTokens",
  "models.maxCost",
] as const;
