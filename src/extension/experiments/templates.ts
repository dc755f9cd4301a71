/** What *New Experiment* offers: files shipped with the extension, adapted to the user's data and settings. */
import { l10n } from "vscode";
import type { DatasetConfig } from "../../protocol/experiment/dataset.ts";
import type { Override } from "../../protocol/overrides.ts";
import { type Settings, setting, settingDefaults } from "../platform/settings.ts";

export interface Template {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  /** Experiment or suite below the extension's `examples/`. */
  readonly example: string;
  /** Data that the user has; absent: nothing is needed. */
  readonly data?: TemplateData;
}

export interface TemplateData {
  /** The folder with its files as they are published; absent: files of any make, asked for one by one. */
  readonly asked?: string;
  /** Written where the user chooses nothing yet. */
  readonly placeholder: string;
  readonly edits: (path: string) => readonly Override[];
}

const dataset = (value: { readonly kind: DatasetConfig["kind"] } & Record<string, unknown>): Override => ({
  path: "dataset",
  value,
});

const named = (name: string, description: string): readonly Override[] => [
  { path: "name", value: name },
  { path: "description", value: description },
];

/** KuaiRec's small matrix and other logs take the settings tuned on KuaiRand; the response model follows the data. */
const automaticResponse: Override = { path: "simulator.responseModel", value: { kind: "auto" } };

export const templates = (): readonly Template[] => [
  {
    id: "quickstart",
    label: l10n.t("Quickstart"),
    detail: l10n.t(
      "Synthetic data with a known ground truth: something is learned within a minute, without any download.",
    ),
    example: "quickstart/quickstart.lerl.json",
  },
  {
    id: "kuairand",
    label: l10n.t("KuaiRand-Pure"),
    detail: l10n.t("Real short-video logs, with a user model trained on them."),
    example: "kuairand/kuairand.lerl.json",
    data: {
      asked: l10n.t("Folder with KuaiRand-Pure's files"),
      placeholder: "KuaiRand-Pure",
      edits: (path) => [dataset({ kind: "kuairand", path })],
    },
  },
  {
    id: "kuairec",
    label: l10n.t("KuaiRec"),
    detail: l10n.t("A fully observed matrix of users and videos: clicks are looked up, not predicted."),
    example: "kuairand/kuairand.lerl.json",
    data: {
      asked: l10n.t("Folder with KuaiRec's files"),
      placeholder: "KuaiRec",
      edits: (path) => [
        ...named("KuaiRec", "LERL on KuaiRec's fully observed matrix."),
        dataset({ kind: "kuairec", path }),
        automaticResponse,
      ],
    },
  },
  {
    id: "movielens",
    label: l10n.t("MovieLens"),
    detail: l10n.t(
      "Films and ratings (ml-latest-small, 100k, 1m, 10m, 20m, 25m, 32m), with a user model trained on them.",
    ),
    example: "kuairand/kuairand.lerl.json",
    data: {
      asked: l10n.t("Folder with MovieLens' files"),
      placeholder: "ml-latest-small",
      edits: (path) => [
        ...named("MovieLens", "LERL on MovieLens ratings, genres as categories."),
        dataset({ kind: "movielens", path }),
      ],
    },
  },
  {
    id: "csv",
    label: l10n.t("Your own data"),
    detail: l10n.t(
      "Any log: CSV or another table, JSON lines. Its columns are proposed, and a page shows what was understood of it.",
    ),
    example: "kuairand/kuairand.lerl.json",
    data: {
      placeholder: "data",
      edits: (path) => [
        ...named("My data", "LERL on logs of my own."),
        dataset({
          kind: "csv",
          interactions: { path: `${path}/interactions.csv`, user: "user", item: "item", feedback: ["is_click"] },
          items: { path: `${path}/items.csv`, item: "item", categories: "categories", separator: "|" },
        }),
      ],
    },
  },
  {
    id: "masking-sanity",
    label: l10n.t("Suite: masking sanity"),
    detail: l10n.t("The paper's first check: does the policy keep to its plan, and what does a fixed mask cost?"),
    example: "suites/masking-sanity.suite.json",
  },
  {
    id: "reflection-ablation",
    label: l10n.t("Suite: reflection ablation"),
    detail: l10n.t("With and without reflections, random ones, and uniform sampling."),
    example: "suites/reflection-ablation.suite.json",
  },
  {
    id: "quit-sensitivity",
    label: l10n.t("Suite: quit sensitivity"),
    detail: l10n.t("How much sessions and rewards depend on when users lose patience."),
    example: "suites/quit-sensitivity.suite.json",
  },
];

/** Where each `lerl.newExperiment` setting is written in an experiment. */
const settingPaths = {
  "lerl.newExperiment.provider": "planner.provider",
  "lerl.newExperiment.baseUrl": "planner.baseUrl",
  "lerl.newExperiment.model": "planner.model",
  "lerl.newExperiment.concurrency": "models.concurrency",
  "lerl.newExperiment.maxCalls": "models.maxCalls",
  "lerl.newExperiment.maxCost": "models.maxCost",
  "lerl.newExperiment.backend": "policy.backend",
} as const satisfies Partial<Record<keyof Settings, string>>;

/** The settings that differ from their defaults, as edits of a new experiment. */
export function editsFromSettings(): readonly Override[] {
  const names = Object.keys(settingPaths) as (keyof typeof settingPaths)[];
  return names
    .filter((name) => setting(name) !== settingDefaults[name])
    .map((name) => ({ path: settingPaths[name], value: setting(name) }));
}
