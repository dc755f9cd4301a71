// The JSON Schemas that the editor checks *.lerl.json, *.suite.json, *.trial.json and *.moments.json files with, made from the engine's own schemas.
import { build } from "esbuild";

const entry = `
  export { experimentJsonSchema } from "./src/protocol/experiment.ts";
  export { suiteJsonSchema } from "./src/protocol/suite.ts";
  export { trialJsonSchema } from "./src/protocol/trial.ts";
  export { momentsJsonSchema } from "./src/protocol/moments.ts";
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
  const made = await import(`data:text/javascript;base64,${module}`);
  return Object.entries({
    experiment: made.experimentJsonSchema,
    suite: made.suiteJsonSchema,
    trial: made.trialJsonSchema,
    moments: made.momentsJsonSchema,
  }).map(([name, schema]) => ({ path: `${folder}/${name}.json`, contents: JSON.stringify(schema()) }));
}
