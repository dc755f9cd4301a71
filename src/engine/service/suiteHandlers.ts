/** `suites/...`: suites run on the command line, in a terminal; the editor asks before for what they read. */
import { readSuite } from "../suites/readSuite.ts";
import type { HandlersOf } from "./handlers.ts";
import type { Workspace } from "./workspace.ts";

export const suiteHandlers = ({ files }: Workspace): HandlersOf<"suites"> => ({
  "suites/check": async ({ file }) => {
    await readSuite(file, [], files.access);
    return null;
  },
});
