import { stat } from "node:fs/promises";
import { readSuite } from "../suites/readSuite.ts";
import { suiteFolder } from "../suites/suiteFolder.ts";

/** Folders with results: as given, or where the suite of a *.suite.json file keeps its own. */
export async function resultFolders(targets: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    targets.map(async (target) => {
      const found = await stat(target).catch(() => undefined);
      if (!found?.isFile()) return target;
      const { suite, file } = await readSuite(target);
      return suiteFolder(process.cwd(), { name: suite.name, file });
    }),
  );
}
