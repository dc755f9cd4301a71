import { describe, expect, it } from "vitest";
import { detectDataset } from "../../../src/engine/data/detect.ts";
import { expectInputError, folderOf } from "./files.ts";

describe("detectDataset", () => {
  it("recognises the published layouts", async () => {
    const kindOf = async (...names: readonly string[]) =>
      (await detectDataset(await folderOf(Object.fromEntries(names.map((name) => [name, ""]))))).kind;
    expect(await kindOf("data/video_features_basic_pure.csv")).toBe("kuairand");
    expect(await kindOf("small_matrix.csv", "big_matrix.csv")).toBe("kuairec");
    expect(await kindOf("small_matrix_positives.csv")).toBe("kuairec");
    expect(await kindOf("ml-1m/ratings.dat")).toBe("movielens");
    expect(await detectDataset(await folderOf({ "KuaiRec/data/big_matrix.csv": "" }))).toMatchObject({ matrix: "big" });
  });

  it("says what it knows where it recognises nothing", async () => {
    await expectInputError(detectDataset(await folderOf({ "log.csv": "" })), "KuaiRec", 'dataset.kind is "csv"');
    await expectInputError(detectDataset("/no/such/folder"), "no such folder");
  });
});
