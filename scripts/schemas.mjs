// The JSON Schemas that the editor checks *.lerl.json and *.suite.json files with, made from the engine's own schemas.
import { build } from "esbuild";

const entry = `
  export { experimentJsonSchema } from "./src/protocol/experiment.ts";
  export { suiteJsonSchema } from "./src/protocol/suite.ts";
`;

/** The files as { path, contents }. */
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
  return [
    { path: `${folder}/experiment.json`, contents: JSON.stringify(experimentJsonSchema()) },
    { path: `${folder}/suite.json`, contents: JSON.stringify(suiteJsonSchema()) },
  ];
}
