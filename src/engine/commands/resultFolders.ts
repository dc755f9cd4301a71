import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { readSuiteFile } from "../suites/readSuite.ts";
import { suiteFolder } from "../suites/suiteFolder.ts";

/** Folders with results: as given, or where the suite of a *.suite.json file keeps its own. */
export async function resultFolders(targets: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    targets.map(async (target) => {
      const found = await stat(target).catch(() => undefined);
      if (!found?.isFile()) return target;
      const { suite } = await readSuiteFile(target);
      return suiteFolder(process.cwd(), { name: suite.name, file: resolve(target) });
    }),
  );
}
