/** `data/...`: data sets and tables, looked at before a run. */
import { basename } from "node:path";
import type { DataProgress } from "../../protocol/engine.ts";
import { encodings } from "../../protocol/experiment/tables.ts";
import { proposeColumns } from "../data/csv/proposal.ts";
import { describeDataset } from "../data/describe.ts";
import { renderDescription } from "../data/describeText.ts";
import type { LoadProgress } from "../data/loading.ts";
import { readingFindings } from "../data/readingText.ts";
import { headOf } from "../data/tables/head.ts";
import { PhasePace } from "../runs/progress.ts";
import { experimentOf } from "./experimentText.ts";
import type { HandlersOf } from "./handlers.ts";
import { ProgressNews } from "./progressNews.ts";
import type { Workspace } from "./workspace.ts";

export function dataHandlers(workspace: Workspace): HandlersOf<"data"> {
  const news = new ProgressNews<DataProgress>(
    ({ experimentFile }) => experimentFile,
    (progress) => workspace.options.notify("data/progress", progress),
  );
  return {
    "data/describe": async ({ experimentFile, experimentText }, signal) => {
      const experiment = experimentOf(experimentText, experimentFile);
      const telling = tellingOf(experimentFile, (progress) => news.take(progress));
      try {
        const dataset = await workspace.datasets.look(experiment, experimentFile, { signal, onProgress: telling });
        return {
          warnings: readingFindings(dataset).map(({ message }) => message),
          page: renderDescription(describeDataset(dataset)),
        };
      } finally {
        news.flush(experimentFile);
      }
    },

    "data/propose": async ({ file, table, encoding = "auto" }) => {
      await workspace.files.access([{ setting: `dataset.${table}.path`, path: file }]);
      const known = encodings.find((name) => name === encoding) ?? "auto";
      return proposeColumns(await headOf(file, { encoding: known, setting: `dataset.${table}.format` }), table);
    },
  };
}

/** Bytes read, as shares of their files. */
function tellingOf(experimentFile: string, tell: (progress: DataProgress) => void): (progress: LoadProgress) => void {
  const pace = new PhasePace();
  return ({ doing, file, bytesRead, bytes }) => {
    const share = bytes === 0 ? 1 : bytesRead / bytes;
    const secondsLeft = pace.secondsLeft(`${doing} ${file}`, share, performance.now() / 1000);
    tell({ experimentFile, doing, file: basename(file), share, ...(secondsLeft !== undefined && { secondsLeft }) });
  };
}
