// npm run bench:model: what a language model makes of the shipped prompts, by the built command line, dist/cli.cjs.
import { runBundled } from "./bundled.mjs";

await runBundled("bench/model");
