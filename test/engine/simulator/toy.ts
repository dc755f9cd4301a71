/** A data set small enough to check by hand, and what the simulator's tests build from it. */
import { CategoryItems, type CategoryReading } from "../../../src/engine/data/categoryItems.ts";
import type { Dataset, History } from "../../../src/engine/data/dataset.ts";
import { generateSynthetic } from "../../../src/engine/data/synthetic.ts";
import { Environment, type EnvironmentOptions } from "../../../src/engine/simulator/environment.ts";
import { InterestRanking } from "../../../src/engine/simulator/interest.ts";
import { LatentResponseModel } from "../../../src/engine/simulator/latent.ts";
import type { Session, SessionStep } from "../../../src/engine/simulator/session.ts";
import { DrawnSessions, type SessionSource, UserSampler } from "../../../src/engine/simulator/sessionSource.ts";
import { datasetSchema } from "../../../src/protocol/experiment/dataset.ts";
import { type QuitRule, quitRuleSchema } from "../../../src/protocol/experiment/simulator.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";

export const noHistory: History = { items: new Int32Array(), feedback: new Uint8Array() };

/** Items with the given categories, users with the given (item, feedback bits) rows; the click is the only feedback. */
export function toyDataset(
  itemCategories: readonly (readonly number[])[],
  rows: readonly (readonly (readonly [item: number, feedback: number])[])[],
): Dataset {
  const categories = 1 + Math.max(...itemCategories.flat());
  const starts = (lengths: readonly number[]): Int32Array =>
    Int32Array.from([0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, length) => sum + length, 0))]);
  const logged = rows.flat();
  return {
    name: "toy",
    users: rows.length,
    items: itemCategories.length,
    userIds: rows.map((_, u) => `u${u}`),
    itemIds: itemCategories.map((_, i) => `i${i}`),
    categories: Array.from({ length: categories }, (_, id) => ({ id, name: `Category ${id}` })),
    itemCategories: {
      offsets: starts(itemCategories.map((own) => own.length)),
      values: Int32Array.from(itemCategories.flat()),
    },
    userFeatures: { names: [], sizes: [], values: new Int32Array() },
    itemFeatures: { names: [], sizes: [], values: new Int32Array() },
    feedbackTypes: ["is_click"],
    log: {
      offsets: starts(rows.map((own) => own.length)),
      items: Int32Array.from(logged.map(([item]) => item)),
      feedback: Uint8Array.from(logged.map(([, feedback]) => feedback)),
      observed: new Uint8Array(logged.length).fill(1),
    },
    dropped: [],
    fingerprint: "toy",
  };
}

export const interestIn = (dataset: Dataset, reading: CategoryReading = "any"): InterestRanking =>
  new InterestRanking(dataset, new CategoryItems(dataset, () => reading));

export function quitRule(input: { rule: "temper" | "window" } & Partial<Record<string, unknown>>): QuitRule {
  return quitRuleSchema.parse(input);
}

/** A session that was served these slates, every item with the feedback of `feedback[step]`, or none. */
export function sessionOf(slates: readonly (readonly number[])[], more: Partial<Session> = {}): Session {
  const steps: SessionStep[] = slates.map((items) => ({
    items,
    feedback: items.map(() => 0),
    probabilities: items.map(() => 0.5),
    reward: 0,
    repeated: false,
    patience: 10,
  }));
  return { number: 0, slot: 0, user: 0, key: 1, history: noHistory, steps, ...more };
}

let cached: Dataset | undefined;

/** A small synthetic set with a ground truth, generated once. */
export function latentDataset(): Dataset {
  cached ??= generateSynthetic(syntheticConfig());
  return cached;
}

function syntheticConfig() {
  const config = datasetSchema.parse({ kind: "synthetic", users: 60, items: 240, categories: 12 });
  if (config.kind !== "synthetic") throw new Error("unexpected kind");
  return config;
}

export function latentModel(slots: number): LatentResponseModel {
  const dataset = latentDataset();
  if (!dataset.latent) throw new Error("synthetic data without a truth");
  return new LatentResponseModel(dataset, dataset.latent, slots);
}

export interface LatentEnvironmentOptions {
  readonly users: number;
  readonly firstSlot?: number;
  readonly quit?: QuitRule;
  readonly sessions?: SessionSource;
  readonly more?: Partial<EnvironmentOptions["config"]>;
}

export function latentEnvironment(options: LatentEnvironmentOptions): Environment {
  const dataset = latentDataset();
  const { simulator } = experimentSchema.parse({});
  const { users, firstSlot = 0, quit = simulator.quit, more = {} } = options;
  return new Environment({
    dataset,
    responseModel: latentModel(users),
    sessions: options.sessions ?? new DrawnSessions(new UserSampler(dataset, "log-rows"), 7, users, firstSlot),
    config: { ...simulator, users, quit, ...more },
    correlation: "cosine",
  });
}
