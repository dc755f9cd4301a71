// Writes the JSON Schemas that the editor checks *.lerl.json and *.suite.json files with, from the engine's own schemas.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const entry = `
  export { experimentJsonSchema } from "./src/protocol/experiment.ts";
  export { suiteJsonSchema } from "./src/protocol/suite.ts";
`;

export async function buildSchemas(folder = "dist/schemas") {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    logLevel: "warning",
  });
  const module = Buffer.from(outputFiles[0].contents).toString("base64");
  const { experimentJsonSchema, suiteJsonSchema } = await import(`data:text/javascript;base64,${module}`);
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(join(folder, "experiment.json"), JSON.stringify(experimentJsonSchema())),
    writeFile(join(folder, "suite.json"), JSON.stringify(suiteJsonSchema())),
  ]);
}
