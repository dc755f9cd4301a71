/** The data set last used, kept for previews: a prompt is rendered at every keystroke. */
import { dirname } from "node:path";
import { fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Dataset } from "../data/dataset.ts";
import { loadDataset } from "../data/loadDataset.ts";
import type { LoadContext } from "../data/loading.ts";
import { dataNamedBy, type FileAccess, filesOf } from "../serving/namedFiles.ts";
import { cacheFolder, storageFolder } from "../store/storage.ts";

export class Datasets {
  private key = "";
  private dataset: Promise<Dataset> | undefined;

  constructor(
    private readonly workspaceFolder: string,
    private readonly files: FileAccess,
    private readonly onWarning: (message: string) => void,
    private readonly mayWrite: () => boolean = () => true,
  ) {}

  /** @throws InputError, also where files that the experiment names may not be read */
  async get(experiment: Experiment, experimentFile: string): Promise<Dataset> {
    await this.files(await filesOf(experiment, dirname(experimentFile)));
    const options = this.optionsFor(experiment, experimentFile);
    const key = JSON.stringify([options.baseFolder, experiment.dataset, options.itemCategories]);
    if (key !== this.key || !this.dataset) {
      this.key = key;
      const loading = loadDataset(experiment.dataset, options);
      // A failure is not kept: the files may be mended.
      loading.catch(() => {
        if (this.dataset === loading) this.dataset = undefined;
      });
      this.dataset = loading;
    }
    return this.dataset;
  }

  /** To be looked at, however much of it is dropped. @throws as `get`, or the signal's reason */
  async look(experiment: Experiment, experimentFile: string, context: LoadContext): Promise<Dataset> {
    await this.files(await dataNamedBy(experiment, dirname(experimentFile)));
    const options = this.optionsFor(experiment, experimentFile);
    return loadDataset(experiment.dataset, { ...options, ...context, mayDrop: 1 });
  }

  private optionsFor({ fidelity }: Experiment, experimentFile: string) {
    return {
      baseFolder: dirname(experimentFile),
      cacheFolder: this.mayWrite() ? cacheFolder(storageFolder(this.workspaceFolder)) : undefined,
      itemCategories: fidelityChoice(fidelity, "itemCategories"),
      onWarning: this.onWarning,
    };
  }
}
