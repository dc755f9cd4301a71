/** What may be done with files outside the workspace; without a schema, for what the editor starts with. */
import type { AllowedPaths, OutsideFile } from "./files.ts";

/** What is to be done with files, in a sentence about them. */
export const doneWith = (files: readonly Pick<OutsideFile, "written">[]): keyof AllowedPaths =>
  files.some(({ written }) => written) ? "written" : "read";

/** What may be done once these are allowed too. */
export function allowedWith(allowed: AllowedPaths, files: readonly OutsideFile[]): AllowedPaths {
  const added = (done: keyof AllowedPaths) => [
    ...new Set([...allowed[done], ...files.filter((file) => doneWith([file]) === done).map(({ path }) => path)]),
  ];
  return { read: added("read"), written: added("written") };
}
