import { join } from "node:path";
import { expect, it } from "vitest";
import { openReflections, readReflections } from "../../../src/engine/store/runDocuments.ts";
import { temporaryFolder } from "./support.ts";

const root = temporaryFolder();

it("reflections.json starts empty and keeps reflections with their defaults", async () => {
  const file = join(await root, "reflections.json");
  const document = await openReflections({
    file,
    onWarning: (warning) => {
      throw warning;
    },
  });
  expect(document.data.reflections).toEqual([]);
  const reflection = { id: "r1", text: "Vary.", score: 9.5, episode: "e1", iteration: 3, source: "offline" } as const;
  const flags = { pinned: false, muted: false, rating: 0, timesSampled: 0, edited: false };
  document.update((data) => ({ ...data, reflections: [{ ...reflection, ...flags }] }));
  await document.flush();
  expect(await readReflections(file)).toEqual([{ ...reflection, ...flags }]);
});
