/**
 * A world small enough to follow by hand: categories 0 to 3 have three items each (item i belongs to category i % 4),
 * category 4 has the one item 12. User u clicks an item where item + u is even, for certain.
 */
import { Lessons } from "../../../src/engine/critic/lessons.ts";
import type { CategoryIndex } from "../../../src/engine/data/dataset.ts";
import { CategoryMasks } from "../../../src/engine/planner/mask.ts";
import type { Plan, Planner, PlanRequest } from "../../../src/engine/planner/planner.ts";
import type { World } from "../../../src/engine/serving/world.ts";
import { Environment } from "../../../src/engine/simulator/environment.ts";
import { MatrixResponseModel } from "../../../src/engine/simulator/matrix.ts";
import { DrawnSessions, UserSampler } from "../../../src/engine/simulator/sessionSource.ts";
import { fidelityChoice } from "../../../src/protocol/experiment/fidelity.ts";
import { type Experiment, type ExperimentInput, experimentSchema } from "../../../src/protocol/experiment.ts";
import { interestIn, toyDataset } from "../simulator/toy.ts";

const USERS = 6;
const ITEMS = 13;

export const clickData = toyDataset(
  Array.from({ length: ITEMS }, (_, item) => [item < 12 ? item % 4 : 4]),
  Array.from({ length: USERS }, (_, user) => [0, 1, 2, 3].map((k) => [(user + 3 * k) % 12, k % 2] as const)),
);

const clicks = new Uint8Array(Math.ceil((USERS * ITEMS) / 8));
for (let user = 0; user < USERS; user++) {
  for (let item = 0; item < ITEMS; item++) {
    const bit = user * ITEMS + item;
    if ((item + user) % 2 === 0) clicks[bit >> 3] = (clicks[bit >> 3] as number) | (1 << (bit & 7));
  }
}

/** Two users side by side, slates of two items, and nothing that blurs a click. */
export function clickExperiment(input: ExperimentInput = {}): Experiment {
  return experimentSchema.parse({
    ...input,
    simulator: { users: 2, slateSize: 2, historyLength: 4, correlationPenalty: 0, ...input.simulator },
    policy: {
      kind: "random",
      idEmbedding: 8,
      encoding: 8,
      heads: 2,
      feedForward: 16,
      layers: 1,
      hidden: [16],
      ...input.policy,
    },
    evaluation: { sessions: 2, references: false, ...input.evaluation },
  });
}

export function clickWorld(experiment: Experiment): World {
  const fidelity: World["fidelity"] = (name) => fidelityChoice(experiment.fidelity, name);
  const interest = interestIn(clickData);
  return {
    dataset: clickData,
    responseModels: (slots) => new MatrixResponseModel(clickData, { bits: clicks }, slots),
    feedbackTypes: clickData.feedbackTypes,
    interest,
    lessons: new Lessons(clickData, experiment.simulator.historyLength),
    masks: new CategoryMasks({
      dataset: clickData,
      interest,
      slateSize: experiment.simulator.slateSize,
      categoryZero: fidelity("categoryZero"),
    }),
    users: new UserSampler(clickData, experiment.simulator.drawUsers),
    fidelity,
  };
}

export function clickEnvironment({ simulator, seed }: Experiment, world: World): Environment {
  return new Environment({
    dataset: world.dataset,
    responseModel: world.responseModels(simulator.users),
    sessions: new DrawnSessions(world.users, seed, simulator.users),
    config: simulator,
    correlation: world.fidelity("correlation"),
  });
}

export const planOf = (categories: readonly CategoryIndex[], more: Partial<Plan> = {}): Plan => ({
  categories,
  source: "model",
  unknownIds: 0,
  invalidReplies: 0,
  ...more,
});

/** A planner that answers as it is told, and remembers nothing. */
export function plannerOf(answer: (request: PlanRequest) => Plan | Promise<Plan>): Planner {
  return {
    plan: (requests) => Promise.all(requests.map(answer)),
    state: () => null,
    restore: () => undefined,
  };
}
